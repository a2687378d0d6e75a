/**
 * The part of a graph that a stage with a mesh runs, as a text. It tells all that the stage's
 * program is made from, with ops numbered from 0 in topological order. Stages of one text so have
 * one program, but for the numbers of its ops (renumbered.ts). Making a program costs much more
 * than the text.
 *
 * The text covers the stage's ops, those whose outputs they use, their twins, and the updates of
 * any of these.
 */
import { type OpGraph, Role } from "../../../model/graph/graph.ts";
import type { ShardingPlan } from "../../../model/plan/sharding.ts";
import type { Scenario } from "../../../model/scenario.ts";
import { kindsOfOps } from "./op-kinds.ts";
import type { StageOps } from "./stage-program.ts";

export interface StagePart {
  /** Equal for stages whose programs differ in the numbers of their ops alone. */
  readonly text: string;
  /** The ops that the text tells of, in topological order. */
  readonly ops: readonly number[];
}

/** Ends a list within the text. */
const END = -2;
const ABSENT = -1;

/** Pre of the function that is returned: the sharding divides no op of another stage. */
export function createStageParts({ graph, cluster }: Pick<Scenario, "graph" | "cluster">) {
  const kinds = kindsOfOps(graph);
  const updates = firstUpdates(graph);
  const place = new Int32Array(graph.opCount);
  graph.topologicalOrder.forEach((v, at) => {
    place[v] = at;
  });
  const localOf = new Int32Array(graph.opCount).fill(ABSENT);
  const divisions = new Map<string, number>();
  /** The same for ops that are divided alike. */
  const divisionNumber = (split: ShardingPlan["split"][number], fields: readonly object[]): number => {
    if (split === null && fields.length === 0) return ABSENT;
    const name = JSON.stringify([split, fields]);
    const number = divisions.get(name) ?? divisions.size;
    divisions.set(name, number);
    return number;
  };

  return (sharding: ShardingPlan, stage: Omit<StageOps, "graph">): StagePart => {
    const ops = concerned(graph, stage.outside, updates).sort((a, b) => place[a] - place[b]);
    ops.forEach((v, local) => {
      localOf[v] = local;
    });
    const local = (v: number): number => (v === ABSENT ? ABSENT : localOf[v]);
    const fieldsAt = fieldsByOp(sharding);
    const told: number[] = [];
    for (const v of ops) {
      const division = divisionNumber(sharding.split[v], fieldsAt.get(v) ?? NONE);
      told.push(kinds[v], stage.outside[v], division, stage.workOf[v]);
      told.push(stage.recompute?.[v] ?? 0, local(graph.twin[v]), local(updates[v]));
      tellEdges(graph, v, stage.outside, { told, local });
    }
    const byNumber = [...ops].sort((a, b) => a - b);
    told.push(...byNumber.map(local), END, ...leavingEdges(graph, ops, stage.outside, local));
    for (const v of ops) localOf[v] = ABSENT;
    const { mesh, collective, memory } = sharding;
    const devices = [...new Set(mesh.devices.map((d) => cluster.devices[d].kind))];
    return { text: `${JSON.stringify([mesh.axes, collective, memory, devices])} ${told.join()}`, ops };
  };
}

const NONE: readonly object[] = [];

/** What the plan says of single ops, without their numbers. */
function fieldsByOp({ ratios = [], layouts = [], panels = [] }: ShardingPlan): Map<number, object[]> {
  const found = new Map<number, object[]>();
  for (const [name, list] of Object.entries({ ratios, layouts, panels }))
    for (const { op, ...rest } of list) {
      const own = found.get(op) ?? [];
      own.push([name, rest]);
      found.set(op, own);
    }
  return found;
}

/** The first update of each op, -1 for none. */
function firstUpdates({ role, twin, opCount }: OpGraph): Int32Array {
  const updates = new Int32Array(opCount).fill(ABSENT);
  for (let u = opCount - 1; u >= 0; u--)
    if (role[u] === Role.update && twin[u] !== ABSENT) updates[twin[u]] = u;
  return updates;
}

/** All ops that the program of a stage depends on, in no order. */
function concerned(graph: OpGraph, outside: Uint8Array, updates: Int32Array): number[] {
  const { twin, inStart, edgeSource } = graph;
  const found = new Set<number>();
  const add = (v: number): void => {
    if (v !== ABSENT) found.add(v);
  };
  outside.forEach((flag, v) => {
    if (flag === 1) return;
    add(v);
    add(twin[v]);
    for (let e = inStart[v]; e < inStart[v + 1]; e++) add(edgeSource[e]);
  });
  for (const v of [...found]) {
    add(updates[v]);
    add(twin[v]);
  }
  for (const v of [...found]) add(twin[v]);
  return [...found];
}

interface Telling {
  readonly told: number[];
  readonly local: (v: number) => number;
}

/** What an op of the stage reads, and who uses the outputs of any op. */
function tellEdges(graph: OpGraph, v: number, outside: Uint8Array, { told, local }: Telling): void {
  const { inStart, edgeSource, edgeOutput, outStart, outEdge, edgeDestination } = graph;
  if (outside[v] === 0)
    for (let e = inStart[v]; e < inStart[v + 1]; e++) told.push(local(edgeSource[e]), edgeOutput[e]);
  told.push(END);
  for (let i = outStart[v]; i < outStart[v + 1]; i++)
    told.push(edgeOutput[outEdge[i]], outside[edgeDestination[outEdge[i]]]);
  told.push(END);
}

/** Sources and outputs of the edges to other stages, in the order of the edges. */
function leavingEdges(
  { outStart, outEdge, edgeOutput, edgeDestination, edgeSource }: OpGraph,
  ops: readonly number[],
  outside: Uint8Array,
  local: (v: number) => number,
): number[] {
  const edges: number[] = [];
  for (const v of ops) {
    if (outside[v] === 1) continue;
    for (let i = outStart[v]; i < outStart[v + 1]; i++)
      if (outside[edgeDestination[outEdge[i]]] === 1) edges.push(outEdge[i]);
  }
  return edges.sort((a, b) => a - b).flatMap((e) => [local(edgeSource[e]), edgeOutput[e]]);
}
