/**
 * REGAL's bandit (Paliwal et al., ICLR 2020): one action for a graph, which is the settings of all
 * its keys, and one reward. A rollout runs BRKGA with them, as runs.ts says. Rollouts of one update
 * have the same seeds, so they differ by their settings alone.
 *
 * Ours: it may imitate a search, and improve an answer's devices.
 */
import { groupDevices } from "../../../env/model/coarsen/grouping.ts";
import { type Placement, placement } from "../../../env/model/plan/placement.ts";
import type { Rng } from "../../../env/model/rng.ts";
import type { Task } from "../../contract.ts";
import { argmaxRows, sampleLogits } from "../../nets/categorical.ts";
import { type Choices, choicesOf, type Pool, planOf } from "../../problems/choices.ts";
import { correctedPlacement } from "../../search/groups/annealed-placement.ts";
import type { KeyDistributions } from "../../search/keys/evolution.ts";
import { BINS, distributionsOf, SETTINGS } from "../../search/keys/key-bins.ts";
import { readOut } from "../../tensors/tf.ts";
import type { Tensor1D, Tensor2D, Tf } from "../../tensors/types.ts";
import type {
  Decisions,
  Decoding,
  KeptOutcome,
  Lesson,
  PlacedRollout,
  Replay,
} from "../../training/contract.ts";
import { type ImprovementRules, type Improver, improved, type Standing } from "../../training/improvement.ts";
import type { Schedule } from "../../training/schedule.ts";
import { deviceLogits } from "./device-logits.ts";
import { featuresOf } from "./features.ts";
import { keyLabels, likeliestDevices } from "./key-labels.ts";
import type { RegalNetwork, RegalPolicy } from "./network.ts";
import { type RunRules, Runs } from "./runs.ts";

/** Below it there is no tilt. */
const LEAST_TILT = 1e-3;

export interface RegalRollout extends PlacedRollout {
  /** The bin of each decision row. */
  readonly bins: Int32Array;
  /** The linear weights that it was drawn under, where they were tilted. */
  readonly tilted: Float32Array | null;
  /** Of the tilt. */
  readonly deviation: number;
}

export interface RegalRules extends RunRules {
  readonly pool: Pool;
  /** Standard deviation of the tilt of the linear weights, in bins. */
  readonly tilt: Schedule;
  /** Whether an answer may improve on a plan; only without priority keys. */
  readonly improves: boolean;
  /** Simulations of the search whose plan imitation learns. */
  readonly expert: (task: Task) => number;
  /** Simulations of the run for the policy's own plan. */
  readonly actBudget: (task: Task, isTrained: boolean) => number;
  /** Whether each group has settings of its own, and updates learn again from the best run. */
  readonly isAlone: boolean;
  /** Of the whole run, shared by its lessons: whether training has begun. */
  readonly training: { hasBegun: boolean };
}

type ScoredBins = Omit<RegalRollout, "tilted" | "deviation">;

interface Saved {
  /** Cost of plain BRKGA by seed, null where it did not run yet. */
  readonly plain: readonly (number | null)[];
  /** What is learned from again. */
  readonly best?: KeptRun | null;
}

/** The plan of the best run, and what it came to. */
interface KeptRun {
  readonly device: readonly number[];
  readonly order: readonly number[] | null;
  readonly outcome: KeptOutcome;
  readonly reward: number;
}

export class RegalLesson implements Lesson<RegalRollout> {
  readonly task: Task;
  readonly simulationsPerRollout: number;
  private readonly tf: Tf;
  private readonly network: RegalNetwork;
  private readonly policy: RegalPolicy;
  private readonly rules: RegalRules;
  private readonly choices: Choices;
  private readonly runs: Runs;
  /** Of each key of a chromosome, which row of the network has its first setting. */
  private readonly firstRow: Int32Array;
  /** Rows of the network that some key has, ascending. */
  private readonly rows: Int32Array;
  private readonly rowCount: number;
  /** The best run of earlier updates, where that is learned from. */
  private best: ScoredBins | null = null;

  constructor(tf: Tf, task: Task, network: RegalNetwork, rules: RegalRules) {
    const { rowsPerNode } = network;
    this.tf = tf;
    this.task = task;
    this.network = network;
    this.policy = network.on(featuresOf(task.scenario), rules.isAlone);
    this.rules = rules;
    const { scenario } = task;
    const choices = choicesOf(scenario, rules.pool);
    this.choices = choices;
    this.runs = new Runs(task, choices, rules);
    this.simulationsPerRollout = this.runs.simulationsOfRollout;
    const devices = choices.legal.flatMap((legal, g) =>
      [...legal].map((device) => g * rowsPerNode + device * SETTINGS),
    );
    const priorities = rules.order
      ? [...scenario.grouping.groupOf].map((g) => (g + 1) * rowsPerNode - SETTINGS)
      : [];
    this.firstRow = Int32Array.from([...devices, ...priorities]);
    const used = new Set([...this.firstRow].flatMap((row) => [row, row + 1, row + 2]));
    this.rows = Int32Array.from([...used].sort((a, b) => a - b));
    this.rowCount = scenario.grouping.groupCount * rowsPerNode;
  }

