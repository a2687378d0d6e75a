/**
 * The evaluations of a run as a dataset: every plan that was scored and what it scored, for offline
 * learning and proxy models. The first line tells what the run was on, each further line is an
 * evaluation. docs/results-files.md has the columns. Keeping the log changes no result: it reads
 * nothing that a method or the meter could see.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { scenarioHash } from "../../env/model/file.ts";
import { planToJson } from "../../env/model/plan/plan.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import type { Budget } from "../../env/sim/evaluator/budget.ts";
import type { MeterOptions } from "../../env/sim/evaluator/meter.ts";
import { type BlockLog, createBlockLog } from "../files/block-log.ts";

export const EVALUATIONS_FORMAT = "placement-gym/evaluations@1";

export interface EvaluationLogHead {
  readonly method: string;
  readonly rootSeed: number | string;
  readonly seedIndex: number;
  readonly budget: Budget;
  /** By the name that lines give. */
  readonly scenarios: ReadonlyMap<string, Scenario>;
}

export interface EvaluationLog extends Pick<BlockLog, "path" | "lines" | "bytes" | "close"> {
  /** The hook of the meter of a scenario. */
  recorder(scenario: string): NonNullable<MeterOptions["onScored"]>;
}

export function openEvaluationLog(path: string, head: EvaluationLogHead): EvaluationLog {
  const log = createBlockLog(path);
  const names = [...head.scenarios.keys()];
  log.append(headOf(head));
  return {
    path,
    get lines() {
      return log.lines - 1;
    },
    get bytes() {
      return log.bytes;
    },
    close: log.close,
    recorder(scenario) {
      const index = names.indexOf(scenario);
      return ({ evaluation, simulation, outcome: { value, cost, feasible } }, planOf) => {
        const plan = planToJson(planOf());
        log.append({ scenario: index, evaluation, simulation, value, cost, feasible, plan });
      };
    },
  };
}

/** Of a cell of a comparison. Names differ where cells do, and hold what any file system takes. */
export function cellLogPath(folder: string, { scenario, method, seedIndex, budget }: CellPlace): string {
  const words = `${scenario}--${method}--${seedIndex}`.replace(/[^\w.-]+/g, "-").slice(0, MOST_LETTERS);
  const digest = createHash("sha256")
    .update(JSON.stringify([scenario, method, seedIndex, budget]))
    .digest("hex");
  return join(folder, "evaluations", `${words}--${digest.slice(0, 8)}.jsonl.gz`);
}

const MOST_LETTERS = 120;

interface CellPlace {
  readonly scenario: string;
  readonly method: string;
  readonly seedIndex: number;
  readonly budget: Budget;
}

function headOf({ method, rootSeed, seedIndex, budget, scenarios }: EvaluationLogHead) {
  return {
    format: EVALUATIONS_FORMAT,
    method,
    rootSeed,
    seedIndex,
    budget,
    scenarios: [...scenarios].map(([name, scenario]) => ({
      name,
      hash: scenarioHash(scenario),
      objective: scenario.objective,
      ops: scenario.graph.names,
      groupOf: Array.from(scenario.grouping.groupOf),
      devices: scenario.cluster.devices.map(({ name: device }) => device),
    })),
  };
}
