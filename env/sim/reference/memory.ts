/**
 * The specification of `memory: "training"`: what is in memory between the times that reference.ts
 * gives. Twin: memory/peak-slices.ts.
 */
import type { Scenario } from "../../model/scenario.ts";
import type { Need, Transfer } from "./tasks.ts";

/**
 * At every instant, the sum of everything that is on the device then. `needsOf` are the needs that
 * each op meets.
 */
export function referencePeaks(
  { graph, cluster, fidelity }: Scenario,
  device: ArrayLike<number>,
  needsOf: readonly (readonly Need[])[],
  run: { startUs: number[]; endUs: number[]; transfers: Transfer[] },
): number[] {
  const lives: {
    readonly at: number;
    readonly bytes: number;
    readonly fromUs: number;
    readonly toUs: number;
  }[] = [];
  const sentUsOf = Array.from({ length: graph.opCount }, (): number[] => []);
  for (const { producer, arriveUs } of run.transfers) sentUsOf[producer].push(arriveUs[0]);
  for (let v = 0; v < graph.opCount; v++) {
    const uses = needsOf[v].filter(({ tensor }) => tensor !== null);
    const localEnds = uses
      .filter((need) => device[need.consumer] === device[v])
      .map((need) => run.endUs[need.consumer]);
    const sends = sentUsOf[v];
    const outputs = graph.outputBytes.slice(graph.outputStart[v], graph.outputStart[v + 1]);
    lives.push({
      at: device[v],
      bytes: outputs.reduce((sum, bytes) => sum + bytes, 0),
      fromUs: run.startUs[v],
      toUs: Math.max(run.endUs[v], ...localEnds, ...sends),
    });
    const workspace = { at: device[v], bytes: graph.workspaceBytes[v] };
    lives.push({ ...workspace, fromUs: run.startUs[v], toUs: run.endUs[v] });
  }
  for (const { to, bytes, startUs, needs: served } of run.transfers)
    lives.push({
      at: to,
      bytes,
      fromUs: startUs[startUs.length - 1],
      toUs: Math.max(...served.map((need) => run.endUs[need.consumer])),
    });
  return cluster.devices.map((_, d) => {
    let resident = 0;
    for (let v = 0; v < graph.opCount; v++)
      if (device[v] === d) resident += graph.parameterBytes[v] * (1 + fidelity.optimizerSlots);
    const own = lives.filter(({ at }) => at === d);
    const bytes = Float64Array.from(own, (each) => each.bytes);
    const fromUs = Float64Array.from(own, (each) => each.fromUs);
    const toUs = Float64Array.from(own, (each) => each.toUs);
    const liveAt = (us: number) => {
      let sum = 0;
      for (let i = 0; i < own.length; i++) if (fromUs[i] <= us && us < toUs[i]) sum += bytes[i];
      return sum;
    };
    return resident + Math.max(0, ...own.map((each) => liveAt(each.fromUs)));
  });
}