  rollOut(count: number, decoding: Decoding, update: number, rng: Rng): RegalRollout[] {
    if (decoding.kind === "greedy") return this.greedy(count, rng);
    const seeds = this.runs.drawSeeds(rng);
    const affordable = this.runs.affordable(seeds);
    if (affordable > 0) this.rules.training.hasBegun = true;
    const { rules } = this;
    const deviation = rules.tilt(update);
    const drawn = Array.from({ length: Math.min(count, affordable) }, () => {
      const tilted = this.tilted(deviation, rng);
      const bins = sampleLogits(this.logits(tilted), BINS, rng, decoding);
      return { ...this.rolledOut(bins, seeds, rng), tilted, deviation };
    });
    return rules.isAlone ? this.withBest(drawn, deviation) : drawn;
  }

  /** Settings that spell the best plan of earlier updates are learned from too, without a run. */
  private withBest(drawn: RegalRollout[], deviation: number): RegalRollout[] {
    const before = this.best;
    for (const { plan, outcome, rewards } of drawn)
      if (this.best === null || outcome.cost < this.best.outcome.cost)
        this.best = { plan, outcome, rewards, bins: this.labelsOf(plan) };
    if (before === null) return drawn;
    return [...drawn, { ...before, tilted: this.tilted(deviation, null), deviation }];
  }

  private labelsOf({ device, opPriority }: Placement): Int32Array {
    const { grouping } = this.task.scenario;
    const groupDevice = new Int32Array(grouping.groupCount);
    grouping.groupOf.forEach((g, v) => {
      groupDevice[g] = device[v];
    });
    const devices = this.network.rowsPerNode / SETTINGS - 1;
    return keyLabels(groupDevice, devices, grouping, opPriority);
  }

  /** Bins are credited under the tilted weights; the tilt is a decision of its own. */
  replay(rollouts: readonly RegalRollout[]): Replay {
    const { tf } = this;
    const isTilted = rollouts.some(({ tilted }) => tilted !== null);
    const shared = isTilted ? null : this.logProbabilities(null);
    const each = rollouts.map(({ tilted }) => shared ?? this.logProbabilities(tilted));
    const bins = this.binDecisions(rollouts, tf.concat(each, 0) as Tensor2D);
    const decisions = isTilted ? [bins, this.tiltDecisions(rollouts)] : [bins];
    const value = this.policy.value();
    if (value === null) return { decisions };
    return { decisions, values: tf.tile(value, [bins.taken.length]) as Tensor1D };
  }

  /**
   * Expert iteration: keys that spell what an annealing makes of the devices that the policy's own
   * settings prefer.
   */
  demonstrate(_: number, rng: Rng): RegalRollout[] {
    const { task, choices, network, rules } = this;
    const { scenario, evaluator } = task;
    const devices = network.rowsPerNode / SETTINGS - 1;
    const from = likeliestDevices(argmaxRows(this.logits(null), BINS), choices.legal, devices);
    const search = { from, simulations: rules.expert(task) };
    const groupDevice = correctedPlacement(choices, evaluator, rng, search);
    const plan = planOf(choices, groupDevice);
    const outcome = evaluator.evaluate(plan);
    const bins = keyLabels(groupDevice, devices, scenario.grouping, outcome.startUs);
    return [{ plan, outcome, bins, tilted: null, deviation: 0, rewards: Float64Array.of(0) }];
  }

  /** Devices are drawn again by how often their keys are the largest. */
  get improve(): Lesson<RegalRollout>["improve"] {
    if (!this.rules.improves) return undefined;
    return (rules, rng, from) => this.improved(rules, rng, from);
  }

  private improved(rules: ImprovementRules, rng: Rng, from?: Placement): RegalRollout[] {
    const { choices, task } = this;
    const bins = argmaxRows(this.logits(null), BINS);
    const logits = deviceLogits(this.distributionsOf(bins), choices, rng);
    const improver: Improver<RegalRollout & Standing> = {
      choices,
      logits: () => logits,
      score: (groupDevice) => {
        const plan = planOf(choices, groupDevice);
        const outcome = task.evaluator.evaluate(plan);
        return { plan, outcome, groupDevice, bins, tilted: null, deviation: 0, rewards: Float64Array.of(0) };
      },
    };
    const own =
      from === undefined
        ? likeliestDevices(bins, choices.legal, choices.deviceCount)
        : groupDevices(task.scenario.grouping, from.device);
    return improved(improver.score(own), improver, rules, rng);
  }

