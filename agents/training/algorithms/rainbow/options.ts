/**
 * Options of Rainbow, for every agent that learns action values. Parts are turned off by
 * `double=false`, `dueling=false`, `noise=0`, `alpha=0` and `steps=1`.
 */
import { z } from "zod";
import { InputError } from "../../../../env/model/errors.ts";
import { linear } from "../../schedule.ts";
import type { RainbowSpec } from "./rainbow-learner.ts";

const count = (usual: number, text: string) => z.int().min(1).default(usual).describe(text);
const share = (usual: number, text: string) => z.number().min(0).max(1).default(usual).describe(text);

export const rainbowFields = {
  hidden: count(128, "Width of the two dense layers."),
  atoms: z.int().min(2).max(512).default(51).describe("Values that a distribution of returns is over."),
  lowest: z.number().default(-2).describe("The lowest of them; a return is log(reference / cost), or -1."),
  highest: z.number().default(2).describe("The highest of them."),
  dueling: z.boolean().default(true).describe("Whether the state has a stream of its own."),
  double: z.boolean().default(true).describe("Whether the online network chooses what the target judges."),
  noise: z.number().min(0).default(0.5).describe("Noise of the streams in the beginning; 0 is none."),
  steps: count(3, "Steps of a transition."),
  discount: share(1, "Factor per decision on later rewards."),
  capacity: z.int().min(1).max(1_000_000).default(10_000).describe("Transitions that are remembered."),
  alpha: share(0.5, "Power of priorities; 0 draws transitions uniformly."),
  beta: share(0.4, "Power of the weights that correct it, in the first update."),
  betaUpdates: z.int().min(0).default(200).describe("Updates over which that power rises to 1."),
  minibatch: count(32, "Transitions of a step of the optimizer."),
  learnEvery: count(4, "Decisions between two such steps."),
  warmUp: count(32, "Transitions before the first one."),
  targetEvery: count(50, "Such steps between two copies to the target network."),
  learningRate: z.number().positive().default(0.001).describe("Adam's step size."),
  clipNorm: z.number().positive().default(10).describe("Largest norm of a gradient; larger ones are scaled."),
  epsilon: share(0.3, "Probability of a uniform action in the first update."),
  epsilonUpdates: z.int().min(0).default(60).describe("Updates over which it falls to `lastEpsilon`."),
  lastEpsilon: share(0.02, "Probability of a uniform action from then on."),
  plans: count(4, "New plans of an update."),
  episodes: count(16, "Most episodes of an update, known plans and failures too."),
};

type RainbowOptions = z.infer<z.ZodObject<typeof rainbowFields>>;

/** Rainbow's usual values, where they differ: the paper tells none that we know of. */
export const usualRainbow = {
  hidden: 256,
  capacity: 50_000,
  learningRate: 1e-4,
  targetEvery: 1000,
  epsilon: 0,
  lastEpsilon: 0,
};

/** Throws one sentence where the values of returns are none. */
export function rainbowSpec(options: RainbowOptions): RainbowSpec {
  const { lowest: low, highest: high, double: isDouble, minibatch: batch, ...rest } = options;
  if (low >= high)
    throw new InputError(`Option "highest" is ${high}, expected more than the ${low} of "lowest".`);
  const { hidden, dueling, noise, atoms } = options;
  return {
    ...rest,
    network: { hidden, dueling, noise, atoms: { low, high, count: atoms } },
    isDouble,
    batch,
    epsilon: linear(options.epsilon, options.lastEpsilon, options.epsilonUpdates),
    beta: linear(options.beta, 1, options.betaUpdates),
  };
}
