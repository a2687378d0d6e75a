/** The queue that a command gives its work to, where one is asked for. */
import { InputError } from "../../../env/model/errors.ts";
import type { CellContents } from "../../../results/cells/cell-content.ts";
import { shellWord } from "../../reports/origin.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { versions } from "../../version.ts";
import { type QueueAddress, queueAddress } from "./address.ts";
import type { GivenJobs } from "./given-jobs.ts";
import { openQueueActors, type QueueActors } from "./queue-actors.ts";
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

export async function openQueue(
  address: QueueAddress,
  { contents }: { readonly contents: CellContents },
  { note }: Terminal,
): Promise<QueuePool> {
  const pool = await openQueuePool({ address, contents, versions, note });
  await tellWorkers(address, pool, note);
  return pool;
}

/** Workers that simulate plans for a training. */
export async function openActorsQueue(
  address: QueueAddress,
  { note, signal }: Pick<Terminal, "note" | "signal">,
): Promise<QueueActors> {
  const actors = await openQueueActors({ address, versions, note, signal });
  await tellWorkers(address, actors, note);
  return actors;
}

/** Who is there to work. */
async function tellWorkers(
  { shown, flag }: QueueAddress,
  { workerCount }: Pick<GivenJobs, "workerCount">,
  note: Terminal["note"],
): Promise<void> {
  const count = await workerCount();
  const start = `placement-gym worker --queue ${shellWord(flag)}`;
  note(
    count === 0
      ? `No worker is at ${shown} yet; start one on any machine: ${start}`
      : `${count} worker${count === 1 ? " is" : "s are"} at ${shown}.`,
  );
}
