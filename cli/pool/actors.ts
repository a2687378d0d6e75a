/**
 * The processes that simulate plans for a training: this one, and children of a pool or workers of
 * a queue.
 */
import { InputError } from "../../env/model/errors.ts";
import type { Actors } from "../../results/training/actors/contract.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { createPool } from "./pool.ts";
import { queueAddress } from "./queue/address.ts";
import { openActorsQueue } from "./queue/asked-queue.ts";

export interface StartedActors extends Actors {
  /** Whether another process was ever given plans. */
  readonly isAsked: boolean;
  close(): Promise<void>;
}

export interface AskedActors {
  readonly count: number;
  /** As the flag gives it; default children of this process. */
  readonly queue?: string;
}

/**
 * Null where this process is the only one. Children start when there are plans for them. Throws
 * `InputError` where the queue does not answer or has nothing to do.
 */
export async function startActors(
  { count, queue }: AskedActors,
  terminal: Pick<Terminal, "note" | "signal" | "variables">,
): Promise<StartedActors | null> {
  if (queue !== undefined && count === 1)
    throw new InputError(
      "--queue has workers simulate the plans of a training, and this process is its only actor; give --actors N, at least 2.",
    );
  if (count === 1) return null;
  const others =
    queue === undefined
      ? createPool()
      : await openActorsQueue(queueAddress(queue, terminal.variables), terminal);
  const tell = tellOnce(terminal);
  let isAsked = false;
  return {
    count,
    get isAsked() {
      return isAsked;
    },
    async score(request) {
      isAsked = true;
      try {
        return await others.score(request);
      } catch (error) {
        tell(error as Error);
        throw error;
      }
    },
    close: async () => others.close(),
  };
}

/** Each reason once. */
function tellOnce({ note, signal }: Pick<Terminal, "note" | "signal">): (error: Error) => void {
  const told = new Set<string>();
  return ({ message }) => {
    if (signal.aborted || told.has(message)) return;
    told.add(message);
    note(`An actor has no answer, so its plans are simulated here: ${message}`);
  };
}
