/**
 * The registry: every planner and agent, one line each, and how a text names one. Adding a system is its file and a line here;
 * the registry-driven tests then cover it.
 *
 * Importing this loads no TensorFlow and no solver: modules load those inside `create` or `plan`.
 */
import { InputError, type Objective } from "../env/index.ts";
import { didYouMean } from "../env/model/suggest.ts";
import type { Card, Method, PlannerModule } from "./contract.ts";
import { placeto } from "./learned/placeto.ts";
import { reinforce } from "./learned/reinforce.ts";
import { seq2seq } from "./learned/seq2seq.ts";
import { acyclicPartition } from "./planners/acyclic-partition.ts";
import { annealing } from "./planners/annealing.ts";
import { best } from "./planners/best.ts";
import { branchAndBoundPlanner } from "./planners/branch-and-bound.ts";
import { brkga } from "./planners/brkga.ts";
import { cpop } from "./planners/cpop.ts";
import { criticalPathFirst } from "./planners/critical-path-first.ts";
import { etf } from "./planners/etf.ts";
import { heft } from "./planners/heft.ts";
import { hillClimb } from "./planners/hill-climb.ts";
import { idealsDp } from "./planners/ideals-dp.ts";
import { ilp } from "./planners/ilp.ts";
import { latencySearch } from "./planners/latency-search.ts";
import { lns } from "./planners/lns.ts";
import { mEtf } from "./planners/m-etf.ts";
import { mSct } from "./planners/m-sct.ts";
import { mTopo } from "./planners/m-topo.ts";
import { maxLoadSearch } from "./planners/max-load-search.ts";
import { maxMin } from "./planners/max-min.ts";
import { mcmc } from "./planners/mcmc.ts";
import { minMin } from "./planners/min-min.ts";
import { multilevel } from "./planners/multilevel.ts";
import { pesto } from "./planners/pesto.ts";
import { pipedreamInterval } from "./planners/pipedream-interval.ts";
import { random } from "./planners/random.ts";
import { roundRobin } from "./planners/round-robin.ts";
import { singleDevice } from "./planners/single-device.ts";
import { tabu } from "./planners/tabu.ts";
import { topoBlocks } from "./planners/topo-blocks.ts";
import { torchgpipeBlocks } from "./planners/torchgpipe-blocks.ts";
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

/** Finds the method that `spec` names: `id`, `id?key=value&...`, or the path of a user's file, with options too. */
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
