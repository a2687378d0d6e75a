/**
 * The evaluations of a training run as a dataset, in files of its folder. A run that was resumed
 * scores plans again that came after its checkpoint; they are the same ones. It has a file of its
 * own, whose name tells the first of them.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { MeterOptions } from "../../../env/sim/evaluator/meter.ts";
import { type EvaluationLog, openEvaluationLog } from "../../cells/evaluation-log.ts";
import type { TrainRequest } from "../request.ts";

export interface TrainingLogParts {
  readonly folder: string;
  readonly request: TrainRequest;
  readonly scenarios: ReadonlyMap<string, Scenario>;
}

export interface TrainingLog {
  recorder(scenario: string): NonNullable<MeterOptions["onScored"]>;
  close(): void;
}

/** Nothing is written before the first evaluation. */
export function trainingLog({ folder, request, scenarios }: TrainingLogParts): TrainingLog {
  let log: EvaluationLog | null = null;
  const opened = (first: number): EvaluationLog =>
    openEvaluationLog(join(folder, evaluationsFile(first)), {
      method: request.agent,
      rootSeed: request.seed,
      seedIndex: 0,
      budget: request.budget,
      scenarios,
    });
  return {
    recorder: (scenario) => {
      let record: ReturnType<EvaluationLog["recorder"]> | undefined;
      return (scored, planOf) => {
        log ??= opened(scored.evaluation);
        record ??= log.recorder(scenario);
        record(scored, planOf);
      };
    },
    close: () => log?.close(),
  };
}

/** Paths of the files in a folder, the first one first. */
export const evaluationFilesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /^evaluations(-from-\d+)?\.jsonl\.gz$/.test(name))
    .sort((a, b) => firstOf(a) - firstOf(b))
    .map((name) => join(folder, name));

const firstOf = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? 1);

export const evaluationsFile = (first: number): string =>
  first === 1 ? "evaluations.jsonl.gz" : `evaluations-from-${first}.jsonl.gz`;
