/**
 * Jobs that this process gives to a queue in Redis, and the answers of workers. BullMQ gives each
 * job to one worker. The job of a worker that falls silent goes to another, and what the silent one
 * says later is not taken. So each job has one answer.
 *
 * Answers come as events, in order. They are read from the event that was the last one before the
 * first job, so that none is missed.
 */
import { setMaxListeners } from "node:events";
import type { JobsOptions, Queue } from "bullmq";
import { InputError } from "../../../env/model/errors.ts";
import { CellRefused, CellStopped } from "../../../results/cells/cell.ts";
import type { QueueAddress } from "./address.ts";
import { type Answer, type JobData, KEY_PREFIX, type SpentMessage } from "./messages.ts";
import { connectQueue } from "./redis.ts";

type Kind = keyof JobData;

export interface GivenJob<K extends Kind = Kind> {
  readonly kind: K;
  /** The queue has no two jobs of one id at a time. */
  readonly id: string;
  readonly data: JobData[K];
  /** For people: what it is. */
  readonly told: string;
  readonly onStart?: () => void;
  readonly onEvaluation?: (spent: number) => void;
  /** An abort rejects with `CellStopped`, and takes back a job that no worker has begun. */
  readonly signal?: AbortSignal;
}

export interface GivenJobs {
  /** Rejects where workers refuse, fail or fall silent again and again. */
  answerTo(job: GivenJob): Promise<Exclude<Answer, { readonly kind: Failure }>>;
  /** Those that are connected now. */
  workerCount(): Promise<number>;
  close(): Promise<void>;
}

type Failure = "refused" | "mistake" | "fault";
type JobQueue = Queue<JobData[Kind], Answer>;

interface Waiting {
  readonly job: GivenJob;
  readonly answered: (answer: Answer) => void;
}

export async function openJobs(address: QueueAddress, note: (line: string) => void): Promise<GivenJobs> {
  const connection = await connectQueue(address, note);
  const { bullmq, client } = connection;
  const options = { connection: client, prefix: KEY_PREFIX };
  const queue: JobQueue = new bullmq.Queue(address.name, options);
  const [last] = await client.xrevrange(queue.toKey("events"), "+", "-", "COUNT", 1);
  const events = new bullmq.QueueEvents(address.name, { ...options, lastEventId: last?.[0] ?? "0-0" });
  const waiting = new Map<string, Waiting>();
  queue.on("error", () => undefined);
  events.on("error", () => undefined);
  events.on("active", ({ jobId }) => waiting.get(jobId)?.job.onStart?.());
  events.on("progress", ({ jobId, data }) =>
    waiting.get(jobId)?.job.onEvaluation?.((data as SpentMessage).spent),
  );
  events.on("stalled", ({ jobId }) => {
    const told = waiting.get(jobId)?.job.told;
    if (told !== undefined) note(`A worker fell silent: ${told}, goes to another.`);
  });
  events.on("completed", ({ jobId, returnvalue }) =>
    waiting.get(jobId)?.answered(returnvalue as unknown as Answer),
  );
  events.on("failed", ({ jobId, failedReason }) => waiting.get(jobId)?.answered(lost(failedReason)));
  await events.waitUntilReady();
  // A Redis that lost its memory gets its jobs again; one that did not has them under their ids.
  client.on("ready", () => {
    for (const { job, answered } of waiting.values())
      placed(queue, job)
        .then((before) => before && answered(before))
        .catch(() => undefined);
  });
  return {
    workerCount: () => queue.getWorkersCount(),
    answerTo: (job) => answerTo(queue, waiting, job),
    async close() {
      // Answers that were received in this turn are removed in the next one.
      await new Promise((resolve) => setImmediate(resolve));
      await Promise.all([queue.close(), events.close()]);
      connection.close();
    },
  };
}

async function answerTo(queue: JobQueue, waiting: Map<string, Waiting>, job: GivenJob) {
  const { id, signal, told } = job;
  const received = new Promise<Answer>((answered) => waiting.set(id, { job, answered }));
  try {
    const placedJob = placed(queue, job).then((before) => before ?? received);
    const answer = await unlessStopped(placedJob, signal, told);
    // After this turn the answer is in the caller's log, so that no kill can lose it.
    if (job.kind === "cell") setImmediate(() => void queue.remove(id).catch(() => undefined));
    return fulfilled(answer);
  } catch (error) {
    // What a worker has begun it ends; whoever gives a cell again finds the answer.
    if (error instanceof CellStopped) await queue.remove(id).catch(() => undefined);
    throw error;
  } finally {
    waiting.delete(id);
  }
}

/** A learner waits for a share, so it goes first, and nobody asks for its answer again. */
const SHARE: JobsOptions = { lifo: true, removeOnComplete: true, removeOnFail: true };

/** The answer that a cell has from before. One that failed is tried anew. */
async function placed(queue: JobQueue, { kind, id, data }: GivenJob): Promise<Answer | null> {
  if (kind === "share") {
    await queue.add(kind, data, { ...SHARE, jobId: id });
    return null;
  }
  const before = await queue.getJob(id);
  if (before?.finishedOn !== undefined && before.failedReason === undefined) return before.returnvalue;
  if (before?.finishedOn !== undefined) await before.remove();
  await queue.add(kind, data, { jobId: id });
  return null;
}

function lost(said: string): Answer {
  const message = /stalled more than/.test(said)
    ? "its workers fell silent again and again before one answered."
    : `the queue lost it: ${said}`;
  return { kind: "fault", message, stack: message };
}

function fulfilled(answer: Answer): Exclude<Answer, { readonly kind: Failure }> {
  if (answer.kind === "refused") throw new CellRefused(answer.sentence);
  if (answer.kind === "mistake") throw new InputError(answer.sentence);
  if (answer.kind !== "fault") return answer;
  const error = new Error(answer.message);
  error.stack = answer.stack;
  throw error;
}

/** The same promise; it rejects with `CellStopped` when the signal aborts. */
export async function unlessStopped<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  told: string,
): Promise<T> {
  if (signal === undefined) return work;
  // Each job in flight listens.
  setMaxListeners(0, signal);
  let onAbort = (): void => undefined;
  const stopped = new Promise<never>((_, reject) => {
    onAbort = () => reject(new CellStopped(`${told} was stopped before it had an answer.`));
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
