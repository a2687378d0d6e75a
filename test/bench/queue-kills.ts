/**
 * Workers of a queue that are killed. Two worker processes answer 200 cells, and 20 times one of
 * them is killed at random. Each has a network namespace of its own where the system allows it.
 * Nothing may be lost or kept twice, and the board has the bytes of an undisturbed one-process run.
 * The same two then simulate plans of a training, whose folder must have the bytes of one process.
 * Then the rate of one worker against two is measured, on cells that wait for a clock and on cells
 * that compute. The latter needs free cores; where others use them, CPU seconds tell more:
 *
 *     npx tsx test/bench/queue-kills.ts [cells | training | rates]
 *
 * It starts a Redis of its own with a password, which workers get by their environment, and ends
 * what it started. Namespaces need root and `ip`; without them the workers are plain processes.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createRng } from "../../env/index.ts";
import { readLog } from "../../results/files/append-log.ts";
import { inTemporaryFolder } from "../results/training/kill-runs.ts";
import { type Ended, type Machines, startMachines } from "./queue/machines.ts";

const KILLS = 20;
const CELLS = 200;
const seed = process.env.PLACEMENT_GYM_KILL_SEED ?? "1";

const evaluation = [
  ["--scenarios", "nmt/test/0/2xK80,toy/fork-join"],
  ["--methods", "tabu,annealing,random,heft,./waiting.mjs?ms=400"],
  ["--simulations", "100,200,300,400"],
  ["--seeds", "5"],
].flat();

const UPDATES = 50;
const TRAINING_KILLS = 10;
const training = [
  ["--agent", "tapp", "--scenario", "bert-base/4xK80?tokens=384"],
  ["--objective", "iteration", "--simulations", "150"],
].flat();

async function main(part: string | undefined): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const machines = await startMachines(folder);
    console.log(`Workers in ${machines.apart ? "two network namespaces" : "two processes"}, seed ${seed}`);
    try {
      if ((part ?? "cells") === "cells") await kills(machines, folder);
      if ((part ?? "training") === "training") await trainingKills(machines, folder);
      if ((part ?? "rates") !== "rates") return;
      await rates(machines, "cells that wait 1 s", "./waiting.mjs?ms=1000", "100");
      await rates(machines, "cells that compute", "tabu", "30000");
    } finally {
      machines.end();
    }
  });
}

/** Runs the evaluation undisturbed and with kills, and compares. */
async function kills(machines: Machines, folder: string): Promise<void> {
  await machines.run("evaluate", [...evaluation, "--jobs", "1", "--out", "undisturbed"]).ended;
  const finished = () => readLog(join(folder, "killed", "cells.jsonl")).length - 1;
  const run = () => machines.run("evaluate", [...evaluation, "--queue", "env", "--out", "killed"]);
  const { code, stderr } = await killing(machines, { run, finished, most: CELLS - 10, count: KILLS });
  const keys = readLog(join(folder, "killed", "cells.jsonl"))
    .slice(1)
    .map((line) => (line as { key: string }).key);
  const silences = silencesIn(stderr);
  console.log(
    `Exit code ${code}; ${keys.length} cells, ${new Set(keys).size} of them unlike; ` +
      `${KILLS} kills, ${silences} of them during a cell`,
  );
  compareBytes(["report.json", "run.json"], join(folder, "killed"), join(folder, "undisturbed"));
}

/** Trains with one process, and with two workers and kills, and compares. */
async function trainingKills(machines: Machines, folder: string): Promise<void> {
  await machines.run("train", [...training, "--out", "alone"]).ended;
  const log = join(folder, "workers", "metrics.jsonl");
  const finished = () => (existsSync(log) ? readLog(log).length : 0);
  const run = () =>
    machines.run("train", [...training, "--actors", "3", "--queue", "env", "--out", "workers"]);
  const { code, stderr } = await killing(machines, {
    run,
    finished,
    most: UPDATES - 5,
    count: TRAINING_KILLS,
  });
  console.log(
    `Exit code ${code}; ${finished()} updates, ${TRAINING_KILLS} kills, ` +
      `${silencesIn(stderr)} shares went to another worker`,
  );
  const names = ["metrics.jsonl", "plans.jsonl", "policy.json", "result.json", "run.json"];
  compareBytes(names, join(folder, "workers"), join(folder, "alone"));
}

interface Killing {
  readonly run: () => ReturnType<Machines["run"]>;
  /** Jobs or updates so far. */
  readonly finished: () => number;
  /** Finished ones after which no worker is killed any more. */
  readonly most: number;
  readonly count: number;
}

/** Two workers, one of which is killed at random and started again, `count` times. */
async function killing(machines: Machines, { run, finished, most, count }: Killing): Promise<Ended> {
  const rng = createRng("queue kills").child(seed);
  const marks = Array.from({ length: count }, () => rng.int(most)).sort((a, b) => a - b);
  const workers = [0, 1].map((index) => machines.worker(index));
  const { ended } = run();
  for (const mark of marks) {
    while (finished() < mark) await milliseconds(20);
    await milliseconds(rng.int(400));
    const victim = rng.int(2);
    await workers[victim].kill();
    workers[victim] = machines.worker(victim);
  }
  const end = await ended;
  await Promise.all(workers.map((worker) => worker.kill()));
  return end;
}

const silencesIn = (stderr: string): number => stderr.match(/A worker fell silent/g)?.length ?? 0;

function compareBytes(names: readonly string[], one: string, other: string): void {
  for (const name of names) {
    const [ours, theirs] = [one, other].map((path) => readFileSync(join(path, name)));
    console.log(`${name}: ${ours.equals(theirs) ? "the same bytes" : "OTHER BYTES"} (${theirs.length})`);
  }
}

/**
 * The best of three runs each, since a busy machine only ever slows a run down. Rates count from
 * the second answer of every worker on: the first one starts its processes, and compiles.
 */
async function rates(machines: Machines, what: string, method: string, simulations: string): Promise<void> {
  const asked = ["--scenarios", "nmt/test/0/2xK80", "--methods", method, "--simulations", simulations];
  const best = [0, 0];
  const cpuSeconds = [0, 0];
  for (let run = 0; run < 3; run++)
    for (const count of [1, 2]) {
      const workers = Array.from({ length: count }, (_, index) => machines.worker(index));
      await Promise.all(workers.map((worker) => worker.ready));
      await machines.run("evaluate", [...asked, "--seeds", String(16 * count), "--queue", "env"]).ended;
      const answered = workers.flatMap((worker) => worker.answered()).sort((a, b) => a.at - b.at);
      const from = Math.max(...workers.map((worker) => worker.answered()[1].at));
      const counted = answered.filter(({ at }) => at > from);
      best[count - 1] = Math.max(best[count - 1], counted.length / (answered[answered.length - 1].at - from));
      const spent = workers
        .map((worker) => worker.answered())
        .map((own) => own[own.length - 1].cpu - own[0].cpu);
      cpuSeconds[count - 1] += spent.reduce((sum, own) => sum + own) / (answered.length - count) / 3;
      await Promise.all(workers.map((worker) => worker.kill()));
    }
  const [one, two] = best;
  console.log(
    `${what}: ${one.toFixed(2)} a second by one worker, ${two.toFixed(2)} by two, ` +
      `${(two / one).toFixed(2)} times; CPU ms a cell ${cpuSeconds.map((each) => (1e3 * each).toFixed(0)).join(" and ")}`,
  );
}

const milliseconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count));

await main(process.argv[2]);
