/**
 * `Episode`: what every env of ours does the same way. It holds the order of calls, seeding,
 * scoring, the best decisions, copies and saved states. A family of envs brings its `PlanState` and
 * masks; a subclass says how an episode begins and what an action does.
 *
 * Scoring goes through one `Evaluator` only. So a metered one counts and limits every evaluation;
 * clones share it. A step that the evaluator refuses leaves the env as it was.
 */
import type { ActionMask, Env, EnvMetadata, Info, Reset, ResetOptions, Space, Step } from "../../contract.ts";
import { InputError } from "../../model/errors.ts";
import { createRng, type Rng, restoreRng } from "../../model/rng.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { ObservationPart } from "../../parts/observation-part.ts";
import type { Utility } from "../../parts/utility.ts";
import type { Evaluator, Outcome } from "../../sim/evaluator/contract.ts";
import { checkReset, shown } from "../options.ts";
import type { PlanState } from "../plan-state.ts";
import { type EpisodeState, type Phase, parseState, stateKeyOf } from "./episode-state.ts";

/** What an env is made of; made once and shared by all clones. */
export interface EpisodeParts<Observation, State> {
  readonly scenario: Scenario;
  readonly evaluator: Evaluator;
  /** Seed of the random numbers until a reset gives another. */
  readonly seed: number | string;
  readonly observation: ObservationPart<Observation, State>;
  readonly utility: Utility;
}

/** What an action did; the base adds observation and mask. */
export interface Advance {
  readonly reward: number;
  readonly terminated: boolean;
  readonly outcome?: Outcome;
}

