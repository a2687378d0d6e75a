/**
 * Lessons of policies that place all groups at once: a rollout is one placement, scored by one
 * evaluation and rewarded at its end.
 *
 * Source of the form: ColocRL (Mirhoseini et al., ICML 2017). Ours: the random tilt of
 * exploration.ts, under which a placement is also credited.
 */
import { groupDevices } from "../../../env/model/coarsen/grouping.ts";
import { InputError } from "../../../env/model/errors.ts";
import type { Placement } from "../../../env/model/plan/placement.ts";
import type { Rng } from "../../../env/model/rng.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import type { AgentContext, Task } from "../../contract.ts";
import type { LogitNoise, OneShotNetwork, OneShotPolicy } from "../../nets/one-shot-policy.ts";
import { choicesOf } from "../../problems/choices.ts";
import { correctedPlacement } from "../../search/groups/annealed-placement.ts";
import { readOut } from "../../tensors/tf.ts";
import type { Tensor2D, Tf } from "../../tensors/types.ts";
import type { Decoding, Drawn, KeptOutcome, Lesson, PolicyNetwork, Rollout } from "../contract.ts";
import { type ImprovementRules, type Improver, improved } from "../improvement.ts";
import type { Schedule } from "../schedule.ts";
import { planOf, type Reward } from "../scoring.ts";
import { deviceTilts } from "./exploration.ts";

export interface OneShotRollout extends Rollout {
  readonly groupDevice: Int32Array;
  /** Offset in logits of each device. */
  readonly tilt: Float32Array;
  /** Noise on its logits, [groups x devices]; null where there was none. */
  readonly noise: LogitNoise | null;
}

type DrawnPlacement = Pick<OneShotRollout, "groupDevice" | "tilt" | "noise">;

/** What is learned from again; its plan is made anew. */
interface KeptPlacement {
  readonly groupDevice: readonly number[];
  readonly outcome: KeptOutcome;
  readonly reward: number;
}

interface SavedLesson {
  readonly groups: number;
  readonly devices: number;
  readonly best?: KeptPlacement | null;
}

export interface OneShotRules {
  readonly rewardOn: (evaluator: MeteredEvaluator) => Reward;
  /** Standard deviation of the random tilt, in logits. */
  readonly tilt: Schedule;
  /** Noise on the logits of an update, null where there is none. */
  readonly noise?: (update: number) => NoiseRule | null;
  /** Placements that take the place of a draw, one in each update from the first on. */
  readonly openings?: readonly Int32Array[];
  /** Whether an update learns again from the best placement of the updates before. */
  readonly replaysBest?: boolean;
  /** Simulations of the search whose plan imitation learns; nothing is imitated without it. */
  readonly expert?: number;
}

export interface NoiseRule {
  readonly kind: "uniform" | "normal";
  /** Largest value of uniform noise, standard deviation of normal noise. */
  readonly amplitude: number;
  /** Whether that is a share of the root mean square of a row's logits. */
  readonly relative: boolean;
}

export function drawNoise({ kind, amplitude, relative }: NoiseRule, size: number, rng: Rng): LogitNoise {
  const draw = kind === "normal" ? () => rng.normal() : () => 2 * rng.next() - 1;
  return { values: Float32Array.from({ length: size }, () => amplitude * draw()), relative };
}

/**
 * The network for tasks of one size. Every task of the source is checked at once, so none fails
 * later.
 */
export async function oneShotTasks(
  tf: Tf,
  { tasks }: Pick<AgentContext, "tasks">,
  networkFor: (first: Scenario) => OneShotNetwork,
  rules: OneShotRules,
): Promise<PolicyNetwork<OneShotRollout>> {
  const first = await tasks.task(tasks.names[0]);
  const network = networkFor(first.scenario);
  const fits = network.sizeOf(first.scenario);
  const check = (scenario: Scenario) => {
    const size = network.sizeOf(scenario);
    if (size !== fits)
      throw new InputError(
        `The policy is for ${fits} and fits no other graph; "${scenario.name}" has ${size}.`,
      );
  };
  try {
    for (const name of tasks.names) check((await tasks.task(name)).scenario);
  } catch (error) {
    network.weights.dispose();
    throw error;
  }
  return {
    weights: network.weights,
    lastLayer: network.lastLayer,
    fits,
    open(task) {
      check(task.scenario);
      return oneShotLesson(tf, task, network.on(task.scenario), rules);
    },
  };
}

