/**
 * Shardings by rule, without a cost: data parallelism and Megatron's tensor parallelism (Shoeybi et
 * al., arXiv 1909.08053). Rules read dimensions and layouts, no names.
 */
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import { type Mesh, sizesOf } from "../../../env/model/layout/mesh.ts";
import { naturalLayouts, type OpSplit } from "../../../env/model/layout/natural.ts";
import { dataEdges, iterationOf, type ShardingPlan } from "../../../env/model/plan/sharding.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { type GroupSplits, groupPlan, groupSplits } from "./labels/group-splits.ts";
import { type LabelGroups, labelGroups } from "./labels/groups.ts";
import { batchAlone, everyDimension } from "./labels/offers.ts";
import { machineSize, meshDevices } from "./meshes.ts";

/** Every op on its share of the batch; ops without a batch run whole. */
export function dataParallelPlan(graph: OpGraph, mesh: Mesh): ShardingPlan {
  const groups = labelGroups(graph);
  const { counts, splits } = groupSplits(graph, groups, { offer: batchAlone, sizes: sizesOf(mesh) });
  return groupPlan(mesh, groups, splits, new Int32Array(counts.length));
}

/**
 * The most ranks of a machine that divide the heads of all ops. Devices are in the order of their
 * machines, so the ranks of a degree are neighbours.
 */
export function megatronDegree(scenario: Pick<Scenario, "graph" | "cluster">): number {
  const most = machineSize(scenario, meshDevices(scenario));
  const heads = (scenario.graph.iterations ?? []).flatMap((each) =>
    (each?.dimensions ?? []).flatMap(({ kind, size }) => (kind === "head" ? [size] : [])),
  );
  for (let ranks = most; ranks > 1; ranks--)
    if (most % ranks === 0 && heads.every((size) => size % ranks === 0)) return ranks;
  return 1;
}

const DATA = 0;
const TENSOR = 1;

interface Choosing extends GroupSplits {
  readonly graph: OpGraph;
  readonly groups: LabelGroups;
  /** Label of each group so far. */
  readonly labels: Int32Array;
}

/**
 * Axis 0 of the mesh divides the batch. Axis 1 divides what comes in divided: heads of attention,
 * rows of the second of two weights. Else it divides the columns of a weight, where another product
 * can go on with them before anything needs them whole.
 */
export function megatronPlan(graph: OpGraph, mesh: Mesh): ShardingPlan {
  const groups = labelGroups(graph);
  const made = groupSplits(graph, groups, { offer: everyDimension, sizes: sizesOf(mesh) });
  const choosing = { ...made, graph, groups, labels: new Int32Array(groups.count) };
  for (const [group, head] of groups.heads.entries())
    if (head !== -1) choosing.labels[group] = labelOf(choosing, group, head);
  return groupPlan(mesh, groups, made.splits, choosing.labels);
}

function labelOf(choosing: Choosing, group: number, head: number): number {
  const { graph, labels } = choosing;
  const { dimensions, inputs, parameters } = iterationOf(graph, head)!;
  const batch = dimensions.findIndex(({ kind }) => kind === "batch");
  const plain = withDimension(choosing, head, batch, -1) ?? withDimension(choosing, head, -1, -1)!;
  const data = plain.isDivided ? batch : -1;
  const arriving = dataEdges(graph, head).flatMap((edge, input) =>
    dividedAxes(choosing, edge).map((t) => inputs[input].along[t]),
  );
  for (const dimension of arriving) {
    const found = dimension < 0 ? null : withDimension(choosing, head, data, dimension);
    if (found !== null) return found.label;
  }
  if (parameters.length === 0) return plain.label;
  for (const [dimension, { kind }] of dimensions.entries()) {
    const found = kind === "feature" ? withDimension(choosing, head, data, dimension) : null;
    if (found === null) continue;
    labels[group] = found.label;
    if (goesOn(choosing, group)) return found.label;
  }
  return plain.label;
}

/** The label that divides these dimensions along the two axes and nothing else; -1 for none. */
function withDimension(
  { splits, counts, groups }: Choosing,
  head: number,
  data: number,
  tensor: number,
): { readonly label: number; readonly isDivided: boolean } | null {
  const wanted = (own: OpSplit) =>
    own.map((_, d) => [...(d === data ? [DATA] : []), ...(d === tensor ? [TENSOR] : [])].join()).join("/");
  for (let label = 0; label < counts[groups.groupOf[head]]; label++) {
    const own = splits[head][label]!;
    if (own.map((axes) => axes.join()).join("/") === wanted(own)) return { label, isDivided: data !== -1 };
  }
  return null;
}

/** Axes of the tensor on an edge that axis 1 of the mesh divides. */
function dividedAxes({ graph, groups, splits, labels }: Choosing, edge: number): number[] {
  const source = graph.edgeSource[edge];
  const split = splits[source][labels[groups.groupOf[source]]];
  const iteration = iterationOf(graph, source);
  if (iteration === null || split === null) return [];
  const layout = naturalLayouts(iteration, split).outputs[graph.edgeOutput[edge]];
  return layout.axes.flatMap((axes, t) => (axes.includes(TENSOR) ? [t] : []));
}

/** Whether a product of another group gets a tensor of this one divided along a dimension. */
function goesOn(choosing: Choosing, group: number): boolean {
  const { graph, groups } = choosing;
  return groups.heads.some((head, other) => {
    if (head === -1 || other === group) return false;
    const { inputs } = iterationOf(graph, head)!;
    return dataEdges(graph, head).some(
      (edge, input) =>
        groups.groupOf[graph.edgeSource[edge]] === group &&
        dividedAxes(choosing, edge).some((t) => inputs[input].along[t] >= 0),
    );
  });
}
