/** The processes that simulate plans for a training: this one, and children of a pool. */
import type { Actors } from "../../results/training/actors/contract.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { createPool } from "./pool.ts";

export interface StartedActors extends Actors {
  /** Whether a child was ever given plans. */
  readonly isAsked: boolean;
  close(): void;
}

/** Null where this process is the only one. Children start when there are plans for them. */
export function startActors(count: number, { note }: Pick<Terminal, "note">): StartedActors | null {
  if (count === 1) return null;
  const pool = createPool();
  let isAsked = false;
  let isTold = false;
  const tell = (error: unknown): void => {
    if (isTold) return;
    isTold = true;
    note(`An actor has no answer, so its plans are simulated here: ${(error as Error).message}`);
  };
  return {
    count,
    get isAsked() {
      return isAsked;
    },
    async score(request) {
      isAsked = true;
      try {
        return await pool.score(request);
      } catch (error) {
        tell(error);
        throw error;
      }
    },
    close: () => pool.close(),
  };
}
