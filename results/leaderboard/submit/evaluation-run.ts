/**
 * The folder of an evaluation as a submission: which track it is for, its cells, and what the
 * author declares. It is read as a stranger's: bounded, links not followed, by known names.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { parseSpec } from "../../../agents/registry/spec.ts";
import { InputError } from "../../../env/model/errors.ts";
import type { CellResult } from "../../cells/cell.ts";
import { EVALUATION_FORMAT, type EvaluationReport } from "../../evaluation/contract.ts";
import { objectIn, shaped, unsealed } from "../../files/sealed.ts";
import { policyPath } from "../../training/policy-file.ts";
import type { Track } from "../contract.ts";
import { type EntryFolder, utf8 } from "../entry/entry-file.ts";
import { type EntryHead, makeEntry, methodOf } from "../entry/make-entry.ts";
import { budgetKey, budgetText } from "../tracks/tracks.ts";
import { boundedBytes } from "../untrusted/folder.ts";
import { boundedJson } from "../untrusted/json.ts";
import { FILE_LIMITS } from "../untrusted/limits.ts";
import type { Judge } from "../verify/judge.ts";

export interface EvaluationRun {
  readonly path: string;
  readonly report: EvaluationReport;
  readonly versions: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, unknown>>;
  /** SHA-256 by path, of policies and of files of methods. */
  readonly files: Readonly<Record<string, string>>;
}

/** What the caller chooses of a run. */
export interface RunChoice {
  /** Where the run names none. */
  readonly track?: string;
  /** One method of several. */
  readonly method?: string;
}

const RUN_BYTES = 4 * 1024 * 1024;
const REPORT_BYTES = 400 * 1024 * 1024;

const texts = z.record(z.string(), z.string());
const runSchema = z.looseObject({
  kind: z.string(),
  versions: texts,
  options: z.record(z.string(), z.unknown()).default({}),
  files: texts.default({}),
});
const count = z.number();
const cellSchema = z.looseObject({
  scenario: z.string(),
  scenarioHash: z.string(),
  method: z.string(),
  methodName: z.string(),
  kind: z.enum(["planner", "agent"]),
  seedIndex: z.int(),
  value: z.number().nullable(),
  feasible: z.boolean(),
  evaluations: count,
  simulations: count,
  bestEvaluation: count.nullable(),
  bestSimulation: count.nullable(),
  plan: z.looseObject({ kind: z.string() }).nullable(),
  curve: z.array(
    z.strictObject({ simulations: count, evaluations: count, cost: count, feasible: z.boolean() }),
  ),
  failure: z.string().nullable(),
  ended: z.string(),
  backend: z.string().nullable(),
  budget: z.looseObject({}),
});
const reportSchema = z.looseObject({
  format: z.literal(EVALUATION_FORMAT),
  complete: z.boolean(),
  request: z.looseObject({
    scenarios: z.array(z.string()),
    methods: z.array(z.string()),
    seeds: z.int(),
    seed: z.union([z.number(), z.string()]),
    budgets: z.array(z.looseObject({})),
    track: z.string().nullable(),
    trainedOn: z.record(z.string(), z.array(z.string())),
  }),
  cells: z.array(cellSchema),
});

/** Whether a folder holds the run of any command. */
export const isRun = (path: string): boolean => existsSync(join(path, "run.json"));

export function readRun(path: string): EvaluationRun {
  const runWhere = `"${join(path, "run.json")}"`;
  const stored = readFile(path, "run.json", RUN_BYTES);
  const { kind, versions, options, files } = shaped(runSchema, unsealed(stored, runWhere), runWhere);
  if (kind !== "evaluate")
    throw new InputError(`"${path}" holds a run of "${kind}", expected one of "evaluate".`);
  const where = `"${join(path, "report.json")}"`;
  const report = objectIn(readFile(path, "report.json", REPORT_BYTES), where);
  return {
    path,
    versions,
    options,
    files,
    report: shaped(reportSchema, report, where) as unknown as EvaluationReport,
  };
}

function readFile(path: string, name: string, limitBytes: number): unknown {
  const file = join(path, name);
  if (!existsSync(file)) throw new InputError(`"${path}" holds no ${name}.`);
  return boundedJson(utf8(boundedBytes(file, limitBytes), `"${file}"`), `"${file}"`);
}

