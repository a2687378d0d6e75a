/**
 * The schedule problem at the level of its sets, for scenarios whose ops move in groups. Otherwise
 * a scheduler decides a whole group by its first op, which says little about the rest of the group.
 *
 * A task of the group problem is a *part*: the ops of one set in the forward pass, or those after
 * it. (A forward op and its backward twin in one set would make almost every quotient cyclic.) Run
 * times and bytes are sums. A tensor counts once per consuming part. The cycles that remain are
 * cut: strongly connected parts keep the order of their first ops, and edges against it are left
 * out. Parts of a set still share a device and its memory.
 */
import { stronglyConnectedComponents } from "../../../env/model/graph/components.ts";
import { positionsOf } from "./order.ts";
import type { ScheduleProblem, TaskOrder } from "./problem.ts";

export interface GroupProblem {
  readonly problem: ScheduleProblem;
  /** Part of each task. */
  readonly partOf: Int32Array;
  /** First task, in topological order, of each part. */
  readonly firstTask: Int32Array;
}

/** Null where no set has two tasks. */
export function groupProblem(problem: ScheduleProblem): GroupProblem | null {
  const { tasks, setOf, setBytes, pass, deviceCount, runUs } = problem;
  if (setBytes.length === tasks.opCount) return null;
  const partOf = new Int32Array(tasks.opCount);
  const numberOf = new Map<number, number>();
  const firstTask: number[] = [];
  for (const task of tasks.topologicalOrder) {
    const key = 2 * setOf[task] + pass[task];
    if (!numberOf.has(key)) numberOf.set(key, firstTask.push(task) - 1);
    partOf[task] = numberOf.get(key)!;
  }
  const partCount = firstTask.length;
  const partUs = new Float64Array(partCount * deviceCount);
  for (let task = 0; task < tasks.opCount; task++)
    for (let d = 0; d < deviceCount; d++)
      partUs[partOf[task] * deviceCount + d] += runUs[task * deviceCount + d];
  const edges = withoutCycles(mergedEdges(problem, partOf), partCount);
  return {
    partOf,
    firstTask: Int32Array.from(firstTask),
    problem: {
      ...problem,
      passShare: (problem.passShare * partCount) / tasks.opCount,
      tasks: edges.tasks,
      runUs: partUs,
      edgeBytes: edges.bytes,
      edgeTensor: Int32Array.from(edges.bytes, (bytes, e) => (bytes < 0 ? -1 : e)),
      setOf: Int32Array.from(firstTask, (task) => setOf[task]),
      pass: Uint8Array.from(firstTask, (task) => pass[task]),
    },
  };
}

/** The same problem with the device of every set decided. */
export function pinned(problem: ScheduleProblem, device: Int32Array): ScheduleProblem {
  const setDevices: Int32Array[] = new Array(problem.setBytes.length);
  problem.setOf.forEach((set, task) => {
    setDevices[set] = Int32Array.of(device[task]);
  });
  return { ...problem, setDevices };
}

/** The same problem on a network where everything takes `factor` times as long. */
export function slowedDown(problem: ScheduleProblem, factor: number): ScheduleProblem {
  return {
    ...problem,
    latencyUs: problem.latencyUs.map((us) => us * factor),
    bytesPerUs: problem.bytesPerUs.map((speed) => speed / factor),
  };
}

interface PartEdge {
  readonly from: number;
  readonly to: number;
  /** Negative where nothing moves. */
  bytes: number;
  readonly tensors: Set<number>;
}

function mergedEdges({ tasks, edgeTensor, edgeBytes }: ScheduleProblem, partOf: Int32Array): PartEdge[] {
  const edges = new Map<string, PartEdge>();
  for (let e = 0; e < tasks.edgeCount; e++) {
    const [from, to] = [partOf[tasks.edgeSource[e]], partOf[tasks.edgeDestination[e]]];
    if (from === to) continue;
    const key = `${from}>${to}`;
    const edge = edges.get(key) ?? { from, to, bytes: -1, tensors: new Set() };
    edges.set(key, edge);
    if (edgeTensor[e] === -1 || edge.tensors.has(edgeTensor[e])) continue;
    edge.tensors.add(edgeTensor[e]);
    edge.bytes = Math.max(0, edge.bytes) + edgeBytes[e];
  }
  return [...edges.values()];
}

/**
 * Parts are numbered by first task, so among strongly connected ones the lower number goes first.
 */
function withoutCycles(edges: readonly PartEdge[], partCount: number) {
  const successors: number[][] = Array.from({ length: partCount }, () => []);
  for (const { from, to } of edges) successors[from].push(to);
  const components = stronglyConnectedComponents(successors);
  const topologicalOrder = Int32Array.from({ length: partCount }, (_, part) => part).sort(
    (a, b) => components.of[b] - components.of[a] || a - b,
  );
  const position = positionsOf({ opCount: partCount, topologicalOrder });
  const kept = edges
    .filter(({ from, to }) => position[from] < position[to])
    .sort((a, b) => a.to - b.to || a.from - b.from);
  const tasks: TaskOrder = {
    opCount: partCount,
    edgeCount: kept.length,
    inStart: startsOf(kept, partCount, ({ to }) => to),
    edgeSource: Int32Array.from(kept, ({ from }) => from),
    edgeDestination: Int32Array.from(kept, ({ to }) => to),
    outStart: startsOf(kept, partCount, ({ from }) => from),
    outEdge: Int32Array.from(kept.keys()).sort((a, b) => kept[a].from - kept[b].from || a - b),
    topologicalOrder,
  };
  return { tasks, bytes: Float64Array.from(kept, ({ bytes }) => bytes) };
}

function startsOf(
  edges: readonly PartEdge[],
  partCount: number,
  partOf: (edge: PartEdge) => number,
): Int32Array {
  const start = new Int32Array(partCount + 1);
  for (const edge of edges) start[partOf(edge) + 1]++;
  for (let part = 0; part < partCount; part++) start[part + 1] += start[part];
  return start;
}
