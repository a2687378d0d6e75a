/** The queue that a command gives its cells to, where one is asked for. */
import { InputError } from "../../../env/model/errors.ts";
import type { CellContents } from "../../../results/cells/cell-content.ts";
import { shellWord } from "../../reports/origin.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { versions } from "../../version.ts";
import { type QueueAddress, queueAddress } from "./address.ts";
import { openQueuePool, type QueuePool } from "./queue-pool.ts";

interface Asked {
  readonly queue?: string;
  readonly shard?: string;
  readonly "log-evaluations"?: boolean;
}

/** Null where cells run on this machine. Throws `InputError` for what a queue cannot do. */
export function queueIn(values: Asked, { variables }: Terminal): QueueAddress | null {
  if (values.queue === undefined) return null;
  if (values.shard !== undefined)
    throw new InputError("Both --queue and --shard were given, expected one of them.");
  if (values["log-evaluations"] === true)
    throw new InputError("--log-evaluations writes to this machine's disk; leave it out with --queue.");
  return queueAddress(values.queue, variables);
}

/** Tells who is there to work. */
export async function openQueue(
  address: QueueAddress,
  { contents }: { readonly contents: CellContents },
  { note }: Terminal,
): Promise<QueuePool> {
  const pool = await openQueuePool({ address, contents, versions, note });
  const count = await pool.workerCount();
  const start = `placement-gym worker --queue ${shellWord(address.flag)}`;
  note(
    count === 0
      ? `No worker is at ${address.shown} yet; start one on any machine: ${start}`
      : `${count} worker${count === 1 ? " is" : "s are"} at ${address.shown}.`,
  );
  return pool;
}
