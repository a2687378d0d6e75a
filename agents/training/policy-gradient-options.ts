/** Options of the plain policy gradient on whole placements, and the learner that they make. */
import { z } from "zod";
import type { MeteredEvaluator } from "../../env/sim/evaluator/meter.ts";
import { type AdvantageShape, advantagesOver } from "./advantages.ts";
import { reinforceAlgorithm } from "./algorithms/reinforce.ts";
import { movingAverage } from "./baselines/moving-average.ts";
import type { DecodingOptions } from "./decoding.ts";
import type { LearnerSpec } from "./learner.ts";
import type { OneShotRules } from "./lessons/one-shot-lesson.ts";
import { constant, exponential } from "./schedule.ts";
import { FAILING_REWARD, rewardOn, rewardShape } from "./scoring.ts";

export const gradientOptions = {
  batch: z.int().min(1).default(3).describe("Placements sampled per update."),
  baselineDecay: z.number().min(0).max(1).default(0.9).describe("Decay of the moving-average baseline."),
  entropy: z.number().min(0).default(0).describe("Weight of the policy's entropy, summed over the groups."),
  tilt: z
    .number()
    .min(0)
    .default(2)
    .describe("Standard deviation of the first update's random tilt, in logits."),
  tiltDecay: z.number().min(0).max(1).default(0.9).describe("Factor on the tilt per update."),
  clipNorm: z
    .number()
    .positive()
    .default(1)
    .describe("Largest norm of a gradient; larger ones are scaled down."),
  reward: rewardShape,
};
export type GradientOptions = z.infer<z.ZodObject<typeof gradientOptions>>;

export const tiltedRules = ({
  tilt,
  tiltDecay,
  reward,
}: Pick<GradientOptions, "tilt" | "tiltDecay"> & {
  readonly reward: Parameters<typeof rewardOn>[1];
}): OneShotRules => ({
  rewardOn: (evaluator: MeteredEvaluator) => rewardOn(evaluator, reward),
  tilt: exponential(tilt, tiltDecay),
});

interface SpecOptions extends Omit<GradientOptions, "tilt" | "tiltDecay" | "reward"> {
  readonly reward: Parameters<typeof rewardOn>[1];
  readonly learningRate: number;
  /** `moving` by default. */
  readonly advantages?: AdvantageShape;
  /** 0, the default, is never. */
  readonly lateFilter?: number;
}

/**
 * REINFORCE over a moving average. Under the published reward the average begins with the failing
 * signal.
 */
export const gradientSpec = (options: SpecOptions & DecodingOptions): LearnerSpec => ({
  batch: options.batch,
  decoding: options,
  algorithm: reinforceAlgorithm,
  advantages: () =>
    advantagesOver({
      baseline: movingAverage(options.baselineDecay, options.reward === "seconds" ? FAILING_REWARD : null),
      shape: options.advantages ?? "moving",
      decay: options.baselineDecay,
    }),
  learningRate: constant(options.learningRate),
  entropy: constant(options.entropy),
  clipNorm: options.clipNorm,
  lateFilter: options.lateFilter || undefined,
});
