/**
 * Frames over stdin and stdout, for a client that has started this process. Reads block: between
 * two calls of its client the process has nothing else to do, and a blocked read answers soonest.
 * The process ends when stdin does. `serve` itself watches for its parent.
 */
import { readSync, writeSync } from "node:fs";
import { encodeFrame, reusedRoom } from "../frames/encode.ts";
import { frameLimits } from "../frames/limits.ts";
import { createSplitter } from "../frames/splitter.ts";
import { createSession, type SessionOptions } from "../session/session.ts";

const [STDIN, STDOUT] = [0, 1];
const READ_BYTES = 1024 * 1024;

export async function serveStdio(options: SessionOptions): Promise<void> {
  // What a library prints must not come between frames.
  process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;
  // An answer is written before the next request is read.
  const session = createSession({ ...options, room: reusedRoom() });
  const splitter = createSplitter(options.frameLimits ?? frameLimits());
  const room = new Uint8Array(READ_BYTES);
  for (;;) {
    const length = patiently(() => readSync(STDIN, room));
    if (length === 0) return;
    for (const cut of splitter.take(room.subarray(0, length))) {
      const answer = "refusal" in cut ? refusal(cut.refusal) : session.answer(cut.body, cut.headerBytes);
      // A promise is awaited only where there is one: an await costs a turn of the event loop.
      if (!writeAll(answer instanceof Promise ? await answer : answer)) return;
    }
  }
}

const refusal = (sentence: string): Uint8Array => encodeFrame({ error: sentence, kind: "input" });

/** False where the client is gone. */
function writeAll(bytes: Uint8Array): boolean {
  try {
    for (let at = 0; at < bytes.length; ) at += patiently(() => writeSync(STDOUT, bytes, at));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EPIPE") return false;
    throw error;
  }
}

const never = new Int32Array(new SharedArrayBuffer(4));

/** Again after a moment where a pipe does not block. The end of a pipe may be an error. */
function patiently(work: () => number): number {
  for (;;)
    try {
      return work();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EOF" || code === "ECONNRESET") return 0;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(never, 0, 0, 1);
    }
}