/** One entry for each method and budget, in the order of the run; none is verified yet. */
export async function entriesOfRun(
  run: EvaluationRun,
  { track: asked, method: only }: RunChoice,
  folder: string,
  judge: Judge,
): Promise<EntryFolder[]> {
  const { request } = run.report;
  const track = trackOf(run, asked, judge);
  if (!run.report.complete && only === undefined)
    throw new InputError(`The evaluation in "${run.path}" is not complete; finish it, or name one --method.`);
  const specs = only === undefined ? request.methods : [only];
  const entries: EntryFolder[] = [];
  for (const budget of request.budgets)
    for (const spec of specs) {
      const cells = cellsOf(run, track, spec, budgetKey(budget));
      if (cells.length === 0)
        throw new InputError(`"${run.path}" has no cell of "${spec}" with ${budgetText(budget)}.`);
      const head = headOf(run, track, spec, budget);
      entries.push(await makeEntry({ head, track, cells, policy: policyOf(spec), folder }, judge));
    }
  return entries;
}

function trackOf({ path, report }: EvaluationRun, asked: string | undefined, judge: Judge): Track {
  const { track: named, scenarios } = report.request;
  if (asked !== undefined && named !== null && asked !== named)
    throw new InputError(`"${path}" is for the track "${named}", not for "${asked}".`);
  const id = asked ?? named;
  if (id === null)
    throw new InputError(`"${path}" names no track of the leaderboard; evaluate with --track, or name one.`);
  const track = judge.track(id);
  const missing = track.scenarios.find(([uri]) => !scenarios.includes(uri));
  if (missing !== undefined)
    throw new InputError(`"${path}" lacks the scenario "${missing[0]}" of the track "${id}".`);
  return track;
}

/** In the order of the track, then by seed; scenarios of no track are left out. */
function cellsOf({ report }: EvaluationRun, track: Track, spec: string, budget: string): CellResult[] {
  const place = new Map(track.scenarios.map(([uri], index) => [uri, index]));
  return report.cells
    .filter(
      ({ method, budget: own, scenario }) =>
        method === spec && budgetKey(own) === budget && place.has(scenario),
    )
    .sort((a, b) => place.get(a.scenario)! - place.get(b.scenario)! || a.seedIndex - b.seedIndex);
}

function headOf(
  { report, versions, options, files, path }: EvaluationRun,
  track: Track,
  spec: string,
  budget: EntryHead["budget"],
): EntryHead {
  const { seed, seeds, trainedOn } = report.request;
  const { policy } = parseSpec(spec);
  const policySha256 = policy === null ? null : (files[policyPath(policy)] ?? null);
  if (policy !== null && policySha256 === null)
    throw new InputError(`"${path}" has no SHA-256 of the policy of "${spec}".`);
  return {
    track: track.id,
    method: methodOf(spec),
    options: options[spec] ?? null,
    budget,
    rootSeed: seed,
    seeds,
    versions,
    trainedOn: trainedOn[spec] ?? [],
    policySha256,
    command: commandOf(track, methodOf(spec), budget, { seed, seeds }),
  };
}

/** The policy's file where it is there and small enough to travel with its entry. */
function policyOf(spec: string): Uint8Array | null {
  const { policy } = parseSpec(spec);
  if (policy === null || !existsSync(policyPath(policy))) return null;
  try {
    return boundedBytes(policyPath(policy), FILE_LIMITS["policy.json"]);
  } catch {
    return null;
  }
}

/** The documented command that runs the cells again. */
export function commandOf(
  track: Track,
  method: string,
  { simulations, cpuSeconds }: EntryHead["budget"],
  { seed, seeds }: Pick<EvaluationReport["request"], "seed" | "seeds">,
): string {
  const budget = simulations !== undefined ? `--simulations ${simulations}` : `--cpu-seconds ${cpuSeconds}`;
  const quoted = /^[\w@./=-]+$/.test(method) ? method : `'${method}'`;
  return `placement-gym evaluate --track ${track.id} --methods ${quoted} ${budget} --seeds ${seeds} --seed ${seed}`;
}
