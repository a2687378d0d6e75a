/**
 * The connection to Redis, and BullMQ on it. Both packages are loaded here alone, and only where a
 * queue is used; who uses none need not install them.
 */
import type * as BullMq from "bullmq";
import type { Redis } from "ioredis";
import { InputError } from "../../../env/model/errors.ts";
import type { QueueAddress } from "./address.ts";

export interface QueueConnection {
  readonly bullmq: typeof BullMq;
  readonly client: Redis;
  close(): void;
}

const MOST_MS_BETWEEN_TRIES = 2_000;

/**
 * Throws `InputError` where no Redis answers at first. Later the client tries again for as long as
 * it takes; `note` is told when the connection is lost and when it is back.
 */
export async function connectQueue(
  { url, shown }: QueueAddress,
  note: (line: string) => void,
): Promise<QueueConnection> {
  const { bullmq, Client } = await loaded();
  const client = new Client(url, {
    lazyConnect: true,
    maxRetriesPerRequest: null,
    retryStrategy: (tries) => Math.min(MOST_MS_BETWEEN_TRIES, 100 * tries),
  });
  let reason = "no answer";
  client.on("error", (error: NodeJS.ErrnoException) => {
    reason = error.code ?? error.message;
  });
  try {
    await client.connect();
    await client.ping();
  } catch {
    // The error itself is not passed on: its command may hold the password.
    client.disconnect();
    const refusal = REFUSALS.find(([code]) => reason.startsWith(code));
    if (refusal !== undefined) throw new InputError(`The queue at ${shown} ${refusal[1]}.`);
    throw new InputError(`No queue answers at ${shown}: ${reason}.`);
  }
  tellLoss(client, shown, note);
  return {
    bullmq,
    client,
    close() {
      client.removeAllListeners("close");
      client.disconnect();
    },
  };
}

const REFUSALS = [
  ["NOAUTH", "asks for a password; put the URL with it into PLACEMENT_GYM_QUEUE and give env"],
  ["WRONGPASS", "refuses the user or the password"],
] as const;

/** Once for each loss, whatever the number of tries. */
function tellLoss(client: Redis, shown: string, note: (line: string) => void): void {
  let isLost = false;
  client.on("close", () => {
    if (!isLost) note(`The connection to ${shown} is lost; trying again.`);
    isLost = true;
  });
  client.on("ready", () => {
    note(`The connection to ${shown} is back.`);
    isLost = false;
  });
}

async function loaded(): Promise<{ readonly bullmq: typeof BullMq; readonly Client: typeof Redis }> {
  try {
    const [bullmq, { Redis: Client }] = await Promise.all([import("bullmq"), import("ioredis")]);
    return { bullmq, Client };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new InputError(
      "A queue needs two packages that are not installed: npm install bullmq@6 ioredis@6.",
    );
  }
}
