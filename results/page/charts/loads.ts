/** The load of each device under the max-load objective, as bars of compute and transfers. */
import type { Plan } from "../../../env/model/plan/plan.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { deviceLoads } from "../../../env/sim/objectives/device-loads.ts";
import { formatUs } from "../../text/format.ts";
import { html, type Markup } from "../markup.ts";
import { figure, keyList } from "../parts.ts";
import { barList } from "./bars.ts";

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
