/**
 * What passes between the units of a pipeline plan. A stage sends when a phase ends, so all tensors
 * from a unit to one other stage form one *parcel*. What a later phase of the same stage needs is a
 * parcel too. It stays where it is, or waits in the host's memory if it is swapped.
 *
 * A tensor in several parcels is one buffer on its device. So outputs are also grouped by the
 * parcels that they are in: a *hold* lasts until the last of these has been used or sent.
 */
import { CONTROL, type OpGraph } from "../../../model/graph/graph.ts";
import { opClasses } from "../../../model/graph/op-classes.ts";
import type { PipelinePlan } from "../../../model/plan/pipeline.ts";
import type { Scenario } from "../../../model/scenario.ts";
import { HOST, unitOf, Work, type WorkCode } from "./work.ts";

export interface Parcel {
  readonly fromStage: number;
  readonly fromWork: WorkCode;
  readonly toStage: number;
  readonly way: Way;
  /** Phases of the other stage that use it: bit `1 << work`. */
  uses: number;
  /** Of the whole batch. */
  bytes: number;
}

/**
 * `swapped` parcels wait in the host's memory, `order` has no bytes and costs nothing. `weights` do
 * not scale with the batch and are sent once in a round.
 */
export type Way = (typeof WAYS)[number];
const WAYS = ["direct", "swapped", "order", "weights"] as const;

/** Outputs of a unit that are in the same parcels. */
export interface Hold {
  readonly fromStage: number;
  readonly fromWork: WorkCode;
  /** Numbers of parcels. */
  readonly parcels: readonly number[];
  bytes: number;
}

export interface Parcels {
  /** In the order in which a task sends them: the nearest stage first, weights last. */
  readonly parcels: readonly Parcel[];
  readonly holds: readonly Hold[];
}

/** Bytes of outputs on the devices of their op, and of what edges bring to those of their user. */
export type TensorSizes = Pick<OpGraph, "outputBytes" | "edgeBytes">;

/** `sizes`: absent for the graph's, of whole tensors. */
export function parcelsOf(
  scenario: Scenario,
  plan: PipelinePlan,
  workOf: Uint8Array,
  sizes: TensorSizes = scenario.graph,
): Parcels {
  const { graph, fidelity } = scenario;
  const { stageOf, stages, recompute } = plan;
  const { fixedPort } = opClasses(graph);
  const table = createTable(sizes, stages.length);
  const port = portUses(scenario, plan, workOf, sizes);

  for (let u = 0; u < graph.opCount; u++) {
    const [stage, work] = [stageOf[u], workOf[u] as WorkCode];
    for (let at = graph.outputStart[u]; at < graph.outputStart[u + 1]; at++) {
      if (fixedPort[at] === 1) {
        // Gradients are in env/model/layers/gradient-buffers.ts.
        if (work !== Work.forward) continue;
        for (const [to, { uses, bytes }] of port.usesOf(u, at))
          if (to !== stage) table.parcel(stage, work, to, "weights", uses, bytes);
        continue;
      }
      const sent: number[] = [];
      for (const [to, { uses, bytes }] of port.usesOf(u, at)) {
        if (to !== stage) sent.push(table.parcel(stage, work, to, "direct", uses, bytes));
        else if (recompute?.[u] === 1) {
          const later = uses & ~((1 << work) | (1 << Work.recompute));
          if (later !== 0) table.hold(stage, Work.recompute, [keep(u, Work.recompute, later, at)], at);
        } else if ((uses & ~(1 << work)) !== 0) sent.push(keep(u, work, uses & ~(1 << work), at));
      }
      if (sent.length > 0) table.hold(stage, work, sent, at);
    }
  }
  addOrders();
  return table.sorted();

  function keep(u: number, work: WorkCode, uses: number, at: number): number {
    const way = plan.swap?.[u] === 1 ? "swapped" : "direct";
    return table.parcel(stageOf[u], work, stageOf[u], way, uses, sizes.outputBytes[at]);
  }

  /** Control edges that move nothing. */
  function addOrders(): void {
    const moves = fidelity.controlEdges === "output-0";
    for (let e = 0; e < graph.edgeCount; e++) {
      const [u, v] = [graph.edgeSource[e], graph.edgeDestination[e]];
      if (graph.edgeOutput[e] !== CONTROL || stageOf[u] === stageOf[v]) continue;
      if (moves && graph.outputStart[u] < graph.outputStart[u + 1]) continue;
      const uses = usesBy(v, workOf, recompute);
      table.parcel(stageOf[u], workOf[u] as WorkCode, stageOf[v], moves ? "direct" : "order", uses, 0);
    }
  }
}

