/** Section 3 of the page under `memory: "training"`, as sums over intervals. */
import type { Scenario } from "../../../env/index.ts";
import type { Message, Wait } from "./page-needs.ts";

interface Held {
  readonly at: number;
  readonly bytes: number;
  readonly fromUs: number;
  readonly untilUs: number;
}

export function peaksOf(run: {
  readonly scenario: Scenario;
  readonly device: ArrayLike<number>;
  readonly startUs: readonly number[];
  readonly endUs: readonly number[];
  readonly waits: readonly Wait[];
  readonly messages: readonly Message[];
}): number[] {
  const { scenario, device, startUs, endUs, waits, messages } = run;
  const { graph, cluster, fidelity } = scenario;
  const held: Held[] = [];
  for (let v = 0; v < graph.opCount; v++) {
    const at = device[v];
    const used = waits.filter(
      (wait) => wait.producer === v && wait.tensor !== null && device[wait.consumer] === at,
    );
    const sent = messages.filter(({ producer }) => producer === v);
    const untilUs = Math.max(
      endUs[v],
      ...used.map(({ consumer }) => endUs[consumer]),
      ...sent.map(({ hops }) => hops[0].arriveUs),
    );
    let bytes = 0;
    for (let port = graph.outputStart[v]; port < graph.outputStart[v + 1]; port++)
      bytes += graph.outputBytes[port];
    held.push({ at, bytes, fromUs: startUs[v], untilUs });
    held.push({ at, bytes: graph.workspaceBytes[v], fromUs: startUs[v], untilUs: endUs[v] });
  }
  for (const { to, bytes, hops, waits: served } of messages)
    held.push({
      at: to,
      bytes,
      fromUs: hops[hops.length - 1].startUs,
      untilUs: Math.max(...served.map(({ consumer }) => endUs[consumer])),
    });
  return cluster.devices.map((_, d) => {
    const here = held.filter(({ at }) => at === d);
    let weights = 0;
    for (let v = 0; v < graph.opCount; v++)
      if (device[v] === d) weights += graph.parameterBytes[v] * (1 + fidelity.optimizerSlots);
    const sums = here.map(({ fromUs: us }) =>
      here.reduce((sum, { bytes, fromUs, untilUs }) => (fromUs <= us && us < untilUs ? sum + bytes : sum), 0),
    );
    return weights + Math.max(0, ...sums);
  });
}
