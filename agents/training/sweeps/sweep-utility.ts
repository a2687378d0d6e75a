/**
 * What the rewards of a sweep are drops of. `cost` is the evaluator's own, over the scenario's
 * bound. `seconds` is Placeto's published rule (Addanki et al., NeurIPS 2019): the step in seconds,
 * and a penalty for each GB above a limit, at most a cap.
 *
 * Ours: a plan that does not fit the devices has no step time here, so it counts as the cap.
 */
import { InputError } from "../../../env/model/errors.ts";
import type { Utility } from "../../../env/parts/utility.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import { scaleOf } from "../scoring.ts";

export type SweepTime = "cost" | "seconds";
export type SweepScale = "linear" | "sqrt" | "log";

export interface SweepUtilityOptions {
  readonly time: SweepTime;
  readonly scale: SweepScale;
  /** Of `seconds`: seconds for each GB (1e9 bytes) of the fullest device above the limit. */
  readonly memoryPenalty: number;
  readonly memoryLimit: number;
  /** Of `seconds`: the longest step that is told apart. */
  readonly capSeconds: number;
}

const GB = 1e9;

export function sweepUtility(evaluator: MeteredEvaluator, options: SweepUtilityOptions): Utility {
  const shape = shapes[options.scale];
  if (options.time === "seconds") {
    const { unit, scenario } = evaluator;
    if (unit !== "us")
      throw new InputError(
        `The reward of the paper is a time, and the objective of "${scenario.name}" is ${scenario.objective}; choose mode=tuned.`,
      );
    return { name: `${options.scale} seconds`, of: (outcome) => 0 - shape(secondsOf(outcome, options)) };
  }
  const unitOfCost = scaleOf(evaluator);
  return { name: `${options.scale} cost`, of: ({ cost }) => 0 - shape(cost / unitOfCost) };
}

const shapes: Readonly<Record<SweepScale, (time: number) => number>> = {
  linear: (time) => time,
  sqrt: Math.sqrt,
  log: (time) => Math.log(Math.max(time, 1e-12)),
};

function secondsOf(
  { value, peakBytes }: Parameters<Utility["of"]>[0],
  { memoryPenalty, memoryLimit, capSeconds }: SweepUtilityOptions,
): number {
  if (value === null) return capSeconds;
  const overGb = Math.max(0, peakBytes.reduce((a, b) => Math.max(a, b), 0) / GB - memoryLimit);
  return Math.min(capSeconds, value / 1e6 + memoryPenalty * overGb);
}
