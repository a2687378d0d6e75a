/**
 * The load of each device under the max-load objective, split into compute and transfers. The score
 * itself is in env/sim/objectives/max-load.ts; a test holds that the largest load here is the value
 * there.
 */

import { isCpu } from "../../../env/model/cluster/cluster.ts";
import { dataConsumers, transferTimesUs } from "../../../env/model/cluster/output-transfers.ts";
import { runTimesUs } from "../../../env/model/cluster/speed.ts";
import type { Plan } from "../../../env/model/plan/plan.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { formatUs } from "../../format.ts";
import { html, type Markup } from "../markup.ts";
import { figure, keyList } from "../parts.ts";
import { barList } from "./bars.ts";

export interface DeviceLoads {
  readonly computeUs: Float64Array;
  readonly transferUs: Float64Array;
}

export function deviceLoads(scenario: Scenario, { device }: Plan): DeviceLoads {
  const { graph, cluster } = scenario;
  const deviceCount = cluster.devices.length;
  const runUs = runTimesUs(graph, cluster);
  const moveUs = transferTimesUs(graph, cluster);
  const consumers = dataConsumers(scenario);
  const computeUs = new Float64Array(deviceCount);
  const transferUs = new Float64Array(deviceCount);
  for (let v = 0; v < graph.opCount; v++) {
    computeUs[device[v]] += runUs[v * deviceCount + device[v]];
    const users = new Set(
      Array.from(consumers.op.subarray(consumers.start[v], consumers.start[v + 1]), (op) => device[op]),
    );
    users.delete(device[v]);
    if (users.size === 0) continue;
    for (const d of [device[v], ...users]) if (!isCpu(cluster.devices[d])) transferUs[d] += moveUs[v];
  }
  return { computeUs, transferUs };
}

export function loadsFigure(
  scenario: Scenario,
  plan: Plan,
  { method, bound }: { readonly method: string; readonly bound: number },
): Markup {
  const { computeUs, transferUs } = deviceLoads(scenario, plan);
  const largest = Math.max(bound, ...computeUs.map((us, d) => us + transferUs[d]));
  const bars = scenario.cluster.devices.map(({ name }, d) => ({
    label: name,
    full: 1.02 * largest,
    parts: [
      { kind: "forward", size: computeUs[d] },
      { kind: "transfer", size: transferUs[d] },
    ],
    limit: bound > 0 ? bound : null,
    text: `${formatUs(computeUs[d] + transferUs[d])}, ${formatUs(transferUs[d])} of it transfers`,
  }));
  const keys = [["forward", "compute"] as const, ["transfer", "transfers"] as const];
  const caption = `Load of each device per sample under the plan of ${method}; the largest is the value.`;
  return figure(barList(bars), html`${keyList(keys)} ${caption}`);
}
