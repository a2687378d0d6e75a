/**
 * Where the CPU time of a queue goes, by process: the cells themselves, the workers around them,
 * Redis and the submitting process. Start and end of a run are left out:
 *
 *     npx tsx test/bench/queue-shares.ts [METHOD] [SIMULATIONS]
 *
 * Where all of them share the cores, the sum limits the rate of two workers. It starts what it
 * needs and ends it, as queue-kills.ts does. Linux only.
 */
import { inTemporaryFolder } from "../results/training/kill-runs.ts";
import { type Machines, type PartsCpu, startMachines } from "./queue/machines.ts";

/** Of each worker: cells before the count begins, and cells that are counted. */
const FIRST = 12;
const COUNTED = 40;
const LAST = 8;
const [method = "tabu", simulations = "3000"] = process.argv.slice(2);

async function share(machines: Machines, count: number): Promise<void> {
  const workers = Array.from({ length: count }, (_, index) => machines.worker(index));
  await Promise.all(workers.map(({ ready }) => ready));
  const cells = ["--scenarios", "nmt/test/0/2xK80", "--methods", method, "--simulations", simulations];
  const seeds = String(count * (FIRST + COUNTED + LAST));
  const run = machines.evaluate([...cells, "--seeds", seeds, "--queue", "env"]);
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
  const parts = (["cells", "workers", "submitter", "redis"] as const).map((part) => msOf(part).toFixed(1));
  const ms = ((to.at - from.at) * count) / counted;
  console.log(`| ${[method, simulations, count, ...parts, ms.toFixed(0)].join(" | ")} |`);
}

console.log(
  "| method | simulations | workers | cells | workers | submitter | Redis | ms a cell and worker |",
);
console.log("|---|---:|---:|---:|---:|---:|---:|---:|");
await inTemporaryFolder(async (folder) => {
  const machines = await startMachines(folder);
  try {
    for (const count of [1, 2]) await share(machines, count);
  } finally {
    machines.end();
  }
});
