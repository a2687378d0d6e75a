/** How many minibatches planners of asynchronous pipelines divide a batch into. */
import { microBatchLimit } from "../../../env/model/plan/pipeline.ts";
import type { EqualDevices } from "./equal-devices.ts";

/** The number asked for; for 0 one for each accelerator. Never more than there are samples. */
export function minibatchesOf(
  { chain, devices }: Pick<EqualDevices, "chain" | "devices">,
  asked: number,
): number {
  return Math.min(asked === 0 ? devices.length : asked, microBatchLimit(chain.scenario.graph));
}
