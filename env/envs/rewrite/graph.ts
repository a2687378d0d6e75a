/**
 * `Rewrite/Graph-v1`: makes verified substitutions in an inference graph until it stops, the
 * decisions of TASO's search (Jia et al., SOSP 2019). All ops run on one device.
 *
 * Action 0 stops. It is legal in every state. All other actions name a substitution and a place: s
 * and p in 1 + s x places + p.
 *
 * Substitutions lead both ways, so an episode has to stop after `rewrites` of them.
 *
 * Stopping pays the utility of the plan, all other steps pay 0. An episode charges one evaluation.
 */
import type { ActionMask, EnvMetadata } from "../../contract.ts";
import { InputError } from "../../model/errors.ts";
import type { Rewrite } from "../../model/graph/rewriting/rewritten.ts";
import { verified } from "../../model/graph/rewriting/verified/verified.ts";
import { type RewritingPlan, rewritingDevice } from "../../model/plan/rewriting.ts";
import type { Rng } from "../../model/rng.ts";
import type { ObservationPart } from "../../parts/observation-part.ts";
import {
  type RewriteObservation,
  type RewriteView,
  rewriteObservation,
} from "../../parts/rewrite-observation.ts";
import { type Discrete, discrete } from "../../spaces/discrete.ts";
import { type Advance, Episode, type EpisodeParts } from "../episode/episode.ts";
import { type EpisodeOptions, partsForKind } from "../episode/episode-parts.ts";
import { checkOptions, checkResetOptions, returnsUnder, shown } from "../options.ts";
import { GraphState, type RewriteWorld } from "./graph-state.ts";
import { renderRewriting } from "./render.ts";

export const GRAPH_ID = "Rewrite/Graph-v1";

/** The action that ends an episode. */
const STOP = 0;

export interface GraphOptions<Observation = RewriteObservation> extends EpisodeOptions {
  /** Default `rewriteObservation`. */
  readonly observation?: (substitutions: readonly string[]) => ObservationPart<Observation, RewriteView>;
  /** Places of each substitution that actions name; default 16. */
  readonly places?: number;
  /** Most rewrites of an episode; default 256. */
  readonly rewrites?: number;
}

export const graphOptions: readonly (keyof GraphOptions)[] = [
  "scenario",
  "evaluator",
  "seed",
  "observation",
  "utility",
  "places",
  "rewrites",
];

interface GraphParts<Observation> extends EpisodeParts<Observation, RewriteView> {
  readonly world: RewriteWorld;
}

export function createGraphEnv<Observation = RewriteObservation>(
  options: GraphOptions<Observation>,
): GraphEnv<Observation> {
  checkOptions(GRAPH_ID, options, graphOptions);
  const parts = partsForKind(GRAPH_ID, options, "rewriting", "rewritten");
  const { places = 16, rewrites = 256 } = options;
  for (const [name, value] of Object.entries({ places, rewrites }))
    if (!Number.isInteger(value) || value < 1)
      throw new InputError(`${GRAPH_ID}: ${name} is ${shown(value)}, expected a whole number of at least 1.`);
  const world: RewriteWorld = {
    scenario: parts.scenario,
    substitutions: verified,
    mostPlaces: places,
    mostRewrites: rewrites,
    device: rewritingDevice(parts.scenario),
  };
  // Without the option, Observation is its default, which the compiler cannot see here.
  const observation =
    options.observation ?? (rewriteObservation as unknown as NonNullable<typeof options.observation>);
  return new GraphEnv({ ...parts, world, observation: observation(verified.map(({ text }) => text)) });
}

export class GraphEnv<Observation> extends Episode<Observation, number, GraphState, readonly Rewrite[]> {
  readonly metadata: EnvMetadata;
  readonly actionSpace: Discrete;
  declare protected readonly parts: GraphParts<Observation>;

  constructor(parts: GraphParts<Observation>, rng?: Rng) {
    super(parts, new GraphState(parts.world), rng);
    this.metadata = {
      id: GRAPH_ID,
      plans: ["rewriting"],
      renderModes: ["text"],
      returns: returnsUnder(parts.utility, "score"),
    };
    const { substitutions, mostPlaces } = parts.world;
    this.actionSpace = discrete(1 + substitutions.length * mostPlaces);
  }

  protected sibling(rng: Rng): GraphEnv<Observation> {
    return new GraphEnv(this.parts, rng);
  }

  protected begin(options: Readonly<Record<string, unknown>>): undefined {
    checkResetOptions(GRAPH_ID, options);
    this.planState.begin();
    this.utility = 0;
  }

  protected advance(action: number): Advance {
    if (action === STOP) return this.paidAtTheEnd(this.score(this.planState.decisions));
    this.planState.act(this.rewriteOf(action));
    return this.paidAtTheEnd(undefined);
  }

  protected mask(): ActionMask {
    const { mostPlaces, placeCounts } = this.planState;
    const mask = new Uint8Array(this.actionSpace.size);
    mask[STOP] = 1;
    placeCounts.forEach((count, s) => {
      mask.fill(1, 1 + s * mostPlaces, 1 + s * mostPlaces + count);
    });
    return mask;
  }

  protected checkLegal(action: number): void {
    const { mostPlaces, placeCounts } = this.planState;
    if (action === STOP || (action - 1) % mostPlaces < placeCounts[Math.floor((action - 1) / mostPlaces)])
      return;
    const { substitution, place } = this.rewriteOf(action);
    throw new InputError(
      `${GRAPH_ID}: "${substitution}" has no place ${place} now; info.actionMask says which there are.`,
    );
  }

  protected picture(title: string): string {
    return renderRewriting(this.scenario, this.plan() as RewritingPlan, title);
  }

  private rewriteOf(action: number): Rewrite {
    const { mostPlaces, substitutions } = this.parts.world;
    const substitution = substitutions[Math.floor((action - 1) / mostPlaces)].text;
    return { substitution, place: (action - 1) % mostPlaces };
  }
}

/**
 * The actions of an episode that makes the rewrites of a plan and stops. A sentence where a rewrite
 * is at a place that no action names.
 */
export function rewritingReplay(plan: RewritingPlan, places = 16): readonly number[] | string {
  const actions: number[] = [];
  for (const [i, { substitution, place }] of plan.rewrites.entries()) {
    const number = verified.findIndex(({ text }) => text === substitution);
    if (place >= places) return `Rewrite ${i} of the plan is at place ${place}, but actions name ${places}.`;
    actions.push(1 + number * places + place);
  }
  return [...actions, STOP];
}
