/**
 * A pool whose cells run on other machines: it gives them to a queue in Redis and receives what
 * workers answer. BullMQ gives each cell to one worker. The cell of a worker that falls silent goes
 * to another, and what the silent one says later is not taken. So each cell has one answer.
 *
 * A job's id is the digest of its cell. An evaluation that is given again thereby finds what it
 * gave before, the answers that nobody received included.
 */
import { setMaxListeners } from "node:events";
import type { Job, Queue, QueueEvents } from "bullmq";
import { InputError } from "../../../env/model/errors.ts";
import {
  type CellHooks,
  type CellOutcome,
  CellRefused,
  type CellSpec,
  CellStopped,
} from "../../../results/cells/cell.ts";
import type { CellContents } from "../../../results/cells/cell-content.ts";
import type { FileDigests } from "../../../results/files/program-files.ts";
import { methodFiles } from "../../../results/training/run-inputs.ts";
import type { Pool } from "../pool.ts";
import type { QueueAddress } from "./address.ts";
import { type Answer, type CellJob, jobIdOf, KEY_PREFIX, type SpentMessage } from "./messages.ts";
import { connectQueue, type QueueConnection } from "./redis.ts";

export interface QueuePoolParts {
  readonly address: QueueAddress;
  readonly contents: CellContents;
  readonly versions: CellJob["versions"];
  readonly note: (line: string) => void;
}

export interface QueuePool extends Pool {
  /** Those that are connected now. */
  workerCount(): Promise<number>;
  close(): Promise<void>;
}

/** Enough for workers to be busy while answers travel, few enough to be looked through. */
const IN_FLIGHT = 256;

interface Waiting {
  readonly job: CellJob;
  readonly hooks: CellHooks;
}

export async function openQueuePool(parts: QueuePoolParts): Promise<QueuePool> {
  const connection = await connectQueue(parts.address, parts.note);
  const { bullmq, client } = connection;
  const options = { connection: client, prefix: KEY_PREFIX };
  const queue: Queue<CellJob, Answer> = new bullmq.Queue(parts.address.name, options);
  const events = new bullmq.QueueEvents(parts.address.name, options);
  const waiting = new Map<string, Waiting>();
  const files = new Map<string, FileDigests>();
  // A listener for each cell in flight is no leak.
  queue.setMaxListeners(0).on("error", () => undefined);
  events.setMaxListeners(0).on("error", () => undefined);
  await events.waitUntilReady();
  listen(events, waiting, parts.note);
  // A Redis that lost its memory gets its cells again; one that did not has them under their ids.
  client.on("ready", () => {
    for (const { job } of waiting.values()) void placed(queue, job).catch(() => undefined);
  });
  return {
    inFlight: IN_FLIGHT,
    workerCount: () => queue.getWorkersCount(),
    runCell: (cell, hooks) => runCell({ queue, events, waiting, files, parts }, cell, hooks),
    close: () => closed(queue, events, connection),
  };
}

/** What workers tell while cells wait and run. */
function listen(
  events: QueueEvents,
  waiting: ReadonlyMap<string, Waiting>,
  note: (line: string) => void,
): void {
  events.on("active", ({ jobId }) => waiting.get(jobId)?.hooks.onStart?.());
  events.on("progress", ({ jobId, data }) =>
    waiting.get(jobId)?.hooks.onEvaluation?.((data as SpentMessage).spent),
  );
  events.on("stalled", ({ jobId }) => {
    const cell = waiting.get(jobId)?.job.cell;
    if (cell !== undefined)
      note(
        `A worker fell silent: "${cell.method}" on "${cell.scenario}", seed ${cell.seedIndex}, goes to another.`,
      );
  });
}

interface Lines {
  readonly queue: Queue<CellJob, Answer>;
  readonly events: QueueEvents;
  readonly waiting: Map<string, Waiting>;
  /** By method, as they were when the first of its cells was given. */
  readonly files: Map<string, FileDigests>;
  readonly parts: QueuePoolParts;
}

async function runCell(
  { queue, events, waiting, files, parts }: Lines,
  cell: CellSpec,
  hooks: CellHooks,
): Promise<CellOutcome> {
  const job = jobOf(cell, files, parts);
  const id = jobIdOf(job.key);
  const stop = stopOf(hooks.signal, cell);
  waiting.set(id, { job, hooks });
  try {
    const placedJob = await Promise.race([placed(queue, job), stop.stopped]);
    const answer = await Promise.race([answerTo(placedJob, events), stop.stopped]);
    // After this turn the outcome is in the caller's log, so that no kill can lose it.
    setImmediate(() => void placedJob.remove().catch(() => undefined));
    return outcomeOf(answer);
  } catch (error) {
    // What a worker has begun it ends; the same evaluation finds the answer when it goes on.
    if (error instanceof CellStopped) await queue.remove(id).catch(() => undefined);
    throw error;
  } finally {
    waiting.delete(id);
    stop.forget();
  }
}

function jobOf(
  cell: CellSpec,
  files: Map<string, FileDigests>,
  { contents, versions }: QueuePoolParts,
): CellJob {
  const [key, scenarioHash] = [contents.keyOf(cell), contents.scenarioHash(cell.scenario)];
  if (key === null || scenarioHash === null)
    throw new Error(`"${cell.method}" on "${cell.scenario}" is unknown to the queue.`);
  const own = files.get(cell.method) ?? methodFiles([cell.method]);
  files.set(cell.method, own);
  return { cell, key, versions, scenarioHash, files: own };
}

/** One that failed before is tried anew. */
async function placed(queue: Queue<CellJob, Answer>, job: CellJob): Promise<Job<CellJob, Answer>> {
  const id = jobIdOf(job.key);
  const before = await queue.getJob(id);
  if (before !== undefined && (await before.isFailed())) await before.remove();
  return queue.add("cell", job, { jobId: id });
}

async function answerTo(job: Job<CellJob, Answer>, events: QueueEvents): Promise<Answer> {
  try {
    return await job.waitUntilFinished(events);
  } catch (error) {
    const said = (error as Error).message;
    const message = /stalled more than/.test(said)
      ? "its workers fell silent again and again before one answered."
      : `the queue lost it: ${said}`;
    return { kind: "fault", message, stack: message };
  }
}

function outcomeOf(answer: Answer): CellOutcome {
  if (answer.kind === "outcome") return answer.outcome;
  if (answer.kind === "refused") throw new CellRefused(answer.sentence);
  if (answer.kind === "mistake") throw new InputError(answer.sentence);
  const error = new Error(answer.message);
  error.stack = answer.stack;
  throw error;
}

/** A promise that rejects when the signal aborts. */
function stopOf(signal: AbortSignal | undefined, { method, scenario }: CellSpec) {
  let onAbort = (): void => undefined;
  // Each cell in flight listens.
  if (signal !== undefined) setMaxListeners(0, signal);
  const stopped = new Promise<never>((_, reject) => {
    onAbort = () =>
      reject(new CellStopped(`"${method}" on "${scenario}" was stopped before it had an answer.`));
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted) onAbort();
  });
  stopped.catch(() => undefined);
  return { stopped, forget: () => signal?.removeEventListener("abort", onAbort) };
}

async function closed(queue: Queue, events: QueueEvents, connection: QueueConnection): Promise<void> {
  // Answers that were received in this turn are removed in the next one.
  await new Promise((resolve) => setImmediate(resolve));
  await Promise.all([queue.close(), events.close()]);
  connection.close();
}
