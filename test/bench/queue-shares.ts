/**
 * Where the CPU time of a queue goes, by process: the cells themselves, the workers around them,
 * Redis and the submitting process. Start and end of a run are left out:
 *
 *     npx tsx test/bench/queue-shares.ts [METHOD] [SIMULATIONS] [CELLS]
 *
 * CELLS are those that each worker is counted on. The last lines are how many times as fast two
 * workers are. The first one is measured, the second is what the CPU times allow on two cores that
 * are free. It starts what it needs and ends it, as queue-kills.ts does. Linux only.
 */
import { loadavg } from "node:os";
import { inTemporaryFolder } from "../results/training/kill-runs.ts";
import { type Machines, type PartsCpu, startMachines } from "./queue/machines.ts";

const [method = "tabu", simulations = "3000", asked = "40"] = process.argv.slice(2);
/** Of each worker: cells before the count begins, cells that are counted, and cells behind them. */
const COUNTED = Number(asked);
const FIRST = Math.ceil(0.3 * COUNTED);
const LAST = Math.ceil(0.2 * COUNTED);

/** Of a cell and a worker, in ms. */
interface Share {
  readonly cpu: PartsCpu;
  readonly wall: number;
}

async function share(machines: Machines, count: number): Promise<Share> {
  const workers = Array.from({ length: count }, (_, index) => machines.worker(index));
  await Promise.all(workers.map(({ ready }) => ready));
  const cells = ["--scenarios", "nmt/test/0/2xK80", "--methods", method, "--simulations", simulations];
  const seeds = String(count * (FIRST + COUNTED + LAST));
  const run = machines.run("evaluate", [...cells, "--seeds", seeds, "--queue", "env"]);
  const answered = () => workers.reduce((sum, worker) => sum + worker.answered().length, 0);
  const after = async (each: number) => {
    while (answered() < each * count) await new Promise((resolve) => setTimeout(resolve, 5));
    return { cpu: machines.cpuOf(run.pid, workers), cells: answered(), at: performance.now() };
  };
  const [from, to] = [await after(FIRST), await after(FIRST + COUNTED)];
  await run.ended;
  await Promise.all(workers.map((worker) => worker.kill()));
  const counted = to.cells - from.cells;
  const msOf = (part: keyof PartsCpu) => (1e3 * (to.cpu[part] - from.cpu[part])) / counted;
  const cpu: PartsCpu = {
    cells: msOf("cells"),
    workers: msOf("workers"),
    submitter: msOf("submitter"),
    redis: msOf("redis"),
  };
  const wall = ((to.at - from.at) * count) / counted;
  const parts = [cpu.cells, cpu.workers, cpu.submitter, cpu.redis].map((ms) => ms.toFixed(1));
  console.log(`| ${[method, simulations, count, ...parts, wall.toFixed(0)].join(" | ")} |`);
  return { cpu, wall };
}

/**
 * A worker waits while its cell runs, so that one worker uses no more than one core. Two workers
 * use both cores, which also serve the other processes.
 */
function timesAsFast(one: Share, two: Share): string {
  const serial = one.cpu.cells + one.cpu.workers;
  const whole = two.cpu.cells + two.cpu.workers + two.cpu.submitter + two.cpu.redis;
  const measured = (2 * one.wall) / two.wall;
  return (
    `measured: ${measured.toFixed(2)} times (load ${loadavg()[0].toFixed(0)})\n` +
    `by CPU time on two free cores: ${((2 * serial) / whole).toFixed(2)} times`
  );
}

console.log(
  "| method | simulations | workers | cells | workers | submitter | Redis | ms a cell and worker |",
);
console.log("|---|---:|---:|---:|---:|---:|---:|---:|");
await inTemporaryFolder(async (folder) => {
  const machines = await startMachines(folder);
  try {
    const one = await share(machines, 1);
    console.log(timesAsFast(one, await share(machines, 2)));
  } finally {
    machines.end();
  }
});
