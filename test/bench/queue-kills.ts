/**
 * Workers of a queue that are killed. Two worker processes answer 200 cells, and 20 times one of
 * them is killed at random. Each has a network namespace of its own where the system allows it.
 * Nothing may be lost or kept twice, and the board has the bytes of an undisturbed one-process run.
 * Then the rate of one worker against two is measured, on cells that wait for a clock and on cells
 * that compute. The latter needs free cores; where others use them, CPU seconds tell more:
 *
 *     npx tsx test/bench/queue-kills.ts
 *
 * It starts a Redis of its own with a password, which workers get by their environment, and ends
 * what it started. Namespaces need root and `ip`; without them the workers are plain processes.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createRng } from "../../env/index.ts";
import { readLog } from "../../results/files/append-log.ts";
import { inTemporaryFolder } from "../results/training/kill-runs.ts";
import { type Machines, startMachines } from "./queue/machines.ts";

const KILLS = 20;
const CELLS = 200;
const seed = process.env.PLACEMENT_GYM_KILL_SEED ?? "1";

const evaluation = [
  ["--scenarios", "nmt/test/0/2xK80,toy/fork-join"],
  ["--methods", "tabu,annealing,random,heft,./waiting.mjs?ms=400"],
  ["--simulations", "100,200,300,400"],
  ["--seeds", "5"],
].flat();

async function main(): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const machines = await startMachines(folder);
    console.log(`Workers in ${machines.apart ? "two network namespaces" : "two processes"}, seed ${seed}`);
    try {
      await kills(machines, folder);
      await speedUp(machines, "cells that wait 400 ms", ["./waiting.mjs?ms=400"], "100");
      await speedUp(machines, "cells that compute", ["tabu"], "3000");
    } finally {
      machines.end();
    }
  });
}

/** Runs the evaluation undisturbed and with kills, and compares. */
async function kills(machines: Machines, folder: string): Promise<void> {
  await machines.evaluate([...evaluation, "--jobs", "1", "--out", "undisturbed"]).ended;
  const finished = () => readLog(join(folder, "killed", "cells.jsonl")).length - 1;
  const rng = createRng("queue kills").child(seed);
  const marks = Array.from({ length: KILLS }, () => rng.int(CELLS - 10)).sort((a, b) => a - b);
  const workers = [0, 1].map((index) => machines.worker(index));
  const run = machines.evaluate([...evaluation, "--queue", "env", "--out", "killed"]);
  for (const mark of marks) {
    while (finished() < mark) await milliseconds(20);
    await milliseconds(rng.int(400));
    const victim = rng.int(2);
    await workers[victim].kill();
    workers[victim] = machines.worker(victim);
  }
  const { code, stderr } = await run.ended;
  await Promise.all(workers.map((worker) => worker.kill()));
  const keys = readLog(join(folder, "killed", "cells.jsonl"))
    .slice(1)
    .map((line) => (line as { key: string }).key);
  const silences = stderr.match(/A worker fell silent/g)?.length ?? 0;
  console.log(
    `Exit code ${code}; ${keys.length} cells, ${new Set(keys).size} of them unlike; ` +
      `${marks.length} kills, ${silences} of them during a cell`,
  );
  for (const name of ["report.json", "run.json"]) {
    const [ours, theirs] = ["killed", "undisturbed"].map((run) => readFileSync(join(folder, run, name)));
    console.log(`${name}: ${ours.equals(theirs) ? "the same bytes" : "OTHER BYTES"} (${theirs.length})`);
  }
}

/** Seconds from the first answer to the last, with workers that run already. */
async function speedUp(
  machines: Machines,
  what: string,
  methods: readonly string[],
  simulations: string,
): Promise<void> {
  const [seconds, cpuSeconds]: number[][] = [[], []];
  for (const count of [1, 2]) {
    const workers = Array.from({ length: count }, (_, index) => machines.worker(index));
    await Promise.all(workers.map((worker) => worker.ready));
    const asked = ["--scenarios", "nmt/test/0/2xK80", "--methods", methods.join(","), "--seeds", "40"];
    await machines.evaluate([...asked, "--simulations", simulations, "--queue", "env"]).ended;
    cpuSeconds.push(workers.reduce((sum, worker) => sum + worker.cpuSeconds(), 0));
    const answered = workers.flatMap((worker) => worker.answeredAt()).sort((a, b) => a - b);
    // The first cell of a worker also starts its process.
    const [from, to] = [answered[count], answered[answered.length - 1]];
    seconds.push((to - from) / (answered.length - 1 - count));
    await Promise.all(workers.map((worker) => worker.kill()));
  }
  const [one, two] = seconds;
  console.log(
    `${what}: ${(1 / one).toFixed(2)} cells a second by one worker, ${(1 / two).toFixed(2)} by two, ` +
      `${(one / two).toFixed(2)} times; ` +
      `workers used ${cpuSeconds.map((spent) => spent.toFixed(1)).join(" and ")} CPU s in all`,
  );
}

const milliseconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count));

await main();
