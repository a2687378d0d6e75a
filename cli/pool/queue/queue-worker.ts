/**
 * A worker of the queue: takes cells, runs them in child processes and answers. It first holds each
 * cell to its own files and versions, and refuses one that it would answer differently. The cells
 * of a worker that is stopped go back to the queue at once. Those of a killed one go back after a
 * while of silence.
 */
import type { Job } from "bullmq";
import { InputError } from "../../../env/model/errors.ts";
import type { RunCell } from "../../../results/cells/cell.ts";
import { type GrowingContents, growingContents } from "../../../results/cells/cell-content.ts";
import { faultSentence } from "../../../results/cells/failed-cell.ts";
import { shaped } from "../../../results/files/sealed.ts";
import { methodFiles } from "../../../results/training/run-inputs.ts";
import { fileAddress } from "../../../scenarios/file-address.ts";
import type { QueueAddress } from "./address.ts";
import { type Answer, type CellJob, cellJobSchema, KEY_PREFIX } from "./messages.ts";
import { connectQueue } from "./redis.ts";

export interface QueueWorkerParts {
  readonly address: QueueAddress;
  /** Cells at once. */
  readonly jobs: number;
  /** After so many seconds without a sign a worker counts as dead. */
  readonly silentSeconds: number;
  readonly versions: CellJob["versions"];
  readonly runCell: RunCell;
  readonly clock: () => number;
  readonly cpuClock: () => number;
  readonly note: (line: string) => void;
  readonly signal: AbortSignal;
  /** Called once the worker takes cells. */
  readonly onReady?: () => void;
}

/** A cell that so many workers fell silent on is given up. */
const MOST_SILENCES = 10;

/** Works until the signal aborts. */
export async function workOnQueue(parts: QueueWorkerParts): Promise<void> {
  const { address, jobs, silentSeconds, signal, note } = parts;
  const connection = await connectQueue(address, note);
  const { Worker, WaitingError } = connection.bullmq;
  const check = cellCheck(parts.versions);
  const worker = new Worker<CellJob, Answer>(
    address.name,
    async (job, token, lost) => {
      const answer = await answered(job, check, parts, lost);
      if (!signal.aborted && lost?.aborted !== true) return answer;
      // What was stopped midway is no answer.
      await job.moveToWait(token);
      throw new WaitingError();
    },
    {
      connection: connection.client,
      prefix: KEY_PREFIX,
      concurrency: jobs,
      lockDuration: silentSeconds * 1000,
      stalledInterval: (silentSeconds * 1000) / 2,
      maxStalledCount: MOST_SILENCES,
    },
  );
  worker.on("error", (error: NodeJS.ErrnoException) => {
    // A connection that is lost has a code, and is told once already.
    if (error.code === undefined) note(`The queue says: ${faultSentence(error)}`);
  });
  // Another worker has the cell now, so that an answer would not be taken.
  worker.on("lockRenewalFailed", (ids) => {
    for (const id of ids) worker.cancelJob(id);
  });
  await worker.waitUntilReady();
  parts.onReady?.();
  await aborted(signal);
  await worker.close();
  connection.close();
}

async function answered(
  job: Job<CellJob, Answer>,
  check: (job: CellJob) => Promise<void>,
  { runCell, clock, cpuClock, signal, note }: QueueWorkerParts,
  lost: AbortSignal | undefined,
): Promise<Answer> {
  const startedAt = clock();
  let told = job.id ?? "a cell";
  const say = (how: string) => note(`${told}: ${how} after ${(clock() - startedAt).toFixed(1)} s`);
  try {
    const asked = shaped(cellJobSchema, job.data, "a cell of the queue");
    const { method, scenario, seedIndex } = asked.cell;
    told = `"${method}" on "${scenario}", seed ${seedIndex}`;
    await check(asked);
    const onEvaluation = seldom(clock, (spent) => void job.updateProgress({ spent }).catch(() => undefined));
    const stop = lost === undefined ? signal : AbortSignal.any([signal, lost]);
    const outcome = await runCell(asked.cell, { clock, cpuClock, signal: stop, onEvaluation });
    say(stop.aborted ? "given back" : "answered");
    return { kind: "outcome", outcome };
  } catch (error) {
    say(signal.aborted ? "given back" : faultSentence(error));
    if (error instanceof Refusal) return { kind: "refused", sentence: error.message };
    if (error instanceof InputError) return { kind: "mistake", sentence: error.message };
    const fault = error instanceof Error ? error : new Error(String(error));
    return { kind: "fault", message: fault.message, stack: fault.stack ?? fault.message };
  }
}

/**
 * A word of progress takes more than 1 ms of CPU time on its way through worker, Redis and
 * submitting process. So a cell says no more than one a second.
 */
const SECONDS_BETWEEN_WORDS = 1;

function seldom(clock: () => number, tell: (spent: number) => void): (spent: number) => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  return (spent) => {
    if (clock() - toldAt < SECONDS_BETWEEN_WORDS) return;
    toldAt = clock();
    tell(spent);
  };
}

/** This worker is at fault, and not the cell. */
class Refusal extends Error {}

/** Throws where this worker's files or versions are not those that the cell was asked with. */
function cellCheck(versions: CellJob["versions"]): (job: CellJob) => Promise<void> {
  const known = growingContents(versions);
  const firstFiles = new Map<string, string>();
  return async (job) => {
    const { cell, scenarioHash, key } = job;
    refuseOtherVersions(versions, job.versions);
    refuseOtherFiles(job, firstFiles);
    const hasFiles = Object.keys(job.files).length > 0 || isOfFile(cell.scenario);
    const contents = hasFiles ? growingContents(versions) : known;
    await knowing(contents, job);
    if (contents.scenarioHash(cell.scenario) !== scenarioHash)
      throw new Refusal(`A worker has another scenario "${cell.scenario}" than the cell asks for.`);
    if (contents.keyOf(cell) !== key)
      throw new Refusal(`A worker has another method "${cell.method}" than the cell asks for.`);
  };
}

const isOfFile = (scenario: string): boolean =>
  fileAddress(scenario) !== null || scenario.includes("cluster=");

async function knowing(contents: GrowingContents, { cell }: CellJob): Promise<void> {
  try {
    await contents.know(cell);
  } catch (error) {
    if (error instanceof InputError) throw new Refusal(`A worker cannot run a cell: ${error.message}`);
    throw error;
  }
}

function refuseOtherVersions(own: CellJob["versions"], asked: CellJob["versions"]): void {
  const other = Object.keys({ ...own, ...asked }).find((name) => own[name] !== asked[name]);
  if (other !== undefined)
    throw new Refusal(
      `A worker has ${other} ${own[other] ?? "of no version"}, the cell asks for ${asked[other] ?? "none"}.`,
    );
}

/** Before any file is loaded. A child process may hold an older file, so none may change either. */
function refuseOtherFiles({ cell, files }: CellJob, first: Map<string, string>): void {
  const own = methodFiles([cell.method]);
  const other = Object.keys({ ...own, ...files }).find((path) => own[path] !== files[path]);
  if (other !== undefined)
    throw new Refusal(
      own[other] === undefined
        ? `A worker has no file "${other}", which "${cell.method}" is made from.`
        : `A worker has another file "${other}" than the cell asks for.`,
    );
  const text = JSON.stringify(own);
  const before = first.get(cell.method) ?? text;
  first.set(cell.method, before);
  if (before !== text)
    throw new Refusal(`Files of "${cell.method}" have changed since a worker began; start it again.`);
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
