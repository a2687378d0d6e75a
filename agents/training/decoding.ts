/**
 * How a trained policy answers: one greedy episode, or the best of several, each of which is
 * charged. An axis of its own: any policy with any decoding, as `colocrl@runs/x?decode=sample`.
 *
 * - `sample`: draws with a temperature and top-p.
 * - `beam`: the likeliest plans of a beam search.
 * - `multi-start`: greedy plans, each from another start.
 * - `renamings`: greedy by probabilities averaged over renamings of interchangeable devices.
 * - `improve`: each plan is the best one so far with a few groups drawn again from the policy
 *   (improvement.ts).
 * - `active-search`: trains the last layer on the task with REINFORCE, then answers with the best
 *   plan met (Bello et al., 2017; Hottung et al., ICLR 2022, for the last layer). The weights are
 *   put back.
 */
import { z } from "zod";
import { InputError } from "../../env/model/errors.ts";
import type { Plan } from "../../env/model/plan/plan.ts";
import type { Rng } from "../../env/model/rng.ts";
import { compile } from "../../env/sim/engine/compile.ts";
import { yieldEvery } from "../event-loop.ts";
import { interchangeableDevices } from "../problems/interchangeable-devices.ts";
import type { Tf } from "../tensors/types.ts";
import { createAdam } from "./adam.ts";
import { advantagesOver } from "./advantages.ts";
import { reinforceAlgorithm } from "./algorithms/reinforce.ts";
import { batchMean } from "./baselines/batch-mean.ts";
import { type Decoding, GREEDY, type Lesson, type PolicyNetwork, type Rollout, SAMPLE } from "./contract.ts";

export const decodingFields = {
  decode: z
    .enum(["greedy", "sample", "beam", "multi-start", "renamings", "improve", "active-search"])
    .default("greedy")
    .describe("How the policy answers: its greedy plan, or the best of `plans`."),
  plans: z.int().min(1).default(32).describe("Plans of a decoding other than greedy; each is charged."),
  decodeTemperature: z
    .number()
    .positive()
    .default(1)
    .describe("What logits are divided by in decode=sample and decode=improve."),
  topP: z
    .number()
    .positive()
    .max(1)
    .default(1)
    .describe("Share of the probability that decode=sample draws from."),
};
export type DecodingOptions = z.infer<z.ZodObject<typeof decodingFields>>;

/** What an answer charges at most, where an episode charges `perRollout`. */
export function answerSimulations({ decode, plans }: DecodingOptions, perRollout: number): number {
  if (decode === "improve") return plans;
  return decode === "greedy" || decode === "renamings" ? perRollout : plans * perRollout;
}

/** The policy's plan. Throws an `InputError` where the policy has no such decoding. */
export function answer<R extends Rollout>(
  tf: Tf,
  network: PolicyNetwork<R>,
  lesson: Lesson<R>,
  options: DecodingOptions,
  rng: Rng,
): Plan {
  return bestOf(episodes(tf, network, lesson, options, rng)).plan;
}

function episodes<R extends Rollout>(
  tf: Tf,
  network: PolicyNetwork<R>,
  lesson: Lesson<R>,
  { decode, plans, decodeTemperature, topP }: DecodingOptions,
  rng: Rng,
): R[] {
  if (decode === "sample")
    return solved(lesson, plans, { kind: "sample", temperature: decodeTemperature, topP }, rng);
  if (decode === "beam")
    return offered(lesson.beam?.bind(lesson), decode, "factored or written step by step")(plans);
  if (decode === "multi-start") {
    const started = offered(lesson.started?.bind(lesson), decode, "written or improved step by step");
    return started(plans, rng);
  }
  if (decode === "renamings") {
    const renamed = offered(lesson.renamed?.bind(lesson), decode, "written step by step");
    return [renamed(renamingsOf(lesson, plans))];
  }
  if (decode === "improve") {
    const improve = offered(lesson.improve?.bind(lesson), decode, "a device for each group");
    return improve({ plans, temperatures: [decodeTemperature] }, rng);
  }
  if (decode === "active-search") return searched(tf, network, lesson, plans, rng);
  return solved(lesson, 1, GREEDY, rng);
}

