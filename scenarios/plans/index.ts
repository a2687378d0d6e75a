/**
 * Plan files of every known format as plans of a scenario. The content decides the format, and
 * `PATH?format=NAME` names it. Every mistake in a file is one sentence that names the file.
 */
import { InputError } from "../../env/model/errors.ts";
import type { Plan } from "../../env/model/plan/plan.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { didYouMean } from "../../env/model/suggest.ts";
import { Query } from "../../env/model/user/query.ts";
import type { ImportedRun } from "../import/contract.ts";
import { inFile } from "../import/sentences.ts";
import { fileOf, type SourceFile } from "../import/source-file.ts";
import { createClaimChecker } from "./claims.ts";
import { PLAN_FILE, type PlanRead, type PlanReader } from "./contract.ts";
import { csvPlan } from "./csv-plan.ts";
import { deviceMap } from "./device-map.ts";
import { dnnSplit } from "./dnn-split.ts";
import { graphFilePlans } from "./graph-files.ts";
import { ownPlan } from "./own-plan.ts";
import { pipedreamConf } from "./pipedream-conf.ts";
import { splitSpec } from "./pipeline/split-spec.ts";
import { torchgpipeBalance } from "./pipeline/torchgpipe-balance.ts";
import { claimOf, placetoRuns } from "./placeto-runs.ts";

/** The first that recognises a file reads it. */
export const planReaders: readonly PlanReader[] = [
  placetoRuns,
  dnnSplit,
  pipedreamConf,
  torchgpipeBalance,
  splitSpec,
  deviceMap,
  ownPlan,
  csvPlan,
  ...graphFilePlans,
];

export interface PlanFile {
  readonly plan: Plan;
  /** Name of the reader. */
  readonly format: string;
  /** What was assumed, and which claims were not compared, as sentences. */
  readonly notes: readonly string[];
}

export interface PlanFileOptions {
  readonly content: string | Uint8Array;
  /** The file as the user named it. */
  readonly name: string;
  readonly options?: ReadonlyMap<string, string>;
  /** Addresses of the scenario beside its name: claims name one of them. */
  readonly addresses?: readonly string[];
}

/**
 * The plan in a file. Throws one sentence where the file claims what the simulator does not give.
 */
export function readPlanFile(scenario: Scenario, given: PlanFileOptions): PlanFile {
  const file = fileOf(given.content, given.name);
  return inFile(
    given.name,
    () => {
      const query = new Query("its address", given.options ?? new Map());
      const reader = readerOf(file, scenario, query.text("format"));
      const found = reader.read(file, scenario, ownOptions(reader, query));
      if (found === null) throw new InputError(`the file is of the format ${reader.name} and holds no plan.`);
      return checked(found, reader, scenario, given.addresses ?? []);
    },
    PLAN_FILE,
  );
}

/** The plan that the file of a scenario's graph holds; null where it holds none. */
export function planInGraphFile(scenario: Scenario, content: Uint8Array, name: string): PlanFile | null {
  const file = fileOf(content, name);
  return inFile(
    name,
    () => {
      const reader = planReaders.find((each) => each.inGraphs && each.recognises(file, scenario));
      const found = reader?.read(file, scenario, new Query("its address", new Map())) ?? null;
      return found === null ? null : checked(found, reader!, scenario, []);
    },
    PLAN_FILE,
  );
}

function checked(
  { plan, claims, notes }: PlanRead,
  { name }: PlanReader,
  scenario: Scenario,
  addresses: readonly string[],
): PlanFile {
  const skipped = createClaimChecker(scenario, [scenario.name, ...addresses])(claims, plan);
  return { plan, format: name, notes: [...notes, ...skipped] };
}

/**
 * The placements that a case file brings, checked against the results that it gives for them. A
 * difference is one sentence that names the run.
 */
export function checkedRuns(scenario: Scenario, runs: readonly ImportedRun[]): readonly Plan[] {
  const check = createClaimChecker(scenario);
  return runs.map((run, i) =>
    inFile(scenario.name, () => {
      try {
        check([claimOf(run)], run.plan);
        return run.plan;
      } catch (error) {
        throw error instanceof InputError ? new InputError(`run ${i}: ${error.message}`) : error;
      }
    }),
  );
}

function readerOf(file: SourceFile, scenario: Scenario, format: string | undefined): PlanReader {
  const names = planReaders.map(({ name }) => name);
  if (format !== undefined) {
    const named = planReaders.find(({ name }) => name === format);
    if (named !== undefined) return named;
    throw new InputError(
      `the format "${format}" of plans is not known; there are ${names.join(", ")}.${didYouMean(format, names)}`,
    );
  }
  const reader = planReaders.find((each) => each.recognises(file, scenario));
  if (reader !== undefined) return reader;
  throw new InputError(
    `it is neither JSON nor another known format of plans; there are ${names.join(", ")}.`,
  );
}

function ownOptions(reader: PlanReader, query: Query): Query {
  query.expectOnly(`the plan format ${reader.name}`, [...Object.keys(reader.options ?? {}), "format"]);
  return query.without(["format"]);
}