export abstract class Episode<Observation, Action, State extends PlanState<Decisions>, Decisions = unknown>
  implements Env<Observation, Action>
{
  abstract readonly metadata: EnvMetadata;
  abstract readonly actionSpace: Space<Action>;
  readonly observationSpace: Space<Observation>;
  readonly scenario: Scenario;

  protected readonly parts: EpisodeParts<Observation, State>;
  protected readonly planState: State;
  protected rng: Rng;
  /** Utility of the last plan scored in this episode, 0 before the first. */
  protected utility = 0;
  /** The best decisions scored since the last seeded reset. */
  protected best: { readonly decisions: Decisions; readonly cost: number } | null = null;
  private phase: Phase = "new";
  /** What the env answers each time, where it was asked to. */
  private kept: Observation | null = null;
  /** Whether that shows the current moment. */
  private isShown = false;

  constructor(parts: EpisodeParts<Observation, State>, planState: State, rng: Rng = envStream(parts.seed)) {
    this.parts = parts;
    this.scenario = parts.scenario;
    this.observationSpace = parts.observation.space;
    this.planState = planState;
    this.rng = rng;
  }

  get unwrapped(): Env {
    return this as unknown as Env;
  }

  get constant(): Partial<Observation> | undefined {
    return this.parts.observation.constant;
  }

  observeInto(observation: Observation): void {
    if (this.parts.observation.rewrite === undefined) return;
    this.kept = observation;
    this.isShown = false;
  }

  /**
   * Sets the plan state and what else an episode begins with. Answers an outcome where it scored.
   */
  protected abstract begin(options: Readonly<Record<string, unknown>>): Outcome | undefined;
  /**
   * Applies a legal action. It scores before it changes anything, so that a refused evaluation
   * changes nothing.
   */
  protected abstract advance(action: Action): Advance;
  /** The legal actions of a running episode; a fresh array. */
  protected abstract mask(): ActionMask;
  /** Throws a sentence where the action, an element of the action space, is not legal now. */
  protected abstract checkLegal(action: Action): void;
  /** The action as an element of the action space; itself where it can be none. */
  protected taken(action: Action): Action {
    return action;
  }

  /** What an action may be given as, behind the name of the space: `, given as ...`, or nothing. */
  protected expectedAction(): string {
    return "";
  }

  /** The plan as text. */
  protected abstract picture(title: string): string;
  /** A new env of the same class over the same parts. */
  protected abstract sibling(rng: Rng): Episode<Observation, Action, State, Decisions>;

  reset(given?: ResetOptions): Reset<Observation> {
    checkReset(this.metadata.id, given);
    const { seed, options = {} } = given ?? {};
    if (this.phase === "closed") throw new InputError(`${this.metadata.id} is closed; make a new one.`);
    if (seed !== undefined) this.seedWith(seed);
    this.phase = "new";
    const outcome = this.begin(options);
    this.phase = "running";
    return { observation: this.observe(false), info: this.info(outcome) };
  }

  step(given: Action): Step<Observation> {
    this.checkRunning();
    const action = this.taken(given);
    if (!this.actionSpace.contains(action))
      throw new InputError(
        `${this.metadata.id}: the action ${shown(given)} is not in ${this.actionSpace.describe()}${this.expectedAction()}.`,
      );
    this.checkLegal(action);
    const { reward, terminated, outcome } = this.advance(action);
    if (terminated) this.phase = "ended";
    return {
      observation: this.observe(this.isShown),
      reward,
      terminated,
      truncated: false,
      info: this.info(outcome),
    };
  }

  render(): string {
    if (this.phase === "new") throw new InputError(`${this.metadata.id}: call reset before render.`);
    return this.picture(`${this.metadata.id}, ${this.scenario.name}`);
  }

  close(): void {
    this.phase = "closed";
  }

  plan(): ReturnType<State["plan"]> {
    return this.planState.plan() as ReturnType<State["plan"]>;
  }

  clone(): Env<Observation, Action> {
    const copy = this.sibling(restoreRng(this.rng.state()));
    copy.planState.set(this.planState);
    copy.utility = this.utility;
    copy.best = this.best;
    copy.phase = this.phase;
    return copy;
  }

  state(): EpisodeState {
    return {
      id: this.metadata.id,
      scenario: stateKeyOf(this.scenario),
      phase: this.phase,
      rng: structuredClone(this.rng.state()),
      ...this.planState.save(),
      utility: this.utility,
      best: structuredClone(this.best),
    };
  }

  restore(state: unknown): void {
    const { id } = this.metadata;
    const { phase, rng, utility, best, ...fields } = parseState(state, id, this.scenario);
    const decisions = best && this.planState.checkKept(best.decisions, id, "best.decisions");
    this.planState.restore(fields, id);
    this.rng = restoreRng(rng);
    this.utility = utility;
    this.best = best && { decisions: decisions as Decisions, cost: best.cost };
    this.phase = phase;
    this.isShown = false;
  }

  /** Charges one evaluation of the plan of these decisions. */
  protected score(decisions: Decisions): Outcome {
    const outcome = this.parts.evaluator.evaluate(this.planState.planOf(decisions));
    if (this.best === null || outcome.cost < this.best.cost)
      this.best = { decisions: this.planState.keep(decisions), cost: outcome.cost };
    return outcome;
  }

  /** Nothing before the last decision, which has the outcome; then the utility of the plan. */
  protected paidAtTheEnd(outcome: Outcome | undefined): Advance {
    if (outcome === undefined) return { reward: 0, terminated: false };
    this.utility = this.parts.utility.of(outcome);
    return { reward: this.utility, terminated: true, outcome };
  }

  /** What follows depends on the seed alone, so what earlier episodes found is forgotten. */
  private seedWith(seed: number | string): void {
    this.rng = envStream(seed);
    this.best = null;
  }

  private checkRunning(): void {
    if (this.phase === "running") return;
    const reason = {
      new: "call reset before the first step",
      ended: "the episode has ended; call reset",
      closed: "it is closed; make a new one",
    }[this.phase];
    throw new InputError(`${this.metadata.id}: ${reason}.`);
  }

  private observe(isNext: boolean): Observation {
    const { observation } = this.parts;
    if (this.kept === null) return observation.observe(this.planState);
    observation.rewrite!(this.kept, this.planState, isNext);
    this.isShown = true;
    return this.kept;
  }

  private info(outcome: Outcome | undefined): Info {
    const actionMask = this.mask();
    if (this.phase !== "running") actionMask.fill(0);
    return outcome === undefined ? { actionMask } : { actionMask, outcome };
  }
}

/**
 * A stream of the env's own. A caller who draws actions from the same seed must not draw the env's
 * numbers again.
 */
const envStream = (seed: number | string): Rng => createRng(seed).child("env");
