/** How many minibatches planners of asynchronous pipelines divide a batch into. */
import { MOST_MICRO_BATCHES } from "../../../env/model/plan/pipeline.ts";
import type { EqualDevices } from "./equal-devices.ts";

/** The number asked for; for 0 one for each accelerator. Never more than there are samples. */
export function minibatchesOf(
  { chain, devices }: Pick<EqualDevices, "chain" | "devices">,
  asked: number,
): number {
  const most = Math.min(MOST_MICRO_BATCHES, chain.scenario.graph.batch ?? MOST_MICRO_BATCHES);
  return Math.min(asked === 0 ? devices.length : asked, most);
}
