/**
 * `Provision/Types-v1`: gives each layer of a chain a type of rented devices, first layer first, as
 * HeterPS does (Liu et al., arXiv 2111.10635). Neighbours of one type are a stage. At the end each
 * stage has its cheapest units, in closed form (env/sim/objectives/provisioning). The scenario has
 * the objective cost.
 *
 * A type is legal where the plan can be completed: every stage needs a unit, and a type must be
 * able to run its layers. A plan that misses the demanded throughput is scored as infeasible.
 *
 * The last step pays the utility of the plan, all others 0. An episode charges one evaluation.
 */
import type { ActionMask, EnvMetadata } from "../../contract.ts";
import { InputError } from "../../model/errors.ts";
import type { Rng } from "../../model/rng.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { ObservationPart } from "../../parts/observation-part.ts";
import { type TypesObservation, typesObservation } from "../../parts/types-observation.ts";
import type { TypesView } from "../../parts/views/types-view.ts";
import { type PricedChain, pricedChain } from "../../sim/objectives/provisioning/priced-chain.ts";
import { type Discrete, discrete } from "../../spaces/discrete.ts";
import { type Advance, Episode, type EpisodeParts } from "../episode/episode.ts";
import { type EpisodeOptions, scoringParts } from "../episode/episode-parts.ts";
import { checkOptions, checkResetOptions, returnsUnder } from "../options.ts";
import { renderRent } from "./render.ts";
import { TypesState } from "./types-state.ts";

export const TYPES_ID = "Provision/Types-v1";

export interface TypesOptions<Observation = TypesObservation> extends EpisodeOptions {
  /** Default `typesObservation`. */
  readonly observation?: (scenario: Scenario) => ObservationPart<Observation, TypesView>;
}

export const typesOptions: readonly (keyof TypesOptions)[] = [
  "scenario",
  "evaluator",
  "seed",
  "observation",
  "utility",
];

interface TypesParts<Observation> extends EpisodeParts<Observation, TypesView> {
  readonly chain: PricedChain;
}

export function createTypesEnv<Observation = TypesObservation>(
  options: TypesOptions<Observation>,
): TypesEnv<Observation> {
  checkOptions(TYPES_ID, options, typesOptions);
  if (options.scenario !== undefined && options.scenario.objective !== "cost")
    throw new InputError(
      `${TYPES_ID} rents devices, which the objective ${options.scenario.objective} does not price; take cost.`,
    );
  const parts = scoringParts(TYPES_ID, options);
  // Without the option, Observation is its default, which the compiler cannot see here.
  const observation =
    options.observation ?? (typesObservation as unknown as NonNullable<typeof options.observation>);
  return new TypesEnv({
    ...parts,
    chain: pricedChain(parts.scenario),
    observation: observation(parts.scenario),
  });
}

export class TypesEnv<Observation> extends Episode<Observation, number, TypesState, readonly number[]> {
  readonly metadata: EnvMetadata;
  /** The type of the current layer. */
  readonly actionSpace: Discrete;
  declare protected readonly parts: TypesParts<Observation>;

  constructor(parts: TypesParts<Observation>, rng?: Rng) {
    super(parts, new TypesState(parts.chain), rng);
    this.metadata = {
      id: TYPES_ID,
      plans: ["pipeline"],
      renderModes: ["text"],
      returns: returnsUnder(parts.utility, "score"),
    };
    this.actionSpace = discrete(parts.chain.types.length);
  }

  protected sibling(rng: Rng): TypesEnv<Observation> {
    return new TypesEnv(this.parts, rng);
  }

  protected begin(options: Readonly<Record<string, unknown>>): undefined {
    checkResetOptions(TYPES_ID, options);
    this.planState.begin();
    this.utility = 0;
  }

  protected advance(type: number): Advance {
    const { decisions, chain } = this.planState;
    const isLast = decisions.length === chain.problem.layers - 1;
    const outcome = isLast ? this.score([...decisions, type]) : undefined;
    this.planState.act(type);
    return this.paidAtTheEnd(outcome);
  }

  protected mask(): ActionMask {
    return this.planState.legal();
  }

  protected checkLegal(type: number): void {
    if (this.mask()[type] === 1) return;
    throw new InputError(
      `${TYPES_ID}: layer ${this.planState.current} may not be on type ${type} (${this.parts.chain.types[type].kind}); info.actionMask says which types are legal.`,
    );
  }

  protected picture(title: string): string {
    return renderRent(this.parts.chain, this.scenario, this.plan(), title);
  }
}
