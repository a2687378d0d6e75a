/** A queue of a test alone, its workers and what they tell; all of it ends with the test. */
import { afterEach, beforeEach } from "vitest";
import type { QueueAddress } from "../../../../cli/pool/queue/address.ts";
import { type Answer, KEY_PREFIX } from "../../../../cli/pool/queue/messages.ts";
import { type QueueWorkerParts, workOnQueue } from "../../../../cli/pool/queue/queue-worker.ts";
import { connectQueue, type QueueConnection } from "../../../../cli/pool/queue/redis.ts";
import { freshAddress, reasonForNoRedis, removeQueue } from "./redis-server.ts";

export const reason = await reasonForNoRedis();
if (reason !== null) console.log(`Skipped, the tests of the queue need a Redis: ${reason}`);

export const versions = { "placement-gym": "1.0.0" };
export const clock = () => 0;

/** On a busy machine no worker of a test may seem silent. */
const LONG_SECONDS = 600;

/** A promise with its ends in hand. */
export function gate<T = void>() {
  let open: (value: T) => void = () => undefined;
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

const unasked = () => Promise.reject(new Error("not asked for"));

export interface QueueFixture {
  readonly address: QueueAddress;
  /** What the side that gives was told. */
  readonly notes: string[];
  /** Called in reverse when the test ends. */
  readonly ends: (() => unknown)[];
  /** Takes jobs until the test ends, or until it is stopped. */
  worker(does: Partial<QueueWorkerParts>): Promise<{ stop(): Promise<void> }>;
  connection(): Promise<QueueConnection>;
  /** Takes one job and gives no sign until `late` opens; then its answer is refused. */
  silentWorker(late: Promise<void>, answer: Answer): Promise<SilentWorker>;
}

export interface SilentWorker {
  readonly taken: Promise<void>;
  readonly refused: Promise<unknown>;
  /** Looks for jobs without a sign from now on. */
  watch(): Promise<void>;
}

/** Call it once at the top of a test file; the fixture is a new one in each test. */
export function queueFixture(): QueueFixture {
  let address: QueueAddress;
  let notes: string[];
  let ends: QueueFixture["ends"][number][];
  beforeEach(() => {
    [address, notes, ends] = [freshAddress(), [], []];
  });
  afterEach(async () => {
    for (const end of ends.reverse()) await end();
    if (reason === null) await removeQueue(address.name);
  });
  const connection = async () => {
    const opened = await connectQueue(address, () => undefined);
    ends.push(() => opened.close());
    return opened;
  };
  return {
    get address() {
      return address;
    },
    get notes() {
      return notes;
    },
    get ends() {
      return ends;
    },
    connection,
    async worker(does) {
      const interrupt = new AbortController();
      const ready = gate();
      const work = workOnQueue({
        address,
        jobs: 1,
        silentSeconds: LONG_SECONDS,
        versions,
        runCell: unasked,
        score: unasked,
        clock,
        cpuClock: clock,
        note: () => undefined,
        signal: interrupt.signal,
        onReady: ready.open,
        ...does,
      });
      const stop = async () => {
        interrupt.abort();
        await work;
      };
      ends.push(stop);
      await ready.opened;
      return { stop };
    },
    async silentWorker(late, answer) {
      const { bullmq, client } = await connection();
      const taken = gate();
      const options = { connection: client, prefix: KEY_PREFIX, lockDuration: 100, skipLockRenewal: true };
      const silent = new bullmq.Worker<unknown, Answer>(
        address.name,
        async () => {
          taken.open();
          await late;
          return answer;
        },
        { ...options, skipStalledCheck: true },
      );
      const refused = new Promise((resolve) => silent.on("error", resolve));
      const watch = { connection: client, prefix: KEY_PREFIX, stalledInterval: 50, maxStalledCount: 9 };
      const watcher = new bullmq.Worker(address.name, null, { ...watch, autorun: false });
      ends.push(() => Promise.all([silent.close(true), watcher.close(true)]));
      await silent.waitUntilReady();
      return { taken: taken.opened, refused, watch: () => watcher.startStalledCheckTimer() };
    },
  };
}
