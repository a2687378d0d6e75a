/**
 * The objectives as a table of traits, and `evaluator`: the evaluator of a scenario's objective. A
 * new objective is one file that makes its evaluator and one entry here.
 */
import { InputError } from "../../model/errors.ts";
import type { PlanKindName } from "../../model/plan/plan.ts";
import { type Objective, objectives, type Scenario } from "../../model/scenario.ts";
import { EVERY_KIND, PIPELINES, PLACEMENTS } from "../bounds/best.ts";
import type { Evaluator } from "../evaluator/contract.ts";
import { createCostEvaluator } from "./cost.ts";
import { createIterationEvaluator, createThroughputEvaluator } from "./iteration.ts";
import { createLatencyEvaluator } from "./latency.ts";
import { createMakespanEvaluator } from "./makespan.ts";
import { createMaxLoadEvaluator } from "./max-load.ts";
import { createPeakMemoryEvaluator } from "./peak-memory.ts";
import { createRewrittenEvaluator, REWRITINGS } from "./rewritten.ts";

export interface ObjectiveSpec {
  readonly id: Objective;
  readonly unit: Evaluator["unit"];
  /** One clause: what is minimised. */
  readonly summary: string;
  /** Whether times come from the event engine or from a formula of the objective's own. */
  readonly timing: "engine" | "formula";
  /**
   * What a device's memory must hold: what the fidelity counts, the weights of accelerators alone,
   * or nothing that is limited.
   */
  readonly memory: "fidelity" | "weights" | "none";
  /** Whether a plan's order of ops changes the value. */
  readonly keepsOrder: boolean;
  readonly accepts: readonly PlanKindName[];
  /** What draws a plan: when each op runs, or how much each device has to do. */
  readonly figure: "timeline" | "loads";
  readonly create: (scenario: Scenario) => Evaluator;
}

export const objectiveSpecs: Readonly<Record<Objective, ObjectiveSpec>> = {
  makespan: {
    id: "makespan",
    unit: "us",
    summary: "time of one training step",
    timing: "engine",
    memory: "fidelity",
    keepsOrder: true,
    accepts: PLACEMENTS,
    figure: "timeline",
    create: createMakespanEvaluator,
  },
  "max-load": {
    id: "max-load",
    unit: "us",
    summary: "largest load of any device, the time per sample of a full pipeline",
    timing: "formula",
    memory: "weights",
    keepsOrder: false,
    accepts: PLACEMENTS,
    figure: "loads",
    create: createMaxLoadEvaluator,
  },
  latency: {
    id: "latency",
    unit: "us",
    summary: "time of one sample from end to end",
    timing: "formula",
    memory: "weights",
    keepsOrder: false,
    accepts: PLACEMENTS,
    figure: "timeline",
    create: createLatencyEvaluator,
  },
  "peak-memory": {
    id: "peak-memory",
    unit: "bytes",
    summary: "largest peak of any device in bytes",
    timing: "engine",
    memory: "fidelity",
    keepsOrder: true,
    accepts: PLACEMENTS,
    figure: "timeline",
    create: createPeakMemoryEvaluator,
  },
  iteration: {
    id: "iteration",
    unit: "us",
    summary: "time of one batch, of plans of every kind",
    timing: "engine",
    memory: "fidelity",
    keepsOrder: true,
    accepts: EVERY_KIND,
    figure: "timeline",
    create: createIterationEvaluator,
  },
  throughput: {
    id: "throughput",
    unit: "us",
    summary: "time of each sample, of plans of every kind",
    timing: "engine",
    memory: "fidelity",
    keepsOrder: true,
    accepts: EVERY_KIND,
    figure: "timeline",
    create: createThroughputEvaluator,
  },
  cost: {
    id: "cost",
    unit: "usd",
    summary: "rent of training a demand of samples, of pipelines",
    timing: "formula",
    memory: "none",
    keepsOrder: false,
    accepts: PIPELINES,
    figure: "loads",
    create: createCostEvaluator,
  },
  rewritten: {
    id: "rewritten",
    unit: "us",
    summary: "time of one step, of plans that may rewrite the graph",
    timing: "engine",
    memory: "fidelity",
    keepsOrder: true,
    accepts: REWRITINGS,
    figure: "timeline",
    create: createRewrittenEvaluator,
  },
};

/** The traits of the scenario's objective; throws one sentence for an unknown one. */
export function objectiveOf({ objective }: Pick<Scenario, "objective">): ObjectiveSpec {
  if (Object.hasOwn(objectiveSpecs, objective)) return objectiveSpecs[objective];
  throw new InputError(`Objective "${objective}" is not known; expected ${objectives.join(", ")}.`);
}

/** The objectives that score plans of a kind. */
export const objectivesFor = (kind: PlanKindName): Objective[] =>
  objectives.filter((objective) => objectiveSpecs[objective].accepts.includes(kind));

export const evaluator = (scenario: Scenario): Evaluator => objectiveOf(scenario).create(scenario);
