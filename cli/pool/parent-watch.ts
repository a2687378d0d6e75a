/**
 * Ends this process when its parent has ended, whatever this process is busy with. An orphan gets
 * another parent. A thread looks for that, because a long computation keeps the main thread from
 * hearing that the channel to the parent is closed. The thread sleeps by `Atomics.wait`, which an
 * exit of the process can interrupt.
 */
import { Worker } from "node:worker_threads";

const PROGRAM = `
  const { workerData: parent } = require("node:worker_threads");
  const never = new Int32Array(new SharedArrayBuffer(4));
  while (process.ppid === parent) Atomics.wait(never, 0, 0, 200);
  process.kill(process.pid, "SIGKILL");
`;

/**
 * `asker` is the number of the process that wanted this one, where that is known. It may have ended
 * before this call; then this process ends now. A program may stand between both.
 */
export function endWithParent(asker?: number): void {
  const parent = process.ppid;
  if (asker !== undefined && asker !== parent && !isThere(asker)) process.exit();
  new Worker(PROGRAM, { eval: true, execArgv: [], workerData: parent }).unref();
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
