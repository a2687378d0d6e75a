/**
 * Agents that train side by side in one process, which may die at a chosen moment.
 *
 * A *moment* is a reading of the clock, which comes with every evaluation, or a step of work on a
 * file. The same moment of the same training is always the same point of the program. As a program
 * it takes a `Training` in JSON, goes on with the runs that it finds, and prints its moments:
 *
 *     npx tsx test/results/training/killed.ts TRAINING
 */
import fs, { existsSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BackendName } from "../../../agents/contract.ts";
import { resumeTraining, train } from "../../../results/training/train.ts";
import { smallAgents, smallScenarioOf } from "../../agents/learned/small-agents.ts";

export interface Training {
  readonly folder: string;
  /** Folder of a run within `folder`, and the agent with its options. */
  readonly agents: readonly (readonly [string, string])[];
  /** Of each agent. */
  readonly simulations: number;
  readonly backend?: BackendName;
  /** The moment at which the process dies, from 1; default it lives. */
  readonly dieAt?: number;
}

function scenarioOf(spec: string): string {
  const id = spec.replace(/\?.*$/, "");
  return smallScenarioOf(smallAgents.find(([name]) => name === id)![1]);
}

/** Trains all agents, each from where its folder stands; returns the number of moments. */
export async function trainAll({ folder, agents, simulations, backend, dieAt }: Training): Promise<number> {
  let moments = 0;
  const moment = () => {
    // The kernel ends the process before the call returns: no `finally` runs, no buffer is written.
    if (++moments === dieAt) process.kill(process.pid, "SIGKILL");
  };
  const restoreFiles = watchFiles(moment);
  const clock = () => {
    moment();
    return 0;
  };
  const hooks = { clock, cpuClock: () => 0 };
  const trainOne = async ([id, agent]: Training["agents"][number]): Promise<void> => {
    const path = join(folder, id);
    if (existsSync(join(path, "result.json"))) return;
    const scenarios = [scenarioOf(agent)];
    const request = {
      scenarios,
      agent,
      seed: 7,
      // A budget of seconds makes each evaluation read the clock.
      budget: { simulations, seconds: 1 },
      checkpointEvery: 2,
      evaluation: { every: 2, scenarios },
      backend,
    };
    await (existsSync(join(path, "run.json")) ? resumeTraining(path, hooks) : train(path, request, hooks));
  };
  try {
    await Promise.all(agents.map(trainOne));
  } finally {
    restoreFiles();
  }
  return moments;
}

/** Calls `moment` before each step of work on a file; returns what ends that. */
export function watchFiles(moment: () => void): () => void {
  const { openSync, writeSync, renameSync, ftruncateSync } = fs;
  const before = <Given extends readonly unknown[], Result>(work: (...given: Given) => Result) =>
    function watched(...given: Given): Result {
      moment();
      return work(...given);
    };
  Object.assign(fs, {
    openSync: before(openSync),
    writeSync: before(writeSync as (...given: unknown[]) => number),
    renameSync: before(renameSync),
    ftruncateSync: before(ftruncateSync),
  });
  syncBuiltinESMExports();
  return () => {
    Object.assign(fs, { openSync, writeSync, renameSync, ftruncateSync });
    syncBuiltinESMExports();
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.stdout.write(`${await trainAll(JSON.parse(process.argv[2]))}\n`);