/** A policy's lesson on a task. The task's grouping says what is placed. */
export const oneShotLesson = (
  tf: Tf,
  task: Task,
  policy: OneShotPolicy,
  rules: OneShotRules,
): Lesson<OneShotRollout> => new OneShotLesson(tf, task, policy, rules);

class OneShotLesson implements Lesson<OneShotRollout> {
  readonly task: Task;
  readonly simulationsPerRollout = 1;
  private readonly tf: Tf;
  private readonly policy: OneShotPolicy;
  private readonly reward: Reward;
  private readonly rules: OneShotRules;
  private readonly groups: number;
  private readonly devices: number;
  /** Of earlier updates. */
  private best: OneShotRollout | null = null;

  constructor(tf: Tf, task: Task, policy: OneShotPolicy, rules: OneShotRules) {
    this.tf = tf;
    this.task = task;
    this.policy = policy;
    this.reward = rules.rewardOn(task.evaluator);
    this.rules = rules;
    this.groups = task.scenario.grouping.groupCount;
    this.devices = task.scenario.cluster.devices.length;
  }

  rollOut(count: number, decoding: Decoding, update: number, rng: Rng): OneShotRollout[] {
    return this.draw(count, decoding, update, rng).scored();
  }

  draw(count: number, decoding: Decoding, update: number, rng: Rng): Drawn<OneShotRollout> {
    const { tf, policy, devices, groups } = this;
    if (decoding.kind === "greedy") {
      const groupDevice = readOut(tf, () => policy.greedy());
      return this.drawn(Array.from({ length: count }, () => this.unperturbed(groupDevice)));
    }
    const tilts = deviceTilts(rng, count, devices, this.rules.tilt(update));
    const opening = this.rules.openings?.[update];
    if (opening !== undefined) tilts.fill(0, 0, devices);
    const noise = this.noiseOf(count, update, rng);
    const placements = readOut(tf, () => policy.sample(tilts, rng, decoding, noise));
    if (opening !== undefined) placements[0] = opening;
    const size = groups * devices;
    const all = placements.map((groupDevice, i) => ({
      groupDevice,
      tilt: tilts.slice(i * devices, (i + 1) * devices),
      noise: noise === undefined ? null : { ...noise, values: noise.values.slice(i * size, (i + 1) * size) },
    }));
    return this.drawn(all, this.rules.replaysBest === true);
  }

  private drawn(all: readonly DrawnPlacement[], replaysBest = false): Drawn<OneShotRollout> {
    const plans = all.map(({ groupDevice }) => planOf(this.task.scenario, groupDevice));
    return {
      plans,
      scored: () => {
        const rollouts = all.map((each, i) => this.scored(each, plans[i]));
        return replaysBest ? this.withBest(rollouts) : rollouts;
      },
    };
  }

  /** The best placement before these is learned from once more; it is not simulated again. */
  private withBest(drawn: OneShotRollout[]): OneShotRollout[] {
    const before = this.best;
    for (const rollout of drawn)
      if (this.best === null || rollout.outcome.cost < this.best.outcome.cost)
        this.best = { ...rollout, tilt: new Float32Array(this.devices) };
    return before === null ? drawn : [...drawn, before];
  }

  improve(rules: ImprovementRules, rng: Rng, from?: Placement): OneShotRollout[] {
    const { tf, policy, devices } = this;
    const none = new Float32Array(devices);
    const improver: Improver<OneShotRollout> = {
      choices: choicesOf(this.task.scenario, "all"),
      logits: ({ groupDevice }) =>
        readOut(tf, () => policy.logProbabilities([groupDevice], none).dataSync().slice() as Float32Array),
      score: (groupDevice) => this.plain(groupDevice),
    };
    const { grouping } = this.task.scenario;
    const start = improver.score(
      from === undefined ? readOut(tf, () => policy.greedy()) : groupDevices(grouping, from.device),
    );
    return improved(start, improver, rules, rng);
  }

  /** Expert iteration: what a search makes of the policy's own placement. */
  get demonstrate(): Lesson<OneShotRollout>["demonstrate"] {
    const { expert } = this.rules;
    if (expert === undefined) return undefined;
    return (_, rng) => {
      const { scenario, evaluator } = this.task;
      const from = readOut(this.tf, () => this.policy.greedy());
      const search = { from, simulations: expert };
      return [this.plain(correctedPlacement(choicesOf(scenario, "all"), evaluator, rng, search))];
    };
  }

