/** Options of the sequence placers: seq2seq, ColocRL, HDP's placer, Spotlight. */
import { z } from "zod";
import { gradientOptions } from "./policy-gradient-options.ts";
import { publishedShape } from "./scoring.ts";

/** Sizes of the network. */
export const sequenceFields = {
  hidden: z.int().min(1).default(64).describe("Width of both LSTMs."),
  attention: z.int().min(1).default(16).describe("Width of the space in which attention compares."),
  embedding: z.int().min(1).default(16).describe("Width of the embedding of the previous device."),
  inputFeeding: z
    .boolean()
    .default(false)
    .describe("Whether the decoder sees at each step what it attended to at the one before."),
  temperature: z.number().positive().default(10).describe("T in C x tanh(logits / T)."),
  clip: z.number().positive().default(5).describe("C in C x tanh(logits / T): the largest logit."),
  groupBias: z
    .number()
    .min(0)
    .default(66)
    .describe("Factor on a learned bias of each group and device in the logits; 0 is no such bias."),
};

/** Network and training of the published placers. */
export const placerFields = {
  ...gradientOptions,
  learningRate: z.number().positive().default(0.003).describe("Adam's step size."),
  advantages: z
    .enum(["moving", "batch", "raw"])
    .default("moving")
    .describe("Advantages over a moving spread, of unit spread in each batch, or as they are."),
  reward: publishedShape,
  lateFilter: z
    .int()
    .min(0)
    .default(0)
    .describe("Update from which only plans that fit are learned from; 0 is never."),
  ...sequenceFields,
};
