/**
 * `Law`: one thing that every env must keep. `check` makes the envs it needs and answers a sentence
 * on what holds. It throws `BrokenLaw` with a sentence on what does not. An error of the env itself
 * breaks the law as well.
 */
import type { Env } from "../contract.ts";

export type MakeEnv = () => Env;

export interface Law {
  readonly name: string;
  check(make: MakeEnv): string;
}

export class BrokenLaw extends Error {
  override readonly name = "BrokenLaw";
}

export function insist(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new BrokenLaw(sentence);
}

/** Insists that `call` throws an error with a sentence. `what` completes "... was accepted". */
export function insistRefused(call: () => unknown, what: string): void {
  let message: string | null = null;
  try {
    call();
  } catch (error) {
    message = error instanceof Error ? error.message : "";
  }
  insist(message !== null, `${what} was accepted; it must throw.`);
  insist(message !== "", `${what} was refused without a sentence.`);
}
