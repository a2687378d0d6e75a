/** Options that the published sequence placers share: ColocRL, HDP's placer, Spotlight. */
import { z } from "zod";
import type { MeteredEvaluator } from "../../env/sim/evaluator/meter.ts";
import { overBound, type Reward, rootOfSeconds } from "./scoring.ts";

const rewards = ["sqrt", "linear", "log", "seconds"] as const;

export const placerFields = {
  batch: z.int().min(1).default(10).describe("Placements sampled per update."),
  learningRate: z.number().positive().default(0.003).describe("Adam's step size."),
  clipNorm: z
    .number()
    .positive()
    .default(1)
    .describe("Largest norm of a gradient; larger ones are scaled down."),
  entropy: z.number().min(0).default(0).describe("Weight of the policy's entropy, summed over the groups."),
  baselineDecay: z.number().min(0).max(1).default(0.9).describe("Decay of the moving-average baseline."),
  advantages: z
    .enum(["moving", "batch", "raw"])
    .default("moving")
    .describe("Advantages over a moving spread, of unit spread in each batch, or as they are."),
  reward: z
    .enum(rewards)
    .default("sqrt")
    .describe(
      "Minus the root, value or logarithm of cost over bound, or the root of seconds with a failing signal.",
    ),
  lateFilter: z
    .int()
    .min(0)
    .default(0)
    .describe("Update from which only plans that fit are learned from; 0 is never."),
  hidden: z.int().min(1).default(64).describe("Width of both LSTMs."),
  attention: z.int().min(1).default(16).describe("Width of the space in which attention compares."),
  embedding: z.int().min(1).default(16).describe("Width of the embedding of the previous device."),
  temperature: z.number().positive().default(10).describe("T in C x tanh(logits / T)."),
  clip: z.number().positive().default(5).describe("C in C x tanh(logits / T): the largest logit."),
};

export const publishedRewardOn = (evaluator: MeteredEvaluator, shape: (typeof rewards)[number]): Reward =>
  shape === "seconds" ? rootOfSeconds(evaluator) : overBound(evaluator, shape);
