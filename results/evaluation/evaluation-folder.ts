/**
 * The folder of an evaluation while it runs: `cells-folder.ts` with budgets. It grows by methods,
 * scenarios, seeds and budgets that are new. A method or a scenario that is there under another
 * name is not run twice: it keeps its first name, and a sentence says so.
 */
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../env/model/errors.ts";
import { budgetText, type CellContents } from "../cells/cell-content.ts";
import { shaped } from "../files/sealed.ts";
import type { Origin } from "../page/origin.ts";
import {
  type CellsFolder,
  type CellsFolderParts,
  type FolderRules,
  openCellsFolder,
} from "../report/cells-folder.ts";
import { scenariosOf, writeReport } from "../report/write-report.ts";
import { descriptionIn, RUN, type RunDescription, runNames } from "../training/run-description.ts";
import { sharedConfig } from "../training/train-config.ts";
import type { EvaluationRequest } from "./contract.ts";
import type { Evaluated } from "./evaluate.ts";
import { renderEvaluation } from "./evaluation-page.ts";

export type EvaluationParts = CellsFolderParts<EvaluationRequest>;

export interface EvaluationFolder extends CellsFolder<EvaluationRequest> {
  /** Sentences on names that mean the same. */
  readonly notes: readonly string[];
  /** Returns the path of the page. */
  write(evaluated: Evaluated, origin?: Origin | null): Promise<string>;
}

const { budget, ...shared } = sharedConfig;
const names = z.array(z.string());
const schema = z.strictObject({
  scenarios: names.min(1),
  methods: names.min(1),
  seeds: z.int().min(1),
  budgets: z.array(budget).min(1),
  track: z.string().nullable(),
  trainedOn: z.record(z.string(), names),
  ...shared,
});

export async function openEvaluation(parts: EvaluationParts): Promise<EvaluationFolder> {
  const notes: string[] = [];
  const rules: FolderRules<EvaluationRequest> = {
    kind: "evaluate",
    schema,
    fixed: ["seed", "objective", "backend", "track"],
    grown,
    settled: (request, contents) => withoutOtherNames(request, contents, notes),
  };
  const folder = await openCellsFolder(parts, rules);
  const { path, versions } = parts;
  return Object.assign(folder, {
    notes,
    async write({ report, times }: Evaluated, origin: Origin | null = null) {
      const { request, cells } = report;
      const page = renderEvaluation({ report, times }, await scenariosOf(request), origin);
      const { inputs } = folder;
      return writeReport(path, {
        kind: "evaluate",
        request,
        cells,
        versions,
        inputs,
        origin,
        report,
        times,
        page,
      });
    },
  });
}

/** What the evaluation in a folder was asked. Throws `InputError` where there is none. */
export function askedIn(path: string): { request: EvaluationRequest; description: RunDescription } {
  const description = descriptionIn(path);
  if (description === null) throw new InputError(`"${path}" holds no evaluation: ${RUN} is missing.`);
  const { kind, config, seed } = description;
  if (kind !== "evaluate")
    throw new InputError(`"${path}" holds ${runNames[kind]}, expected ${runNames.evaluate}.`);
  shaped(schema, config, `"${join(path, RUN)}": config`);
  // Not what the schema gives back: its fields come in another order, and bytes are compared.
  const { scenarios, methods, seeds, ...rest } = config as unknown as Omit<EvaluationRequest, "seed">;
  return { request: { scenarios, methods, seeds, seed, ...rest }, description };
}

function grown(before: EvaluationRequest, asked: EvaluationRequest): Partial<EvaluationRequest> {
  const known = new Set(before.budgets.map(budgetText));
  const trainedOn: Record<string, readonly string[]> = { ...before.trainedOn };
  for (const [method, sources] of Object.entries(asked.trainedOn))
    trainedOn[method] = [...new Set([...(trainedOn[method] ?? []), ...sources])];
  return {
    budgets: [...before.budgets, ...asked.budgets.filter((each) => !known.has(budgetText(each)))],
    trainedOn,
  };
}

/** Of methods of the same content the first name stays; scenarios likewise. */
function withoutOtherNames(
  request: EvaluationRequest,
  contents: CellContents,
  notes: string[],
): EvaluationRequest {
  const scenarios = firstNames(request.scenarios, contents.scenarioHash, notes);
  const methods = firstNames(request.methods, contents.methodDigest, notes);
  const trainedOn: Record<string, readonly string[]> = {};
  for (const [method, sources] of Object.entries(request.trainedOn)) {
    const name = methods.get(method) ?? method;
    trainedOn[name] = [...new Set([...(trainedOn[name] ?? []), ...sources])];
  }
  return {
    ...request,
    scenarios: [...new Set(scenarios.values())],
    methods: [...new Set(methods.values())],
    trainedOn,
  };
}

/** The first name of the same content, by name. */
function firstNames(
  given: readonly string[],
  contentOf: (name: string) => string | null,
  notes: string[],
): ReadonlyMap<string, string> {
  const first = new Map<string, string>();
  return new Map(
    given.map((name) => {
      const content = contentOf(name) ?? name;
      const known = first.get(content) ?? name;
      first.set(content, known);
      if (known !== name) notes.push(`"${name}" is "${known}" by another name; it is run once.`);
      return [name, known];
    }),
  );
}
