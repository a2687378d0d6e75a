/** How panels of ops are read, and what makes them valid. Each mistake is one sentence. */
import { InputError } from "../../errors.ts";
import { type OpGraph, Role } from "../../graph/graph.ts";
import type { OpIteration } from "../../graph/iteration.ts";
import { type OpSplit, type Panels, panelAxes, usedAxes } from "../../layout/natural.ts";
import { listsIn, opIn, shown } from "../plan-fields.ts";
import { iterationOf, panelsOf, type ShardingPlan, splitOf } from "../sharding.ts";
import type { MeshAxesOf, OpPanels } from "./op-fields.ts";

/** Ops and mesh axes may be numbers or names. */
export function panelsIn(
  { names }: Pick<OpGraph, "names">,
  axesOf: MeshAxesOf,
  panels: unknown,
  where: string,
): OpPanels[] {
  if (!Array.isArray(panels))
    throw new InputError(`${where}: panels is ${shown(panels)}, expected a list of panels.`);
  return panels.map((each: unknown, i) => {
    const { op: given, dimension, axes } = (each ?? {}) as Partial<Record<keyof OpPanels, unknown>>;
    const op = opIn(names, given);
    const [along] = listsIn(axesOf(op), [axes], `${where}: panels ${i}`);
    return { op, dimension: dimension as number, axes: along };
  });
}

/** Pre: the mesh and the splits are valid. */
export function checkPanels(graph: OpGraph, plan: ShardingPlan): void {
  const given = plan.panels ?? [];
  given.forEach((panels, i) => {
    checkGiven(graph, plan, panels);
    if (given.findIndex(({ op }) => op === panels.op) !== i)
      throw new InputError(`The sharding names panels of op "${graph.names[panels.op]}" twice.`);
  });
  if (given.length === 0) return;
  for (let v = 0; v < graph.opCount; v++) {
    const panels = panelsOf(graph, plan, v);
    if (panels !== null) checkTensors(`Op "${graph.names[v]}"`, graph, plan, v, panels);
  }
}

function checkGiven(graph: OpGraph, plan: ShardingPlan, { op, dimension, axes }: OpPanels): void {
  if (!Number.isInteger(op) || op < 0 || op >= graph.opCount)
    throw new InputError(`Panels of the sharding name op ${op}, expected 0..${graph.opCount - 1}.`);
  const where = `Op "${graph.names[op]}"`;
  const split = plan.split[op];
  if (split === null || graph.role[op] !== Role.forward)
    throw new InputError(`${where} has panels, expected a forward op with a split of its own.`);
  const { dimensions } = iterationOf(graph, op)!;
  const along = dimensions[dimension];
  if (along === undefined)
    throw new InputError(
      `${where} has panels along dimension ${dimension}, expected 0..${dimensions.length - 1}.`,
    );
  const sizes = axes.map((axis) => plan.mesh.axes[axis]?.size);
  if (axes.length !== 2 || axes[0] === axes[1] || sizes[0] === undefined || sizes[0] !== sizes[1])
    throw new InputError(
      `${where} has panels along mesh axes ${JSON.stringify(axes)}, expected two different ones of equal size.`,
    );
  if (!axes.every((axis) => usedAxes(split).includes(axis)) || split[dimension].length > 0)
    throw new InputError(
      `${where} has panels along "${along.name}", so its split must use both of their mesh axes, and none for "${along.name}".`,
    );
  if (along.kind === "opaque" || (along.halo ?? 0) > 0)
    throw new InputError(`${where} has panels along "${along.name}", which cannot be divided.`);
}

/** Every tensor along the panels has one mesh axis to lie along, and equal parts. */
function checkTensors(where: string, graph: OpGraph, plan: ShardingPlan, v: number, panels: Panels): void {
  const iteration = iterationOf(graph, v)!;
  const split = splitOf(graph, plan, v)!;
  const { name, size } = iteration.dimensions[panels.dimension];
  const count = plan.mesh.axes[panels.axes[0]].size;
  const { inputs, parameters, outputs } = iteration;
  for (const tensor of [...inputs, ...parameters, ...outputs]) {
    const t = tensor.along.indexOf(panels.dimension);
    if (t === -1) continue;
    const lying = panelAxes(tensor, split, panels);
    if (lying.length !== 1 || (outputs.includes(tensor) && !isSummed(iteration, split, lying[0])))
      throw new InputError(
        `${where} has panels along "${name}" that no mesh axis of both sends: the rest of each tensor along it must be divided by one of them.`,
      );
    if (size % count !== 0 || tensor.shape[t] % count !== 0)
      throw new InputError(
        `${where} has ${count} panels along "${name}", which do not divide its ${size} and the ${tensor.shape[t]} of an axis along it evenly.`,
      );
  }
}

/** Whether the ranks along a mesh axis hold partial sums of what the op makes. */
const isSummed = ({ sums }: OpIteration, split: OpSplit, axis: number): boolean =>
  sums.some((dimension) => split[dimension].includes(axis));
