/**
 * The registry: every planner and agent, one line each, and how a text names one. Adding a system
 * is its file and a line here; the registry-driven tests then cover it.
 *
 * Importing this loads no TensorFlow and no solver: modules load those inside `create` or `plan`.
 */
import { InputError } from "../../env/model/errors.ts";
import type { Objective } from "../../env/model/scenario.ts";
import { didYouMean } from "../../env/model/suggest.ts";
import type { Card, Method, PlannerModule } from "../contract.ts";
import { placeto } from "../learned/placeto.ts";
import { reinforce } from "../learned/reinforce.ts";
import { seq2seq } from "../learned/seq2seq.ts";
import { pipedreamInterval } from "../planners/pipeline/pipedream-interval.ts";
import { torchgpipeBlocks } from "../planners/pipeline/torchgpipe-blocks.ts";
import { acyclicPartition } from "../planners/placement/baselines/acyclic-partition.ts";
import { multilevel } from "../planners/placement/baselines/multilevel.ts";
import { random } from "../planners/placement/baselines/random.ts";
import { roundRobin } from "../planners/placement/baselines/round-robin.ts";
import { singleDevice } from "../planners/placement/baselines/single-device.ts";
import { topoBlocks } from "../planners/placement/baselines/topo-blocks.ts";
import { branchAndBoundPlanner } from "../planners/placement/exact/branch-and-bound.ts";
import { idealsDp } from "../planners/placement/exact/ideals-dp.ts";
import { ilp } from "../planners/placement/exact/ilp.ts";
import { pesto } from "../planners/placement/exact/pesto.ts";
import { cpop } from "../planners/placement/lists/cpop.ts";
import { criticalPathFirst } from "../planners/placement/lists/critical-path-first.ts";
import { etf } from "../planners/placement/lists/etf.ts";
import { heft } from "../planners/placement/lists/heft.ts";
import { mEtf } from "../planners/placement/lists/m-etf.ts";
import { mSct } from "../planners/placement/lists/m-sct.ts";
import { mTopo } from "../planners/placement/lists/m-topo.ts";
import { maxMin, minMin } from "../planners/placement/lists/min-min.ts";
import { annealing } from "../planners/placement/search/annealing.ts";
import { best } from "../planners/placement/search/best.ts";
import { brkga } from "../planners/placement/search/brkga.ts";
import { hillClimb } from "../planners/placement/search/hill-climb.ts";
import { latencySearch } from "../planners/placement/search/latency-search.ts";
import { lns } from "../planners/placement/search/lns.ts";
import { maxLoadSearch } from "../planners/placement/search/max-load-search.ts";
import { mcmc } from "../planners/placement/search/mcmc.ts";
import { tabu } from "../planners/placement/search/tabu.ts";
import { type OptionInfo, optionsOf, parseOptions, parseSpec } from "./spec.ts";
import { loadMethod } from "./user-module.ts";

export const methods: readonly Method[] = [
  singleDevice,
  random,
  roundRobin,
  topoBlocks,
  torchgpipeBlocks,
  pipedreamInterval,
  multilevel,
  acyclicPartition,
  heft,
  etf,
  cpop,
  criticalPathFirst,
  minMin,
  maxMin,
  mTopo,
  mEtf,
  mSct,
  hillClimb,
  annealing,
  mcmc,
  tabu,
  brkga,
  lns,
  best,
  idealsDp,
  ilp,
  branchAndBoundPlanner,
  pesto,
  maxLoadSearch,
  latencySearch,
  reinforce,
  seq2seq,
  placeto,
];

/** Exact solvers and linear programs: they need seconds to minutes on graphs of common size. */
const solvers: ReadonlySet<unknown> = new Set([idealsDp, ilp, mSct, branchAndBoundPlanner, pesto]);

/** Made for one objective or one kind of plan; elsewhere their rows say nothing. */
const special: ReadonlySet<unknown> = new Set([
  torchgpipeBlocks,
  pipedreamInterval,
  acyclicPartition,
  maxLoadSearch,
  latencySearch,
]);

/** Asked for by name only. */
const byName: ReadonlySet<unknown> = new Set([...solvers, ...special]);

/** Ids of the methods that answer any scenario, solvers included. */
export const generalMethods: readonly string[] = methods
  .filter((method) => !special.has(method))
  .map(({ card }) => card.id);

/** Ids that a comparison takes where none are asked for. */
export const defaultMethods: readonly string[] = methods
  .filter((method) => !byName.has(method))
  .map(({ card }) => card.id);

/** Planners that go on until their budget ends. */
const endless: ReadonlySet<unknown> = new Set([random, hillClimb, annealing, mcmc, tabu, brkga, lns, best]);

/** Planners that find a plan at once: `best` starts from all of them. */
export const quickPlanners: readonly PlannerModule[] = methods.filter(
  (method): method is PlannerModule =>
    method.kind === "planner" && !byName.has(method) && !endless.has(method),
);

const searches: Partial<Record<Objective, PlannerModule>> = {
  "max-load": maxLoadSearch as PlannerModule,
  latency: latencySearch as PlannerModule,
};

/** The search that is made for an objective, null where there is none. */
export const searchFor = (objective: Objective): PlannerModule | null => searches[objective] ?? null;

export interface ResolvedMethod {
  /** The text as it was given. */
  readonly spec: string;
  readonly module: Method;
  /** Checked, with defaults filled in. */
  readonly options: unknown;
}

/**
 * Finds the method that `spec` names: `id`, `id?key=value&...`, or the path of a user's file, with
 * options too.
 */
export async function resolveMethod(spec: string): Promise<ResolvedMethod> {
  const { target, isPath, given } = parseSpec(spec);
  const module = isPath ? await loadMethod(target) : findMethod(target);
  return { spec, module, options: parseOptions(module, given) };
}

function findMethod(id: string): Method {
  const found = methods.find((method) => method.card.id === id);
  if (found !== undefined) return found;
  const ids = methods.map(({ card }) => card.id);
  throw new InputError(
    `There is no method "${id}"; known are ${ids.join(", ")}, or a path such as ./mine.ts.${didYouMean(id, ids)}`,
  );
}

/** What a list of methods shows. */
export interface MethodListing {
  readonly kind: Method["kind"];
  readonly card: Card;
  readonly options: readonly OptionInfo[];
}

export function listMethods(): MethodListing[] {
  return methods.map((module) => ({ kind: module.kind, card: module.card, options: optionsOf(module) }));
}
