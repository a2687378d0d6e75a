/**
 * A worker of the queue: takes jobs, does them in child processes and answers. A job is a cell, or
 * plans of a training. The worker first holds it to its own files and versions. The jobs of a
 * worker that is stopped go back to the queue at once. Those of a killed one go back after a while
 * of silence.
 */
import type { Job } from "bullmq";
import { InputError } from "../../../env/model/errors.ts";
import type { RunCell } from "../../../results/cells/cell.ts";
import { faultSentence } from "../../../results/cells/failed-cell.ts";
import { shaped } from "../../../results/files/sealed.ts";
import { type Actors, toldOf } from "../../../results/training/actors/contract.ts";
import type { QueueAddress } from "./address.ts";
import { unlessStopped } from "./given-jobs.ts";
import { cellCheck, Refusal, refuseOtherVersions } from "./job-check.ts";
import {
  type Answer,
  type CellJob,
  cellJobSchema,
  type JobData,
  KEY_PREFIX,
  shareJobSchema,
} from "./messages.ts";
import { connectQueue } from "./redis.ts";

export interface QueueWorkerParts {
  readonly address: QueueAddress;
  /** At once. */
  readonly jobs: number;
  /** After so many seconds without a sign a worker counts as dead. */
  readonly silentSeconds: number;
  readonly versions: CellJob["versions"];
  readonly runCell: RunCell;
  /** Scores plans of a training. */
  readonly score: Actors["score"];
  readonly clock: () => number;
  readonly cpuClock: () => number;
  readonly note: (line: string) => void;
  readonly signal: AbortSignal;
  /** Called once the worker takes jobs. */
  readonly onReady?: () => void;
}

/** A job that so many workers fell silent on is given up. */
const MOST_SILENCES = 10;

/** Works until the signal aborts. */
export async function workOnQueue(parts: QueueWorkerParts): Promise<void> {
  const { address, jobs, silentSeconds, signal, note } = parts;
  const connection = await connectQueue(address, note);
  const { Worker, WaitingError } = connection.bullmq;
  const tools = { parts, check: cellCheck(parts.versions), served: new Set<string>() };
  const worker = new Worker<JobData[keyof JobData], Answer>(
    address.name,
    async (job, token, lost) => {
      const answer = await answered(job, tools, lost);
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
  // Another worker has the job now, so that an answer would not be taken.
  worker.on("lockRenewalFailed", (ids) => {
    for (const id of ids) worker.cancelJob(id);
  });
  await worker.waitUntilReady();
  parts.onReady?.();
  await aborted(signal);
  await worker.close();
  connection.close();
}

interface Tools {
  readonly parts: QueueWorkerParts;
  readonly check: (job: CellJob) => Promise<void>;
  /** Hashes of scenarios with shares that were answered. */
  readonly served: Set<string>;
}

/** One job, and what is told of it. */
interface Doing extends Tools {
  readonly job: Job<unknown, Answer>;
  readonly stop: AbortSignal;
  /** From here on the job is told of by this name. */
  name(told: string): void;
  say(how: string): void;
}

async function answered(
  job: Job<unknown, Answer>,
  tools: Tools,
  lost: AbortSignal | undefined,
): Promise<Answer> {
  const { clock, signal, note } = tools.parts;
  const stop = lost === undefined ? signal : AbortSignal.any([signal, lost]);
  const startedAt = clock();
  let told = job.id ?? "a job";
  const name = (text: string) => {
    told = text;
  };
  const say = (how: string) => note(`${told}: ${how} after ${(clock() - startedAt).toFixed(1)} s`);
  try {
    return await (job.name === "share" ? scoredShare : ranCell)({ ...tools, job, stop, name, say });
  } catch (error) {
    say(stop.aborted ? "given back" : faultSentence(error));
    if (error instanceof Refusal) return { kind: "refused", sentence: error.message };
    if (error instanceof InputError) return { kind: "mistake", sentence: error.message };
    const fault = error instanceof Error ? error : new Error(String(error));
    return { kind: "fault", message: fault.message, stack: fault.stack ?? fault.message };
  }
}

async function ranCell({ job, parts, check, stop, name, say }: Doing): Promise<Answer> {
  const { runCell, clock, cpuClock } = parts;
  const asked = shaped(cellJobSchema, job.data, "a cell of the queue");
  const { method, scenario, seedIndex } = asked.cell;
  name(`"${method}" on "${scenario}", seed ${seedIndex}`);
  await check(asked);
  const onEvaluation = seldom(clock, (spent) => void job.updateProgress({ spent }).catch(() => undefined));
  const outcome = await runCell(asked.cell, { clock, cpuClock, signal: stop, onEvaluation });
  say(stop.aborted ? "given back" : "answered");
  return { kind: "outcome", outcome };
}

/** A training has thousands of shares, so only the first one of a scenario is told. */
async function scoredShare({ job, parts, served, stop, name, say }: Doing): Promise<Answer> {
  const { share, versions } = shaped(shareJobSchema, job.data, "a share of the queue");
  const told = `plans of ${toldOf(share)}`;
  name(told);
  refuseOtherVersions(parts.versions, versions);
  const scores = await unlessStopped(parts.score(share), stop, told);
  if (scores !== null && !served.has(share.scenarioHash)) {
    served.add(share.scenarioHash);
    say("the first answered");
  }
  return { kind: "scores", scores };
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

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