/** Plans that are drawn before the event loop has its turn. */
const DRAWN_AT_ONCE = 32;
const IMPROVED_AT_ONCE = 3_000;
/** As the policy likes them and nearly blind, times the temperature of the decoding. */
const DRAWN_AT = [0.7, 4];

/**
 * Spends the rest of the task's budget. Improves on the best plan so far where the policy has such
 * a decoding, else draws samples. Ends before where improving finds nothing to change.
 */
export async function drawOn<R extends Rollout>(
  lesson: Lesson<R>,
  { decodeTemperature, topP }: DecodingOptions,
  rng: Rng,
): Promise<void> {
  const { evaluator } = lesson.task;
  const yieldNow = yieldEvery(1);
  const temperatures = DRAWN_AT.map((factor) => factor * decodeTemperature);
  while (!evaluator.exhausted) {
    if (lesson.improve !== undefined) {
      const best = evaluator.best?.plan;
      const from = best?.kind === "placement" ? best : undefined;
      if (lesson.improve({ plans: IMPROVED_AT_ONCE, temperatures, moves: true }, rng, from).length < 2)
        return;
    } else {
      const affordable = Math.floor(evaluator.remaining / lesson.simulationsPerRollout);
      const count = Math.min(DRAWN_AT_ONCE, affordable);
      if (count < 1) return;
      solved(lesson, count, { kind: "sample", temperature: decodeTemperature, topP }, rng);
    }
    await yieldNow();
  }
}

const solved = <R extends Rollout>(lesson: Lesson<R>, count: number, decoding: Decoding, rng: Rng): R[] =>
  lesson.solve?.(count, decoding, rng) ?? lesson.rollOut(count, decoding, TRAINED, rng);

/** An update so late that exploration has faded. */
const TRAINED = 1e9;

function offered<T>(decoding: T | undefined, name: string, where: string): T {
  if (decoding === undefined)
    throw new InputError(`decode=${name} is for policies whose plans are ${where}; this one's are not.`);
  return decoding;
}

const bestOf = <R extends Rollout>(rollouts: readonly R[]): R =>
  rollouts.reduce((best, rollout) => (rollout.outcome.cost < best.outcome.cost ? rollout : best));

/** The identity and at most `count - 1` permutations of interchangeable devices. */
function renamingsOf({ task }: Lesson, count: number): Int32Array[] {
  const { devices } = task.scenario.cluster;
  const identity = Int32Array.from(devices, (_, device) => device);
  return [identity, ...interchangeableDevices(compile(task.scenario)).permutations].slice(0, count);
}

const SEARCH_BATCH = 8;
const SEARCH_RATE = 0.01;

/** All plans that the search met; the last layer is as before when it ends. */
function searched<R extends Rollout>(
  tf: Tf,
  { lastLayer = [] }: PolicyNetwork<R>,
  lesson: Lesson<R>,
  plans: number,
  rng: Rng,
): R[] {
  if (lastLayer.length === 0) throw new InputError("decode=active-search needs a policy with a last layer.");
  const before = lastLayer.map((variable) => variable.clone());
  const adam = createAdam(tf, lastLayer, { learningRate: SEARCH_RATE, clipNorm: 1 });
  const advantages = advantagesOver<R>({ baseline: batchMean(), shape: "batch" });
  const met: R[] = [];
  try {
    while (met.length < plans) {
      const count = Math.min(SEARCH_BATCH, plans - met.length);
      const rollouts = solved(lesson, count, SAMPLE, rng);
      met.push(...rollouts);
      const batch = { lesson, rollouts, ...advantages.of(rollouts, lesson) };
      const step = { batches: [batch], adam, entropy: 0, weightOf: () => 1, valueWeight: 0, rng };
      if (met.length < plans) reinforceAlgorithm.improve(tf, step);
    }
  } finally {
    lastLayer.forEach((variable, i) => {
      variable.assign(before[i]);
    });
    tf.dispose(before);
    adam.dispose();
  }
  return met;
}
