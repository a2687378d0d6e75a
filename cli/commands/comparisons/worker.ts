/**
 * `worker`: does what other machines give to a queue, until it is interrupted: cells of evaluations
 * and tunings, and plans of trainings.
 */
import { availableParallelism } from "node:os";
import { InputError } from "../../../env/model/errors.ts";
import { defineCommand, jobsFlag } from "../../command.ts";
import { createPool } from "../../pool/pool.ts";
import { queueAddress, queueFlag } from "../../pool/queue/address.ts";
import { workOnQueue } from "../../pool/queue/queue-worker.ts";
import { EXIT } from "../../terminal/terminal.ts";
import { versions } from "../../version.ts";

export const worker = defineCommand({
  name: "worker",
  summary:
    "Runs cells of evaluate and tune, and simulates plans of train, from a queue in Redis, until it is interrupted.",
  positionals: [],
  flags: {
    queue: { ...queueFlag, defaultText: "none; it must be given" },
    jobs: jobsFlag,
    "silent-seconds": {
      type: "number",
      min: 1,
      default: 20,
      placeholder: "S",
      describe: "after so many seconds without a sign of this worker its work goes to others",
    },
  },
  examples: ["worker --queue redis://10.0.0.5:6379", "worker --queue env --jobs 4"],
  async run({ values }, terminal) {
    const { queue, jobs = availableParallelism(), "silent-seconds": silentSeconds } = values;
    if (queue === undefined)
      throw new InputError('"worker" needs a queue: --queue redis://HOST:PORT, or env.');
    const address = queueAddress(queue, terminal.variables);
    const pool = createPool();
    const { note, signal, seconds: clock, cpuSeconds: cpuClock } = terminal;
    try {
      const { runCell, score } = pool;
      const onReady = () => note(`Waiting for work at ${address.shown}, ${jobs} at once.`);
      await workOnQueue({
        address,
        jobs,
        silentSeconds,
        versions,
        runCell,
        score,
        clock,
        cpuClock,
        note,
        signal,
        onReady,
      });
    } finally {
      pool.close();
    }
    return EXIT.done;
  },
});
