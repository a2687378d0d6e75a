/**
 * `PlacementEnv`: what the placement envs share. One episode's state, its life cycle, its parts and
 * its copies; a subclass says how an episode begins and what an action does to it.
 *
 * Scoring goes through one `Evaluator` only, so a metered one counts and limits every evaluation;
 * clones share it. A step that the evaluator refuses leaves the env as it was.
 */
import type { ActionMask, Env, EnvMetadata, Info, Reset, ResetOptions, Space, Step } from "../../contract.ts";
import { liftToOps } from "../../model/coarsen/grouping.ts";
import { InputError } from "../../model/errors.ts";
import { type Plan, placement } from "../../model/plan/placement.ts";
import { createRng, type Rng, restoreRng } from "../../model/rng.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { PlacementView } from "../../parts/placement-view.ts";
import type { Outcome } from "../../sim/evaluator/contract.ts";
import type { Parts } from "../options.ts";
import { renderPlan } from "../render.ts";
import { type EpisodeState, type Phase, parseState } from "./episode-state.ts";

/** What an action did; the base adds observation and mask. */
export interface Advance {
  readonly reward: number;
  readonly terminated: boolean;
  readonly outcome?: Outcome;
}

export abstract class PlacementEnv<O, A> implements Env<O, A> {
  abstract readonly metadata: EnvMetadata;
  abstract readonly actionSpace: Space<A>;
  readonly observationSpace: Space<O>;
  readonly scenario: Scenario;

  protected readonly parts: Parts<O>;
  protected rng: Rng;
  protected readonly device: Int32Array;
  protected readonly placed: Uint8Array;
  protected readonly visits: Int32Array;
  protected current = -1;
  protected startUs: Float64Array | null = null;
  /** Utility of the last plan scored in this episode, 0 before the first. */
  protected utility = 0;
  protected best: EpisodeState["best"] = null;
  private phase: Phase = "new";
  private readonly opDevice: Int32Array;

  constructor(parts: Parts<O>, rng: Rng = envStream(parts.seed)) {
    const { groupCount } = parts.scenario.grouping;
    this.parts = parts;
    this.scenario = parts.scenario;
    this.observationSpace = parts.observation.space;
    this.rng = rng;
    this.device = parts.defaultDevice.slice();
    this.placed = new Uint8Array(groupCount);
    this.visits = new Int32Array(groupCount);
    this.opDevice = new Int32Array(parts.scenario.graph.opCount);
  }

  get unwrapped(): Env {
    return this as unknown as Env;
  }

  /**
   * Sets device, placed, visits, current and what else an episode begins with; answers an outcome
   * where it scored.
   */
  protected abstract begin(options: Readonly<Record<string, unknown>>): Outcome | undefined;
  /**
   * Applies a legal action. Scores before it changes anything, so that a refused evaluation changes
   * nothing.
   */
  protected abstract advance(action: A): Advance;
  /** The legal actions of a running episode; a fresh array. */
  protected abstract mask(): ActionMask;
  /** Throws a sentence where the action, an element of the action space, is not legal now. */
  protected abstract checkLegal(action: A): void;
  /** A new env of the same class over the same parts. */
  protected abstract sibling(rng: Rng): PlacementEnv<O, A>;

  reset({ seed, options = {} }: ResetOptions = {}): Reset<O> {
    if (this.phase === "closed") throw new InputError(`${this.metadata.id} is closed; make a new one.`);
    if (seed !== undefined) this.seedWith(seed);
    this.phase = "new";
    const outcome = this.begin(options);
    this.phase = "running";
    return { observation: this.observe(), info: this.info(outcome) };
  }

  step(action: A): Step<O> {
    this.checkRunning();
    if (!this.actionSpace.contains(action))
      throw new InputError(
        `${this.metadata.id}: the action ${describeAction(action)} is not in ${this.actionSpace.describe()}.`,
      );
    this.checkLegal(action);
    const { reward, terminated, outcome } = this.advance(action);
    if (terminated) this.phase = "ended";
    return { observation: this.observe(), reward, terminated, truncated: false, info: this.info(outcome) };
  }

  render(): string {
    if (this.phase === "new") throw new InputError(`${this.metadata.id}: call reset before render.`);
    return renderPlan(this.scenario, this.plan(), `${this.metadata.id}, ${this.scenario.name}`);
  }

  close(): void {
    this.phase = "closed";
  }

  plan(): Plan {
    return placement(liftToOps(this.scenario.grouping, this.device));
  }

  clone(): Env<O, A> {
    const copy = this.sibling(restoreRng(this.rng.state()));
    copy.device.set(this.device);
    copy.placed.set(this.placed);
    copy.visits.set(this.visits);
    copy.current = this.current;
    copy.startUs = this.startUs?.slice() ?? null;
    copy.utility = this.utility;
    copy.best = this.best;
    copy.phase = this.phase;
    return copy;
  }

  state(): EpisodeState {
    return {
      id: this.metadata.id,
      phase: this.phase,
      rng: structuredClone(this.rng.state()),
      device: [...this.device],
      placed: [...this.placed],
      visits: [...this.visits],
      current: this.current,
      startUs: this.startUs === null ? null : [...this.startUs],
      utility: this.utility,
      best: structuredClone(this.best),
    };
  }

  restore(state: unknown): void {
    const saved = parseState(state, this.metadata.id, this.scenario);
    this.rng = restoreRng(saved.rng);
    this.device.set(saved.device);
    this.placed.set(saved.placed);
    this.visits.set(saved.visits);
    this.current = saved.current;
    this.startUs = saved.startUs === null ? null : Float64Array.from(saved.startUs);
    this.utility = saved.utility;
    this.best = saved.best;
    this.phase = saved.phase;
  }

  /** Charges one evaluation of a placement of the groups. */
  protected score(device: Int32Array): Outcome {
    const { groupOf } = this.scenario.grouping;
    for (let v = 0; v < groupOf.length; v++) this.opDevice[v] = device[groupOf[v]];
    const outcome = this.parts.evaluator.evaluate({ kind: "placement", device: this.opDevice });
    if (this.best === null || outcome.cost < this.best.cost)
      this.best = { device: [...device], cost: outcome.cost };
    return outcome;
  }

  protected maskRow(group: number): Uint8Array {
    return this.parts.mask.row(this.view(), group);
  }

  protected checkDevice(group: number, device: number): void {
    if (this.maskRow(group)[device] === 1) return;
    throw new InputError(
      `${this.metadata.id}: group ${group} may not be placed on device ${device} ("${this.scenario.cluster.devices[device].name}"); info.actionMask says which devices are legal.`,
    );
  }

  /** The episode as its parts may see it. */
  protected view(): PlacementView {
    const { scenario, device, placed, visits, current, startUs } = this;
    return { scenario, device, placed, visits, current, startUs };
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

  private observe(): O {
    return this.parts.observation.observe(this.view());
  }

  private info(outcome: Outcome | undefined): Info {
    const actionMask = this.mask();
    if (this.phase !== "running") actionMask.fill(0);
    return outcome === undefined ? { actionMask } : { actionMask, outcome };
  }
}

/**
 * A stream of its own: a caller who draws actions from the same seed must not draw the env's
 * numbers again.
 */
const envStream = (seed: number | string): Rng => createRng(seed).child("env");

function describeAction(action: unknown): string {
  if (ArrayBuffer.isView(action)) return `[${(action as Int32Array).join(", ")}]`;
  return typeof action === "string" ? `"${action}"` : (JSON.stringify(action) ?? String(action));
}
