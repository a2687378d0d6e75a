/**
 * The arrows of a trace. Each input from another device is one flow, from its producer over every
 * hop to its consumer. An arrow touches each span in its middle, away from its neighbours.
 */
import type { Scenario } from "../../../env/model/scenario.ts";
import type { Task, Tasks } from "../../../env/sim/timeline/explain/tasks.ts";
import { CLUSTER, type FlowEvent, onGrid } from "./events.ts";

export function flowsOf(
  { graph }: Scenario,
  { ops, transfers, journeys }: Tasks,
  tidOf: ReadonlyMap<Task, number>,
): FlowEvent[] {
  const hopsOf: Task[][] = journeys.map(() => []);
  for (const hop of transfers) hopsOf[hop.journey].push(hop);
  let id = 0;
  return journeys.flatMap(({ producer, consumers }, journey) =>
    [...new Set(consumers)].flatMap((consumer) => {
      id++;
      const stations = [ops[producer], ...hopsOf[journey], ops[consumer]];
      return stations.map((task, i): FlowEvent => {
        const ph = i === 0 ? "s" : i === stations.length - 1 ? "f" : "t";
        const ts = (onGrid(task.startUs) + onGrid(task.doneUs)) / 2;
        const name = graph.names[producer];
        return { ph, pid: CLUSTER, tid: tidOf.get(task)!, name, cat: "transfer", id, ts, bp: "e" };
      });
    }),
  );
}
