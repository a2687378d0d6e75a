/**
 * The registry: every planner and agent, and how a text names one.
 *
 * Importing this loads no TensorFlow and no solver: modules load those inside `create` or `plan`.
 */
import { InputError } from "../../env/model/errors.ts";
import type { Objective } from "../../env/model/scenario.ts";
import { didYouMean } from "../../env/model/suggest.ts";
import { type Card, type Method, type Traits, traitsOf } from "../contract.ts";
import { bestList } from "../planners/placement/lists/best-list.ts";
import { bestOf } from "../planners/placement/search/best.ts";
import { houseOf } from "../planners/placement/search/house.ts";
import { shardingSearchOf } from "../planners/sharding/sharding-search.ts";
import { comparedSpecs, placementMethods, quickMethods } from "../selection.ts";
import { composedMethods } from "./methods.ts";
import { FINETUNE, type OptionInfo, optionsOf, parseOptions, parseSpec } from "./spec.ts";
import { systemNamed, systemSentence } from "./systems.ts";
import { loadMethod } from "./user-module.ts";

const shardingSearch = shardingSearchOf(composedMethods);

export const methods: readonly Method[] = [
  bestOf([...composedMethods, shardingSearch]),
  houseOf(composedMethods),
  bestList,
  shardingSearch,
  ...composedMethods,
];

const idsOf = (list: readonly Method[]): readonly string[] => list.map(({ card }) => card.id);

/** Ids of the methods that answer any scenario, solvers included. */
export const generalMethods = idsOf(placementMethods(methods));

/** Specs of those that plan for all of the objectives, slow ones first, with limits that repeat. */
export const generalSpecs = (objectives: readonly Objective[] = []): string[] =>
  comparedSpecs(methods, objectives);

/** Ids that a comparison takes where none are asked for. */
export const defaultMethods = idsOf(quickMethods(methods));

export interface ResolvedMethod {
  /** The given text. */
  readonly spec: string;
  readonly module: Method;
  /** Checked, with defaults filled in. */
  readonly options: unknown;
}

/**
 * Finds the method that `spec` names: `id`, `id?key=value&...`, or the path of a user's file, with
 * options too. Options of `defaults` hold where the spec gives none. A policy that the spec names
 * is for the caller to load.
 */
export async function resolveMethod(
  spec: string,
  defaults: ReadonlyMap<string, string> = new Map(),
): Promise<ResolvedMethod> {
  const { target, isPath, policy, given } = parseSpec(spec);
  const module = isPath ? await loadMethod(target) : findMethod(target);
  if (policy !== null && module.kind === "planner")
    throw new InputError(
      `"${module.card.id}" is a planner and takes no policy of a run such as "${policy}".`,
    );
  if (policy === null && given.has(FINETUNE) && !optionsOf(module).some(({ name }) => name === FINETUNE))
    throw new InputError(
      `Method "${spec}": "${FINETUNE}" trains a policy further and none is named; expected a run before it, as in ${target}@runs/nmt?${FINETUNE}=300.`,
    );
  return { spec, module, options: parseOptions(module, new Map([...defaults, ...given])) };
}

function findMethod(id: string): Method {
  const found = methods.find((method) => method.card.id === id);
  if (found !== undefined) return found;
  const system = systemNamed(id);
  if (system !== undefined)
    throw new InputError(`There is no method "${id}". ${systemSentence(methods, system)}`);
  const guess = didYouMean(
    id,
    methods.map(({ card }) => card.id),
  );
  throw new InputError(
    guess === ""
      ? `There is no method "${id}"; "list planners" and "list agents" show all, and a path such as ./mine.ts names your own.`
      : `There is no method "${id}".${guess}`,
  );
}

/** What a list of methods shows. */
export interface MethodListing {
  readonly kind: Method["kind"];
  readonly card: Card;
  readonly traits: Traits;
  readonly options: readonly OptionInfo[];
}

export function listMethods(): MethodListing[] {
  return methods.map((module) => ({
    kind: module.kind,
    card: module.card,
    traits: traitsOf(module),
    options: optionsOf(module),
  }));
}
