/**
 * Where methods fail: the instance on which each looks worst beside `best`, as scenario files and
 * as a table for the leaderboard.
 *
 *     npx tsx test/bench/adversaries.ts [--instances N] [--simulations N] [--methods A,B,...]
 *
 * The default is 150 instances for each method and 50 simulations for each run. Files go to
 * results/leaderboard/adversaries, the table to adversaries.json beside it. The same command gives
 * the same bytes. Each row has the ratio, over the seed that picked the instance and over five
 * others, and the command that runs both methods again.
 */
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runCell } from "../../results/cells/cell.ts";
import {
  type AdversaryRequest,
  adversaryFile,
  searchAdversary,
  verifyAdversary,
} from "../../results/evaluation/adversary/adversary.ts";
import { writeAtomically } from "../../results/files/atomic.ts";
import { familyMembers } from "../../scenarios/address.ts";
import { cpuSeconds } from "./cpu-seconds.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const BOARD = "results/leaderboard";
const OTHER = "best";
const METHODS = "heft,etf,cpop,critical-path-first,best-list,m-etf,topo-blocks,multilevel,hill-climb";

async function main(args: string[]): Promise<void> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ args, options: { instances: text, simulations: text, methods: text } });
  mkdirSync(`${root}${BOARD}/adversaries`, { recursive: true });
  const rows: object[] = [];
  for (const method of (values.methods ?? METHODS).split(",")) {
    const row = await rowOf({
      method,
      other: OTHER,
      from: familyMembers("layered/train/0-4/4xK80?ops=10&width=3"),
      instances: Number(values.instances ?? 150),
      simulations: Number(values.simulations ?? 50),
      seed: 0,
    });
    console.log(JSON.stringify(row));
    rows.push(row);
    writeAtomically(`${root}${BOARD}/adversaries.json`, `${JSON.stringify(rows, null, 1)}\n`);
  }
}

async function rowOf(request: AdversaryRequest): Promise<object> {
  const search = await searchAdversary(request);
  const { method, other, simulations, instances, seed } = request;
  if (search.best === null) return { method, other, instances, simulations, seed, ratio: null };
  const scenario = `${BOARD}/adversaries/${method}.json`;
  writeAtomically(`${root}${scenario}`, `${JSON.stringify(adversaryFile(search))}\n`);
  const hooks = { clock: cpuSeconds, cpuClock: cpuSeconds };
  const verified = await verifyAdversary(`${root}${scenario}`, search, async (spec) => {
    const { result } = await runCell(spec, hooks);
    return result;
  });
  return {
    method,
    other,
    ratio: verified.ratio,
    otherSeeds: verified.otherSeeds,
    instances,
    simulations,
    seed,
    spent: search.spent,
    scenario,
    scenarioHash: verified.scenarioHash,
    command: `placement-gym compare --scenarios ${scenario} --methods ${method},${other} --simulations ${simulations}`,
  };
}

await main(process.argv.slice(2));
