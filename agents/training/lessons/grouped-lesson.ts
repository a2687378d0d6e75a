/**
 * Lessons of HDP (Mirhoseini et al., ICLR 2018), and of TAPP, which has them on layers. A grouper
 * draws a group for each unit. A placer then sees the groups that were drawn, and draws a device
 * for each. Both heads are credited with the same advantage. What the placer sees is a constant for
 * the grouper's gradient.
 *
 * What a unit is, what is seen of groups and which plan they make is the `GroupedWorld`'s:
 * grouped-ops.ts and grouped-layers.ts.
 */
import type { Plan } from "../../../env/model/plan/plan.ts";
import type { Rng } from "../../../env/model/rng.ts";
import type { Task } from "../../contract.ts";
import { argmaxRows, type Sampling, sampleLogits } from "../../nets/categorical.ts";
import type { GroupFeatures } from "../../nets/group-features.ts";
import type { LogitNoise, OneShotPolicy } from "../../nets/one-shot-policy.ts";
import type { UnitGroups } from "../../nets/placers/group-head.ts";
import type { PlacerInput } from "../../nets/sequence-network.ts";
import { readOut } from "../../tensors/tf.ts";
import type { Tensor2D, Tf } from "../../tensors/types.ts";
import { average } from "../baselines/baseline.ts";
import type { Decoding, Drawn, Lesson, Replay, Rollout } from "../contract.ts";
import type { Reward } from "../scoring.ts";
import { deviceTilts } from "./exploration.ts";
import { drawNoise, type OneShotRules } from "./one-shot-lesson.ts";

export interface GroupedRollout extends Rollout {
  /** Group of each unit. */
  readonly unitGroup: Int32Array;
  /** What the placer sees of the groups. */
  readonly seen: GroupFeatures;
  readonly groupDevice: Int32Array;
  readonly tilt: Float32Array;
  readonly noise: LogitNoise | null;
  /** Whether the placer's decision was drawn for this rollout, not used again from another. */
  readonly placed: boolean;
}

type DrawnGroups = Omit<GroupedRollout, "outcome" | "rewards">;

export interface GroupedRules extends OneShotRules {
  readonly groups: number;
  /** `random` draws one grouping for good, which nothing learns. */
  readonly grouping: "learned" | "random";
  /** From this update on the last devices of the groups are used again; null is never. */
  readonly freezePlacer: number | null;
}

/** The placer on groups that were drawn. */
export type PlacerOn = (input: PlacerInput) => OneShotPolicy;

/** What units in groups come to, on a task. */
export interface GroupedWorld {
  readonly units: number;
  /** Devices that a group may have. */
  readonly devices: number;
  /** What the placer sees of the groups that were drawn, a row for each that it places. */
  grouped(unitGroup: Int32Array): GroupFeatures;
  /** The plan of a device for each row. */
  plan(unitGroup: Int32Array, groupDevice: Int32Array): Plan;
  /** Share of the edges between units that are within a group. */
  intraGroupShare(unitGroup: Int32Array): number;
}

/** A world and the two heads in it. */
export interface GroupedParts {
  readonly world: GroupedWorld;
  readonly grouper: UnitGroups;
  readonly placerOn: PlacerOn;
}

/** Units whose decisions are differentiated together. */
const LARGEST_PART = 4_096;

export class GroupedLesson implements Lesson<GroupedRollout> {
  readonly task: Task;
  readonly simulationsPerRollout = 1;
  private readonly tf: Tf;
  private readonly world: GroupedWorld;
  private readonly grouper: UnitGroups;
  private readonly placerOn: PlacerOn;
  private readonly rules: GroupedRules;
  private readonly reward: Reward;
  private readonly devices: number;
  private readonly fixed: Int32Array | null;
  private frozen: Int32Array | null = null;

  constructor(tf: Tf, task: Task, { world, grouper, placerOn }: GroupedParts, rules: GroupedRules, rng: Rng) {
    this.tf = tf;
    this.task = task;
    this.world = world;
    this.grouper = grouper;
    this.placerOn = placerOn;
    this.rules = rules;
    this.reward = rules.rewardOn(task.evaluator);
    this.devices = world.devices;
    this.fixed =
      rules.grouping === "random"
        ? Int32Array.from({ length: world.units }, () => rng.int(rules.groups))
        : null;
  }

  rollOut(count: number, decoding: Decoding, update: number, rng: Rng): GroupedRollout[] {
    return this.draw(count, decoding, update, rng).scored();
  }

  draw(count: number, decoding: Decoding, update: number, rng: Rng): Drawn<GroupedRollout> {
    const { rules, devices } = this;
    const sampling = decoding.kind === "greedy" ? null : decoding;
    const logits = this.fixed === null ? this.grouperLogits() : null;
    const all = Array.from({ length: count }, (): DrawnGroups => {
      const unitGroup = this.fixed ?? this.drawGroups(logits!, sampling, rng);
      const isFrozen =
        sampling !== null &&
        this.frozen !== null &&
        update >= (rules.freezePlacer ?? Number.POSITIVE_INFINITY);
      const tilt = deviceTilts(rng, 1, devices, sampling === null ? 0 : rules.tilt(update));
      const rule = sampling === null ? null : (rules.noise?.(update) ?? null);
      const seen = this.world.grouped(unitGroup);
      const noise = rule === null || isFrozen ? null : drawNoise(rule, rowsOf(seen) * devices, rng);
      const groupDevice = isFrozen ? this.frozen! : this.place(seen, tilt, sampling, noise, rng);
      if (sampling !== null) this.frozen = groupDevice;
      const plan = this.world.plan(unitGroup, groupDevice);
      return { unitGroup, seen, groupDevice, tilt, noise, placed: !isFrozen, plan };
    });
    return { plans: all.map(({ plan }) => plan), scored: () => all.map((each) => this.scored(each)) };
  }

