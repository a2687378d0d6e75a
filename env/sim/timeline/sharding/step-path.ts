/**
 * The critical path of a sharded step, by what it is spent on: ops of each role, messages of each
 * collective, the host. The rest is waiting, such as in gaps of the fidelity. The path goes over
 * ranks, from whatever determined a start to the next.
 */
import type { OpGraph } from "../../../model/graph/graph.ts";
import type { LoggedSharding } from "../../lower/sharding/run.ts";
import { taskOrder } from "../../lower/tasks/task-order.ts";
import { criticalPath, type Segment } from "../explain/critical-path.ts";
import { tasksIn } from "../explain/tasks.ts";
import type { PathPart } from "./contract.ts";

/** Parts with time, largest first; they add up to the step. */
export function stepPath(graph: OpGraph, run: LoggedSharding): PathPart[] {
  const { compiled, engine, device, iterationUs, moves, rankOf } = run;
  const times = { ...engine, device, opPriority: undefined, makespanUs: iterationUs };
  const tasks = tasksIn(compiled, { ...times, transfers: engine.transfers() }, taskOrder(compiled));
  const segments = criticalPath(tasks);
  const moveOf = new Int32Array(compiled.opCount).fill(-1);
  moves.forEach(({ firstTask, endTask }, move) => {
    moveOf.fill(move, firstTask, endTask);
  });
  /** A message is of the collective whose task receives it. */
  const moveOfSegment = ({ task }: Segment): number => {
    if (task.kind === "op") return moveOf[task.op];
    return moveOf[tasks.journeys[task.journey].consumers[0]];
  };
  const sums = new Map<string, { -readonly [Field in keyof PathPart]: PathPart[Field] }>();
  const add = (kind: PathPart["kind"], of: number, us: number): void => {
    if (us <= 0) return;
    const key = `${kind} ${of}`;
    const sum = sums.get(key) ?? { kind, of, us: 0 };
    sums.set(key, sum);
    sum.us += us;
  };
  add("waiting", -1, segments[0].fromUs);
  for (const segment of segments) {
    const us = segment.toUs - segment.fromUs;
    const move = moveOfSegment(segment);
    const { op } = segment.task;
    if (segment.kind === "gap") add("waiting", -1, us);
    else if (segment.kind !== "compute") {
      const isHost = move === -1 || moves[move].kind === "feed";
      add(isHost ? "host" : "collective", isHost ? -1 : move, us);
    } else if (rankOf[op] === -1) add("host", -1, us);
    else add("computing", graph.role[run.opOf[op]], us);
  }
  return [...sums.values()].sort((a, b) => b.us - a.us);
}
