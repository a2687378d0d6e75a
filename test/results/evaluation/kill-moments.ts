/** Kills of one evaluation at random moments, one after another, each resumed from what is left. */
import { join } from "node:path";
import { expect } from "vitest";
import { createRng } from "../../../env/index.ts";
import type { EvaluationRequest } from "../../../results/evaluation/contract.ts";
import { bytesOf, inTemporaryFolder, runApart } from "../training/kill-runs.ts";
import { evaluateIn } from "./killed.ts";

const PROGRAM = "test/results/evaluation/killed.ts";
const seed = process.env.PLACEMENT_GYM_KILL_SEED ?? "1";

const request: EvaluationRequest = {
  scenarios: ["toy/chain", "toy/fork-join"],
  methods: ["tabu", "heft", "random"],
  seeds: 2,
  seed: 5,
  budgets: [{ simulations: 10 }, { simulations: 20 }],
  track: null,
  trainedOn: {},
};

/** The same bytes are left as by an undisturbed run, times and the order of lines apart. */
export async function killedAtRandom(kills: number): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const [whole, killed] = ["whole", "killed"].map((name) => join(folder, name));
    const moments = await evaluateIn({ path: whole, request });
    const rng = createRng("kill evaluation").child(seed);
    // Later runs have fewer moments, since they begin with what is kept.
    const spans = Array.from({ length: kills }, () => 1 + rng.int(Math.floor(moments / kills)));
    console.log(`Killed after ${spans.join(", ")} of ${moments} moments; PLACEMENT_GYM_KILL_SEED=${seed}`);
    for (const dieAt of spans)
      expect((await runApart(PROGRAM, { path: killed, request, dieAt })).signal).toBe("SIGKILL");
    await evaluateIn({ path: killed, request });
    const [ours, theirs] = [killed, whole].map(withSortedCells);
    expect(Object.keys(ours)).toEqual(Object.keys(theirs));
    expect(Object.keys(theirs).filter((name) => ours[name] !== theirs[name])).toEqual([]);
  });
}

/** Lines of cells come in the order in which they end, and a kill leaves no more than that. */
function withSortedCells(folder: string): Readonly<Record<string, string>> {
  const files = bytesOf(folder);
  return { ...files, "cells.jsonl": files["cells.jsonl"].split("\n").sort().join("\n") };
}