  replay(rollouts: readonly GroupedRollout[]): Replay {
    return { decisions: this.parts(rollouts).flatMap((part) => part().decisions) };
  }

  /** The grouper by pieces of its units, then the placer rollout by rollout. */
  parts(rollouts: readonly GroupedRollout[]): (() => Replay)[] {
    const count = this.world.units;
    const size = Math.max(1, Math.floor(LARGEST_PART / rollouts.length));
    const pieces = this.fixed === null ? Math.ceil(count / size) : 0;
    const grouped = Array.from({ length: pieces }, (_, i) => () => {
      return this.groupedUnits(rollouts, i * size, Math.min(count, (i + 1) * size));
    });
    const placed = rollouts.flatMap((rollout, i) =>
      rollout.placed ? [() => this.placedGroups(rollout, i)] : [],
    );
    return [...grouped, ...placed];
  }

  save(): unknown {
    return {
      frozen: this.frozen === null ? null : [...this.frozen],
      fixed: this.fixed === null ? null : [...this.fixed],
    };
  }

  load(saved: unknown): void {
    const { frozen, fixed } = saved as { frozen: readonly number[] | null; fixed: readonly number[] | null };
    this.frozen = frozen === null ? null : Int32Array.from(frozen);
    if (fixed !== null) this.fixed?.set(fixed);
  }

  dispose(): void {
    this.grouper.dispose();
  }

  /** Share of edges within groups, groups with a unit, share of rollouts with a frozen placer. */
  metrics(rollouts: readonly GroupedRollout[]) {
    const inside = rollouts.map(({ unitGroup }) => this.world.intraGroupShare(unitGroup));
    const used = rollouts.map(({ unitGroup }) => new Set(unitGroup).size);
    const frozen = rollouts.map(({ placed }) => (placed ? 0 : 1));
    return { intraGroupEdges: average(inside), usedGroups: average(used), placerFrozen: average(frozen) };
  }

  private grouperLogits(): Float32Array {
    return readOut(this.tf, () => this.grouper.logits(0, this.world.units).dataSync() as Float32Array);
  }

  private drawGroups(logits: Float32Array, sampling: Sampling | null, rng: Rng): Int32Array {
    const { groups } = this.rules;
    return sampling === null ? argmaxRows(logits, groups) : sampleLogits(logits, groups, rng, sampling);
  }

  private place(
    seen: GroupFeatures,
    tilt: Float32Array,
    sampling: Sampling | null,
    noise: LogitNoise | null,
    rng: Rng,
  ): Int32Array {
    return readOut(this.tf, () => {
      const placer = this.placerOf(seen);
      return sampling === null ? placer.greedy() : placer.sample(tilt, rng, sampling, noise ?? undefined)[0];
    });
  }

  /** The caller tidies: a gradient may need its tensors after the forward pass. */
  private placerOf(features: GroupFeatures): OneShotPolicy {
    const groups = rowsOf(features);
    const allowed = new Uint8Array(groups * this.devices).fill(1);
    return this.placerOn({ groups, devices: this.devices, features, allowed });
  }

  private groupedUnits(rollouts: readonly GroupedRollout[], from: number, to: number): Replay {
    const { tf } = this;
    const rows = (to - from) * rollouts.length;
    const once = tf.logSoftmax(this.grouper.logits(from, to)) as Tensor2D;
    const taken = new Int32Array(rows);
    rollouts.forEach(({ unitGroup }, i) => {
      taken.set(unitGroup.subarray(from, to), i * (to - from));
    });
    return {
      decisions: [
        {
          logProbabilities: tf.tile(once, [rollouts.length, 1]) as Tensor2D,
          taken,
          rollout: Int32Array.from({ length: rows }, (_, row) => Math.floor(row / (to - from))),
          step: new Int32Array(rows),
        },
      ],
    };
  }

  private placedGroups({ seen, groupDevice, tilt, noise }: GroupedRollout, index: number): Replay {
    const { tf, devices } = this;
    const groups = groupDevice.length;
    const rows = this.placerOf(seen).logProbabilities([groupDevice], tilt, noise ?? undefined);
    return {
      decisions: [
        {
          logProbabilities: tf.reshape(rows, [groups, devices]) as Tensor2D,
          taken: groupDevice,
          rollout: new Int32Array(groups).fill(index),
          step: new Int32Array(groups),
        },
      ],
    };
  }

  private scored(drawn: DrawnGroups): GroupedRollout {
    const outcome = this.task.evaluator.evaluate(drawn.plan);
    return { outcome, rewards: Float64Array.of(this.reward(outcome)), ...drawn };
  }
}

/** Groups that the placer places. */
const rowsOf = ({ values, columns }: GroupFeatures): number => values.length / columns;
