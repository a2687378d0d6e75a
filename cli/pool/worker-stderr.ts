/**
 * What a worker writes to its stderr. Lines go on to ours. The report of a crashed engine is a
 * stack and does not. It is kept from its first line on, for the file of the failure.
 */
export interface WorkerStderr {
  take(text: string): void;
  /** The end of all that was written. */
  readonly tail: string;
}

const CRASH = /^(<--- Last few GCs|FATAL ERROR:|#$|# Fatal)/;
const KEPT_CHARACTERS = 16_000;

export function workerStderr(passOn: (text: string) => void): WorkerStderr {
  let tail = "";
  let partOfLine = "";
  let crashed = false;
  return {
    take(text) {
      tail = (tail + text).slice(-KEPT_CHARACTERS);
      const lines = (partOfLine + text).split("\n");
      partOfLine = lines.pop()!;
      for (const line of lines) {
        crashed ||= CRASH.test(line);
        if (!crashed && line !== "") passOn(`${line}\n`);
      }
    },
    get tail() {
      return tail;
    },
  };
}
