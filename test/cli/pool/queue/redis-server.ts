/** A Redis for tests. Where none answers, tests that need one are skipped and say so. */
import { queueAddress } from "../../../../cli/pool/queue/address.ts";
import { KEY_PREFIX } from "../../../../cli/pool/queue/messages.ts";
import { connectQueue } from "../../../../cli/pool/queue/redis.ts";

export const redisUrl = process.env.PLACEMENT_GYM_TEST_REDIS ?? "redis://127.0.0.1:6379";

let count = 0;
/** A queue of this process alone. */
export const freshAddress = () => queueAddress(`${redisUrl}?queue=test-${process.pid}-${++count}`, {});

/** Null where a Redis answers. */
export async function reasonForNoRedis(): Promise<string | null> {
  try {
    (await connectQueue(freshAddress(), () => undefined)).close();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

export async function removeQueue(name: string): Promise<void> {
  const { client, close } = await connectQueue(freshAddress(), () => undefined);
  const keys: string[] = [];
  for await (const found of client.scanStream({ match: `${KEY_PREFIX}:${name}:*` })) keys.push(...found);
  if (keys.length > 0) await client.del(keys);
  close();
}
