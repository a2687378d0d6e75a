/**
 * Megatron's tensor parallelism by rule (Shoeybi et al., arXiv 1909.08053), and with sequences
 * divided between (Korthikanti et al., arXiv 2205.05198). Rules read dimensions and layouts, no
 * names.
 */
import { type OpGraph, Role } from "../../../../env/model/graph/graph.ts";
import { weightDimensions } from "../../../../env/model/layers/weight-dimensions.ts";
import { type Mesh, sizesOf } from "../../../../env/model/layout/mesh.ts";
import { naturalLayouts, type OpSplit } from "../../../../env/model/layout/natural.ts";
import { dataEdges, iterationOf, type ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { type GroupSplits, groupPlan, groupSplits } from "../labels/group-splits.ts";
import { isProduct, type LabelGroups, labelGroups } from "../labels/groups.ts";
import { everyDimension } from "../labels/offers.ts";
import { splitRules } from "../legal-splits.ts";
import { machineSize, meshDevices } from "../mesh/meshes.ts";

/**
 * The most ranks of a machine that divide the heads of all ops. Devices are in the order of their
 * machines, so the ranks of a degree are neighbours.
 */
export function megatronDegree(scenario: Pick<Scenario, "graph" | "cluster">): number {
  const most = machineSize(scenario, meshDevices(scenario));
  const heads = headSizes(scenario.graph);
  for (let ranks = most; ranks > 1; ranks--)
    if (most % ranks === 0 && heads.every((size) => size % ranks === 0)) return ranks;
  return 1;
}

/** Heads of attention of each op that has some; once for each such dimension. */
export const headSizes = ({ iterations }: Pick<OpGraph, "iterations">): number[] =>
  (iterations ?? []).flatMap((each) =>
    (each?.dimensions ?? []).flatMap(({ kind, size }) => (kind === "head" ? [size] : [])),
  );

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
export function megatronPlan(
  graph: OpGraph,
  mesh: Mesh,
  { sequences = false }: { readonly sequences?: boolean } = {},
): ShardingPlan {
  const groups = labelGroups(graph);
  const made = groupSplits(graph, groups, { offer: everyDimension, sizes: sizesOf(mesh) });
  const choosing = { ...made, graph, groups, labels: new Int32Array(groups.count) };
  for (const [group, head] of groups.heads.entries())
    if (head !== -1) choosing.labels[group] = labelOf(choosing, group, head);
  const plan = groupPlan(mesh, groups, made.splits, choosing.labels);
  return sequences ? withSequences(graph, plan) : plan;
}

/**
 * Ops between divided products divide the sequence by axis 1, such as norms and residuals. So sums
 * are scattered, and gathered where a product begins. Before the first undivided product on the way
 * from or to a divided one, that is: logits and look-ups stay whole.
 */
function withSequences(graph: OpGraph, plan: ShardingPlan): ShardingPlan {
  const rules = splitRules(graph, sizesOf(plan.mesh));
  const isDivided = (v: number): boolean => plan.split[v]?.some((axes) => axes.includes(TENSOR)) === true;
  const multiplies = (v: number): boolean => {
    const iteration = iterationOf(graph, v);
    return iteration !== null && isProduct(iteration);
  };
  const between = new Uint8Array(graph.opCount);
  const forward = graph.topologicalOrder.filter((v) => graph.role[v] === Role.forward);
  const marked = (other: number): boolean => isDivided(other) || between[other] === 1;
  for (const v of forward)
    if (!multiplies(v) && dataEdges(graph, v).some((e) => marked(graph.edgeSource[e]))) between[v] = 1;
  for (const v of forward.toReversed())
    if (!multiplies(v) && usersOf(graph, v).some((user) => graph.role[user] === Role.forward && marked(user)))
      between[v] = 1;
  // Sums of gradients lie as the op needs them that they are for.
  for (const v of graph.topologicalOrder.toReversed())
    if (graph.role[v] !== Role.forward && plan.split[v] !== null)
      between[v] = Number(
        usersOf(graph, v).some((user) => between[plan.split[user] === null ? graph.twin[user] : user] === 1),
      );
  const split = plan.split.map((own, v) => {
    const iteration = iterationOf(graph, v);
    if (iteration === null || own === null || isDivided(v) || between[v] === 0) return own;
    const more = own.map((axes, d) =>
      iteration.dimensions[d].kind === "sequence" ? [...axes, TENSOR] : axes,
    );
    return rules.isLegal(v, more) ? more : own;
  });
  return { ...plan, split };
}

const usersOf = ({ outStart, outEdge, edgeDestination }: OpGraph, v: number): number[] =>
  Array.from(outEdge.subarray(outStart[v], outStart[v + 1]), (e) => edgeDestination[e]);

function labelOf(choosing: Choosing, group: number, head: number): number {
  const { graph, labels } = choosing;
  const iteration = iterationOf(graph, head)!;
  const { dimensions, inputs, parameters } = iteration;
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
  for (const dimension of weightDimensions(iteration).columns) {
    const isFeature = dimensions[dimension].kind === "feature";
    const found = isFeature ? withDimension(choosing, head, data, dimension) : null;
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
