/** One env of `Placement/Refine-v1`, with what a rollout keeps of its steps. */
import type { Env } from "../../../env/contract.ts";
import type { RefineStart } from "../../../env/envs/placement/refine.ts";
import type { PlacementObservation } from "../../../env/parts/observation.ts";
import type { Utility } from "../../../env/parts/utility.ts";
import type { Outcome } from "../../../env/sim/evaluator/contract.ts";
import type { KeptOutcome } from "../contract.ts";

export type SweepEnv = Env<PlacementObservation, number>;

/** A placement that was scored. */
export interface ScoredPlacement {
  /** Of each group. */
  readonly device: Int32Array;
  readonly outcome: KeptOutcome;
}

/** As the env has them. */
export interface EpisodeRules {
  readonly accept: "all" | "improving";
  readonly freeStays: boolean;
}

export interface SavedEpisode {
  readonly env: unknown;
  /** Utility of the last plan that was scored. */
  readonly standing: number;
  /** The last placement that stayed, null before the first. */
  readonly last: { readonly device: readonly number[]; readonly outcome: KeptOutcome } | null;
  /** Null where the next step begins an episode. */
  readonly observation: {
    readonly groups: readonly number[];
    readonly groupColumns: readonly string[];
    readonly edges: readonly number[];
    readonly current: number;
    readonly placement: readonly number[];
  } | null;
}

export class SweepEpisode<Seen> {
  /** Since `clear`: what was seen before each step, what was done, and the number of its reward. */
  visited: Seen[] = [];
  actions: number[] = [];
  rewardOf: number[] = [];
  /** Since `clear`: the stretches between starts. */
  standings: number[][] = [];
  /** Of each reward since `clear`: 1 where an evaluation was charged for it. */
  charged: number[] = [];
  /** Since `clear`: evaluations of steps. */
  scored = 0;
  /** Of all placements that stayed: the last one, and the best since `clear`. */
  last: ScoredPlacement | null = null;
  best: ScoredPlacement | null = null;
  private readonly env: SweepEnv;
  private readonly utility: Utility;
  private readonly rules: EpisodeRules;
  private observation: PlacementObservation | null = null;
  private standing = 0;

  constructor(env: SweepEnv, utility: Utility, rules: EpisodeRules) {
    this.env = env;
    this.utility = utility;
    this.rules = rules;
  }

  get isRunning(): boolean {
    return this.observation !== null;
  }

  /** What the next action is about. Pre: running. */
  get current(): PlacementObservation {
    return this.observation!;
  }

  /** Forgets the steps. The env stays where it is. */
  clear(): void {
    this.visited = [];
    this.actions = [];
    this.rewardOf = [];
    this.standings = this.isRunning ? [[this.standing]] : [];
    this.charged = [];
    this.scored = 0;
    this.best = this.last;
  }

  /** Begins an episode, which charges one evaluation. */
  begin(start: RefineStart): ScoredPlacement {
    const { observation, info } = this.env.reset({ options: { start } });
    this.observation = observation;
    const outcome = info.outcome as Outcome;
    this.standing = this.utility.of(outcome);
    this.standings.push([this.standing]);
    return this.keep(observation, outcome);
  }

  /** Places the current group. Answers the placement where it was scored and stays. */
  step(seen: Seen, action: number): ScoredPlacement | null {
    const { observation, terminated, info } = this.env.step(action);
    this.visited.push(seen);
    this.actions.push(action);
    this.rewardOf.push(this.charged.length);
    this.observation = terminated ? null : observation;
    if (info.outcome === undefined) {
      // A free stay is known to change nothing; another step waits for the next evaluation.
      if (this.rules.freeStays) this.credit(0);
      return null;
    }
    const outcome = info.outcome as Outcome;
    const tried = this.utility.of(outcome);
    const stays = this.rules.accept === "all" || tried >= this.standing;
    if (stays) this.standing = tried;
    this.credit(1);
    this.scored++;
    return stays ? this.keep(observation, outcome) : null;
  }

  /** A copy that goes on apart from this one. */
  fork(): SweepEpisode<Seen> {
    const copy = new SweepEpisode<Seen>(this.env.clone() as SweepEnv, this.utility, this.rules);
    copy.visited = [...this.visited];
    copy.actions = [...this.actions];
    copy.rewardOf = [...this.rewardOf];
    copy.standings = this.standings.map((standing) => [...standing]);
    copy.charged = [...this.charged];
    copy.scored = this.scored;
    copy.last = this.last;
    copy.best = this.best;
    copy.observation = this.observation;
    copy.standing = this.standing;
    return copy;
  }

  save(): SavedEpisode {
    const { env, standing, last, observation } = this;
    return {
      env: env.state(),
      standing,
      last: last && { device: [...last.device], outcome: last.outcome },
      observation: observation && {
        groups: [...observation.groups],
        groupColumns: observation.groupColumns,
        edges: [...observation.edges],
        current: observation.current,
        placement: [...observation.placement],
      },
    };
  }

  load({ env, standing, last, observation }: SavedEpisode): void {
    this.env.restore(env);
    this.standing = standing;
    this.last = last && { device: Int32Array.from(last.device), outcome: last.outcome };
    this.observation = observation && {
      ...observation,
      groups: Float32Array.from(observation.groups),
      edges: Int32Array.from(observation.edges),
      placement: Int32Array.from(observation.placement),
    };
  }

  private credit(charged: number): void {
    this.standings[this.standings.length - 1].push(this.standing);
    this.charged.push(charged);
  }

  private keep({ placement }: PlacementObservation, outcome: Outcome): ScoredPlacement {
    const { feasible, value, cost, violation } = outcome;
    const scored = { device: placement, outcome: { feasible, value, cost, violation } };
    this.last = scored;
    if (this.best === null || outcome.cost < this.best.outcome.cost) this.best = scored;
    return scored;
  }
}