  save(): Saved {
    const { best } = this;
    const plain = this.runs.plainCosts;
    if (best === null) return { plain };
    const { feasible, value, cost, violation } = best.outcome;
    const outcome = { feasible, value, cost, violation };
    const { device, opPriority } = best.plan;
    const order = opPriority === undefined ? null : [...opPriority];
    return { plain, best: { device: [...device], order, outcome, reward: best.rewards[0] } };
  }

  load(saved: unknown): void {
    const { plain, best } = saved as Saved;
    this.runs.plainCosts = plain;
    if (best !== undefined && best !== null) this.best = this.keptRun(best);
    if (plain.some((cost) => cost !== null)) this.rules.training.hasBegun = true;
  }

  private keptRun({ device, order, outcome, reward }: KeptRun): ScoredBins {
    const plan = placement(device, order ?? undefined);
    return { plan, outcome, bins: this.labelsOf(plan), rewards: Float64Array.of(reward) };
  }

  dispose(): void {}

  private logits(tilted: Float32Array | null): Float32Array {
    return readOut(this.tf, () => this.policy.logits(tilted ?? undefined).dataSync() as Float32Array);
  }

  /** The linear weights, with a normal offset each where they are drawn; null without a tilt. */
  private tilted(deviation: number, rng: Rng | null): Float32Array | null {
    if (deviation < LEAST_TILT) return null;
    const weights = readOut(
      this.tf,
      () => this.network.linear()?.dataSync().slice() as Float32Array | undefined,
    );
    return weights?.map((weight) => weight + (rng === null ? 0 : deviation * rng.normal())) ?? null;
  }

  /** Of the rows that some key has. */
  private logProbabilities(tilted: Float32Array | null): Tensor2D {
    const { tf, rows, rowCount } = this;
    const all = tf.logSoftmax(this.policy.logits(tilted ?? undefined)) as Tensor2D;
    return rows.length === rowCount ? all : (tf.gather(all, tf.tensor1d(rows, "int32")) as Tensor2D);
  }

  private binDecisions(rollouts: readonly RegalRollout[], logProbabilities: Tensor2D): Decisions {
    const { rows } = this;
    const taken = new Int32Array(rows.length * rollouts.length);
    rollouts.forEach(({ bins }, i) => {
      for (let k = 0; k < rows.length; k++) taken[i * rows.length + k] = bins[rows[k]];
    });
    const rollout = Int32Array.from(taken, (_, k) => Math.floor(k / rows.length));
    return { logProbabilities, taken, rollout, step: new Int32Array(taken.length) };
  }

  /** One decision with one choice: the logarithm of the tilted weights' normal density. */
  private tiltDecisions(rollouts: readonly RegalRollout[]): Decisions {
    const { tf } = this;
    const centre = this.network.linear() as Tensor2D;
    const drawn = tf.stack(rollouts.map(({ tilted }) => tf.tensor1d(tilted as Float32Array)));
    const deviations = tf.tensor2d(rollouts.map(({ deviation }) => [deviation]));
    const distance = tf.div(tf.sub(drawn, centre), deviations);
    return {
      logProbabilities: tf.mul(tf.sum(tf.square(distance), 1, true), -0.5) as Tensor2D,
      taken: new Int32Array(rollouts.length),
      rollout: Int32Array.from(rollouts, (_, i) => i),
      step: new Int32Array(rollouts.length),
    };
  }

  /**
   * Runs with the likeliest settings. Without plain runs to be compared with, as for a graph that
   * was never trained on, the reward is not known, and NaN.
   */
  private greedy(count: number, rng: Rng): RegalRollout[] {
    const { rules, task } = this;
    const bins = argmaxRows(this.logits(null), BINS);
    const distributions = this.distributionsOf(bins);
    return Array.from({ length: count }, () => {
      const run = this.runs.run(distributions, rng, rules.actBudget(task, rules.training.hasBegun));
      const reward = this.runs.gainOver(run);
      return { ...run, bins, tilted: null, deviation: 0, rewards: Float64Array.of(reward) };
    });
  }

  private rolledOut(bins: Int32Array, seeds: readonly number[], rng: Rng): ScoredBins {
    const { run, reward } = this.runs.compared(this.distributionsOf(bins), seeds, rng);
    return { ...run, bins, rewards: Float64Array.of(reward) };
  }

  private distributionsOf(bins: Int32Array): KeyDistributions {
    const settings = new Int32Array(this.firstRow.length * SETTINGS);
    this.firstRow.forEach((row, key) => {
      settings.set(bins.subarray(row, row + SETTINGS), key * SETTINGS);
    });
    return distributionsOf(settings);
  }
}