function createTable({ outputBytes }: TensorSizes, stageCount: number) {
  const parcels: Parcel[] = [];
  const holds: Hold[] = [];
  const numberOf = new Map<number, number>();
  const holdOf = new Map<string, number>();
  return {
    parcel(from: number, work: WorkCode, to: number, way: Way, uses: number, bytes: number): number {
      const key = (unitOf(stageCount, work, from) * (stageCount + 1) + to) * WAYS.length + WAYS.indexOf(way);
      let number = numberOf.get(key);
      if (number === undefined) {
        number = parcels.length;
        numberOf.set(key, number);
        parcels.push({ fromStage: from, fromWork: work, toStage: to, way, uses: 0, bytes: 0 });
      }
      parcels[number].uses |= uses;
      parcels[number].bytes += bytes;
      return number;
    },
    hold(fromStage: number, fromWork: WorkCode, sent: number[], at: number): void {
      const key = sent.length === 1 ? `${sent[0]}` : sent.sort((a, b) => a - b).join();
      let number = holdOf.get(key);
      if (number === undefined) {
        number = holds.length;
        holdOf.set(key, number);
        holds.push({ fromStage, fromWork, parcels: sent, bytes: 0 });
      }
      holds[number].bytes += outputBytes[at];
    },
    sorted: () => inOrder(parcels, holds),
  };
}

/** Weights last, else the nearest stage first. Equal plans of stages have equal orders. */
function inOrder(parcels: readonly Parcel[], holds: readonly Hold[]): Parcels {
  const isLate = ({ way }: Parcel): number => (way === "weights" ? 1 : 0);
  const distance = ({ fromStage, toStage }: Parcel): number => Math.abs(toStage - fromStage);
  const order = [...parcels.keys()].sort((a, b) => {
    const [one, other] = [parcels[a], parcels[b]];
    return (
      isLate(one) - isLate(other) ||
      distance(one) - distance(other) ||
      one.toStage - other.toStage ||
      one.fromStage - other.fromStage ||
      one.fromWork - other.fromWork ||
      WAYS.indexOf(one.way) - WAYS.indexOf(other.way)
    );
  });
  const place = new Int32Array(order.length);
  order.forEach((number, at) => {
    place[number] = at;
  });
  const placed = holds.map((hold) => ({
    ...hold,
    parcels: hold.parcels.map((number) => place[number]).sort((a, b) => a - b),
  }));
  placed.sort((a, b) => firstDifference(a.parcels, b.parcels));
  return { parcels: order.map((number) => parcels[number]), holds: placed };
}

/** Below 0 where the first list comes first. */
function firstDifference(one: readonly number[], other: readonly number[]): number {
  for (let i = 0; i < one.length && i < other.length; i++) if (one[i] !== other[i]) return one[i] - other[i];
  return one.length - other.length;
}

interface PortUse {
  uses: number;
  bytes: number;
}

/**
 * Stages that use an output, and which bytes: each size of slice is a tensor of its own. Where
 * control edges cost a transfer, they use output 0.
 */
function portUses(
  { graph, fidelity }: Scenario,
  { stageOf, recompute }: PipelinePlan,
  workOf: Uint8Array,
  { outputBytes, edgeBytes }: TensorSizes,
) {
  const controlPort = fidelity.controlEdges === "output-0" ? 0 : CONTROL;
  const found = new Map<number, PortUse>();
  const sizes: number[] = [];
  return {
    usesOf(u: number, at: number): ReadonlyMap<number, PortUse> {
      found.clear();
      sizes.length = 0;
      for (let i = graph.outStart[u]; i < graph.outStart[u + 1]; i++) {
        const e = graph.outEdge[i];
        const isControl = graph.edgeOutput[e] === CONTROL;
        if ((isControl ? controlPort : graph.edgeOutput[e]) !== at - graph.outputStart[u]) continue;
        const v = graph.edgeDestination[e];
        const stage = stageOf[v];
        const bytes = isControl ? outputBytes[at] : edgeBytes[e];
        const use = found.get(stage) ?? { uses: 0, bytes: 0 };
        if (!isKnown(stage, bytes)) use.bytes += bytes;
        use.uses |= usesBy(v, workOf, recompute);
        found.set(stage, use);
      }
      return found;
    },
  };

  function isKnown(stage: number, bytes: number): boolean {
    for (let i = 0; i < sizes.length; i += 2) if (sizes[i] === stage && sizes[i + 1] === bytes) return true;
    sizes.push(stage, bytes);
    return false;
  }
}

const usesBy = (v: number, workOf: Uint8Array, recompute: Uint8Array | undefined): number =>
  (1 << workOf[v]) | (recompute?.[v] === 1 ? 1 << Work.recompute : 0);

/** Whether anything comes from the host. */
export const needsInputs = ({ parcels }: Parcels): boolean =>
  parcels.some(({ fromStage }) => fromStage === HOST);
