/** One env of `Placement/Refine-v1`, with what a rollout keeps of its steps. */
import type { Env } from "../../../env/contract.ts";
import type { RefineStart } from "../../../env/envs/placement/refine.ts";
import type { PlacementObservation } from "../../../env/parts/observation.ts";
import type { Utility } from "../../../env/parts/utility.ts";
import type { Outcome } from "../../../env/sim/evaluator/contract.ts";

export type SweepEnv = Env<PlacementObservation, number>;

/** A placement that was scored. */
export interface ScoredPlacement {
  /** Of each group. */
  readonly device: Int32Array;
  readonly outcome: Outcome;
}

export interface SavedEpisode {
  readonly env: unknown;
  /** Utility of the last plan that was scored. */
  readonly standing: number;
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
  /** Since `clear`: what was seen before each step, what was done, and its evaluation's number. */
  visited: Seen[] = [];
  actions: number[] = [];
  rewardOf: number[] = [];
  /** Since `clear`: utilities in turn, a list for each stretch between starts. */
  standings: number[][] = [];
  /** Since `clear`: evaluations of steps, the last one's placement, and the best of all. */
  scored = 0;
  last: ScoredPlacement | null = null;
  best: ScoredPlacement | null = null;
  private readonly env: SweepEnv;
  private readonly utility: Utility;
  private observation: PlacementObservation | null = null;
  private standing = 0;

  constructor(env: SweepEnv, utility: Utility) {
    this.env = env;
    this.utility = utility;
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
    this.scored = 0;
    this.last = null;
    this.best = null;
  }

  /** Begins an episode, which charges one evaluation. */
  begin(start: RefineStart): ScoredPlacement {
    const { observation, info } = this.env.reset({ options: { start } });
    this.observation = observation;
    const scored = this.keep(observation, info.outcome as Outcome);
    this.standings.push([this.standing]);
    return scored;
  }

  /** Places the current group. Answers the placement where it was scored. */
  step(seen: Seen, action: number): ScoredPlacement | null {
    const { observation, terminated, info } = this.env.step(action);
    this.visited.push(seen);
    this.actions.push(action);
    this.rewardOf.push(this.scored);
    this.observation = terminated ? null : observation;
    if (info.outcome === undefined) return null;
    const scored = this.keep(observation, info.outcome as Outcome);
    this.standings[this.standings.length - 1].push(this.standing);
    this.scored++;
    this.last = scored;
    return scored;
  }

  /** A copy that goes on apart from this one. */
  fork(): SweepEpisode<Seen> {
    const copy = new SweepEpisode<Seen>(this.env.clone() as SweepEnv, this.utility);
    copy.visited = [...this.visited];
    copy.actions = [...this.actions];
    copy.rewardOf = [...this.rewardOf];
    copy.standings = this.standings.map((standing) => [...standing]);
    copy.scored = this.scored;
    copy.last = this.last;
    copy.best = this.best;
    copy.observation = this.observation;
    copy.standing = this.standing;
    return copy;
  }

  save(): SavedEpisode {
    const { env, standing, observation } = this;
    return {
      env: env.state(),
      standing,
      observation: observation && {
        groups: [...observation.groups],
        groupColumns: observation.groupColumns,
        edges: [...observation.edges],
        current: observation.current,
        placement: [...observation.placement],
      },
    };
  }

  load({ env, standing, observation }: SavedEpisode): void {
    this.env.restore(env);
    this.standing = standing;
    this.observation = observation && {
      ...observation,
      groups: Float32Array.from(observation.groups),
      edges: Int32Array.from(observation.edges),
      placement: Int32Array.from(observation.placement),
    };
  }

  private keep({ placement }: PlacementObservation, outcome: Outcome): ScoredPlacement {
    const scored = { device: placement, outcome };
    this.standing = this.utility.of(outcome);
    if (this.best === null || outcome.cost < this.best.outcome.cost) this.best = scored;
    return scored;
  }
}