  private noiseOf(count: number, update: number, rng: Rng): LogitNoise | undefined {
    const rule = this.rules.noise?.(update) ?? null;
    return rule === null ? undefined : drawNoise(rule, count * this.groups * this.devices, rng);
  }

  get beam(): Lesson<OneShotRollout>["beam"] {
    const { tf, policy } = this;
    if (policy.beam === undefined) return undefined;
    return (width) => readOut(tf, () => policy.beam!(width)).map((placed) => this.plain(placed));
  }

  get started(): Lesson<OneShotRollout>["started"] {
    const { tf, policy } = this;
    if (policy.started === undefined) return undefined;
    return (count) => readOut(tf, () => policy.started!(count)).map((placed) => this.plain(placed));
  }

  get renamed(): Lesson<OneShotRollout>["renamed"] {
    const { tf, policy } = this;
    if (policy.renamed === undefined) return undefined;
    return (renamings) => this.plain(readOut(tf, () => policy.renamed!(renamings)));
  }

  private plain(groupDevice: Int32Array): OneShotRollout {
    return this.scored(this.unperturbed(groupDevice), planOf(this.task.scenario, groupDevice));
  }

  private unperturbed(groupDevice: Int32Array): DrawnPlacement {
    return { groupDevice, tilt: new Float32Array(this.devices), noise: null };
  }

  replay(rollouts: readonly OneShotRollout[]) {
    const { tf, groups, devices } = this;
    const tilts = new Float32Array(rollouts.length * devices);
    rollouts.forEach(({ tilt }, i) => {
      tilts.set(tilt, i * devices);
    });
    const placements = rollouts.map(({ groupDevice }) => groupDevice);
    const rows = rollouts.length * groups;
    const logProbabilities = this.policy.logProbabilities(placements, tilts, this.noiseUnder(rollouts));
    const taken = new Int32Array(rows);
    placements.forEach((placement, i) => {
      taken.set(placement, i * groups);
    });
    return {
      decisions: [
        {
          logProbabilities: tf.reshape(logProbabilities, [rows, devices]) as Tensor2D,
          taken,
          rollout: Int32Array.from({ length: rows }, (_, row) => Math.floor(row / groups)),
          step: new Int32Array(rows),
        },
      ],
    };
  }

  /** Pre: all rollouts are of one update, so all have noise or none has. */
  private noiseUnder(rollouts: readonly OneShotRollout[]): LogitNoise | undefined {
    const [{ noise: first }] = rollouts;
    if (first === null) return undefined;
    const size = first.values.length;
    const values = new Float32Array(rollouts.length * size);
    rollouts.forEach(({ noise }, i) => {
      values.set(noise!.values, i * size);
    });
    return { values, relative: first.relative };
  }

  /** What the lesson is about, and the best placement where that is learned from again. */
  save(): SavedLesson {
    const { groups, devices, best } = this;
    if (this.rules.replaysBest !== true) return { groups, devices };
    if (best === null) return { groups, devices, best };
    const { feasible, value, cost, violation } = best.outcome;
    const outcome = { feasible, value, cost, violation };
    const [reward] = best.rewards;
    return { groups, devices, best: { groupDevice: [...best.groupDevice], outcome, reward } };
  }

  /** Weights may fit any graph; the rest of a run does not. */
  load(saved: unknown): void {
    const { groups, devices, best } = saved as SavedLesson;
    if (groups !== this.groups || devices !== this.devices)
      throw new InputError(
        `The saved run places ${groups} groups on ${devices} devices, "${this.task.name}" has ${this.groups} groups and ${this.devices} devices: another scenario or other options.`,
      );
    this.best = best === undefined || best === null ? null : this.keptRollout(best);
  }

  private keptRollout({ groupDevice: devices, outcome, reward }: KeptPlacement): OneShotRollout {
    const groupDevice = Int32Array.from(devices);
    const plan = planOf(this.task.scenario, groupDevice);
    const tilt = new Float32Array(this.devices);
    return { plan, outcome, rewards: Float64Array.of(reward), groupDevice, tilt, noise: null };
  }

  dispose(): void {
    this.policy.dispose();
  }

  private scored(drawn: DrawnPlacement, plan: Placement): OneShotRollout {
    const outcome = this.task.evaluator.evaluate(plan);
    return { plan, outcome, rewards: Float64Array.of(this.reward(outcome)), ...drawn };
  }
}
