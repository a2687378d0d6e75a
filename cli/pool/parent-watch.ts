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

export function endWithParent(): void {
  new Worker(PROGRAM, { eval: true, execArgv: [], workerData: process.ppid }).unref();
}
