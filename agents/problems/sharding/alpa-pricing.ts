/**
 * The costs of Alpa's program of one mesh (Zheng et al., OSDI 2022; constants of the released code,
 * from the shared sheet on it). Collectives cost a + b times bytes along each mesh axis, with small
 * constants that only break ties. Ops cost nothing: all splits that are offered divide them alike.
 */
import { elementsIn, localElements } from "../../../env/model/layout/layout.ts";
import type { MeshSizes } from "../../../env/model/layout/mesh.ts";
import { axisByAxis, type ReshardStep } from "../../../env/model/layout/steps.ts";
import type { Pricing } from "./labels/label-tables.ts";
import type { StepCost } from "./labels/mesh-times.ts";

/** Of each mesh axis. */
export interface AlpaLinks {
  readonly alpha: readonly number[];
  readonly beta: readonly number[];
}

export interface AlpaCollectives {
  allGather(bytes: number, axis: number): number;
  allReduce(bytes: number, axis: number): number;
  reduceScatter(bytes: number, axis: number): number;
  allToAll(bytes: number, axis: number): number;
}

/** `bytes` of the whole tensor as the group along the axis sees it. */
export function alpaCollectives(sizes: MeshSizes, { alpha, beta }: AlpaLinks): AlpaCollectives {
  const sent = (bytes: number, axis: number): number =>
    (beta[axis] * (sizes[axis] - 1) * bytes) / sizes[axis];
  return {
    allGather: (bytes, axis) => alpha[axis] + sent(bytes, axis) + 0.1,
    allReduce: (bytes, axis) => alpha[axis] + 2 * sent(bytes, axis) + 0.01,
    reduceScatter: (bytes, axis) => alpha[axis] + sent(bytes, axis) + 0.001,
    // Alpa's penalty of n / 2 on top of a share of 1 / n.
    allToAll: (bytes, axis) => alpha[axis] + sent(bytes, axis) / 2 + 0.001,
  };
}

/**
 * Moves that are no collective of one axis cost what gathering along every axis does. Gathers and
 * scatters over several axes cost what one over each in turn does.
 */
export function alpaPricing(sizes: MeshSizes, links: AlpaLinks): Pricing {
  const cost = alpaCollectives(sizes, links);
  const alone: StepCost = ({ kind, group, from, to }, shape, bytesPerElement) => {
    const held = localElements(shape, from, sizes) * bytesPerElement;
    const each = (one: (axis: number) => number): number =>
      group.reduce((sum, axis) => (sizes[axis] === 1 ? sum : sum + one(axis)), 0);
    if (kind === "slice" || elementsIn(shape) === 0) return 0;
    if (kind === "all-reduce") return each((axis) => cost.allReduce(held, axis));
    if (kind === "reduce-scatter") return each((axis) => cost.reduceScatter(held, axis));
    if (kind === "all-to-all") return each((axis) => cost.allToAll(held * sizes[axis], axis));
    if (kind === "all-gather") return each((axis) => cost.allGather(held * sizes[axis], axis));
    return each((axis) =>
      isUsed(from.axes, axis) || isUsed(to.axes, axis) ? cost.allGather(held * sizes[axis], axis) : 0,
    );
  };
  const stepCost: StepCost = (step, shape, bytesPerElement) =>
    partsOf(step).reduce((sum, part) => sum + alone(part, shape, bytesPerElement), 0);
  return { stepCost, runCost: () => 0, optimizerSlots: 0 };
}

const isUsed = (axes: readonly (readonly number[])[], axis: number): boolean =>
  axes.some((own) => own.includes(axis));

const partsOf = (step: ReshardStep): readonly ReshardStep[] =>
  step.kind === "all-gather" || step.kind === "reduce-scatter" ? axisByAxis(step) : [step];
