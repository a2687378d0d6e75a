/**
 * What several actors are worth to a training, beside one:
 *
 *     npx tsx test/bench/actors.ts [--rounds 3] [--actors 1,2,3,2q,3q] [AGENT@SCENARIO ...]
 *
 * `2` is this process and a child of it, `2q` is this process and a worker of a queue. For a queue
 * a Redis must answer at PLACEMENT_GYM_TEST_REDIS, or on this machine; each worker has one process.
 *
 * Time is that of an update, without the first ones, in which the other processes start. The best
 * of the rounds counts, in turns. `learner CPU` is the CPU time of the learner's process for an
 * update. On cores that are free the time cannot be shorter than that; on busy ones it says more
 * than the time does.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startActors } from "../../cli/pool/actors.ts";
import { train } from "../../results/training/train.ts";
import { freshAddress, removeQueue } from "../cli/pool/queue/redis-server.ts";

const CASES = [
  "reinforce@nmt/test/0/2xK80",
  "reinforce@nmt-4/4xK80",
  "reinforce@gnmt-8/8xP100",
  "reinforce?batch=16@gnmt-8/8xP100",
  "gdp@gnmt-8/8xP100",
  "hdp@gnmt-8/8xP100",
  "spotlight@gnmt-8/8xP100",
  "tapp@bert-base/4xK80?tokens=384&objective=iteration",
];
/** Updates that are not measured, and those that are. */
const FIRST = 3;
const MEASURED = 12;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "3" }, actors: { type: "string", default: "1,2" } },
});
const crews = values.actors.split(",");
const { shown: queue, name: queueName } = freshAddress();

interface Measured {
  readonly ms: number;
  readonly cpuMs: number;
}

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
};

async function measure(agent: string, scenario: string, crew: string): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), "placement-gym-actors-"));
  const interrupt = new AbortController();
  const asked = { count: Number.parseInt(crew, 10), ...(crew.endsWith("q") && { queue }) };
  const note = (line: string) => void process.stderr.write(`${line}\n`);
  const actors = await startActors(asked, { note, signal: interrupt.signal, variables: {} });
  let from: Measured = { ms: 0, cpuMs: 0 };
  let to = from;
  const request = {
    scenarios: [scenario],
    agent,
    seed: 1,
    budget: { simulations: 100_000 },
    checkpointEvery: 1_000,
  };
  try {
    await train(join(folder, "run"), request, {
      clock: () => performance.now() / 1000,
      cpuClock: () => cpuMs() / 1000,
      signal: interrupt.signal,
      actors: actors ?? undefined,
      onStep({ update }) {
        const now = { ms: performance.now(), cpuMs: cpuMs() };
        if (update === FIRST) from = now;
        if (update < FIRST + MEASURED) return;
        to = now;
        interrupt.abort();
      },
    });
  } finally {
    await actors?.close();
    rmSync(folder, { recursive: true });
  }
  return { ms: (to.ms - from.ms) / MEASURED, cpuMs: (to.cpuMs - from.cpuMs) / MEASURED };
}

/** One for each actor of the largest crew besides the learner. */
function startWorkers(): readonly ChildProcess[] {
  const most = Math.max(
    0,
    ...crews.filter((crew) => crew.endsWith("q")).map((crew) => Number.parseInt(crew, 10) - 1),
  );
  const flags = ["worker", "--queue", queue, "--jobs", "1"];
  const program = fileURLToPath(new URL("../../cli/bin.js", import.meta.url));
  return Array.from({ length: most }, () =>
    spawn(process.execPath, [program, ...flags], { stdio: ["ignore", "ignore", "inherit"] }),
  );
}

const workers = startWorkers();
console.log("| agent | scenario | actors | ms an update | times | learner CPU ms | times |");
console.log("|---|---|---:|---:|---:|---:|---:|");
for (const name of positionals.length > 0 ? positionals : CASES) {
  const [agent, scenario] = name.split("@");
  const best = new Map<string, Measured>();
  for (let round = 0; round < Number(values.rounds); round++)
    for (const crew of crews) {
      const { ms, cpuMs } = await measure(agent, scenario, crew);
      const before = best.get(crew) ?? { ms: Number.POSITIVE_INFINITY, cpuMs: Number.POSITIVE_INFINITY };
      best.set(crew, { ms: Math.min(ms, before.ms), cpuMs: Math.min(cpuMs, before.cpuMs) });
    }
  const one = best.get(crews[0])!;
  for (const [crew, { ms, cpuMs }] of best) {
    const times = [ms.toFixed(1), (one.ms / ms).toFixed(2), cpuMs.toFixed(1), (one.cpuMs / cpuMs).toFixed(2)];
    console.log(`| \`${agent}\` | \`${scenario}\` | ${crew} | ${times.join(" | ")} |`);
  }
}
for (const worker of workers) worker.kill("SIGKILL");
if (workers.length > 0) await removeQueue(queueName);
