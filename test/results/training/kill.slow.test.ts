import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createRng } from "../../../env/index.ts";
import { smallAgents, specOf } from "../../agents/learned/small-agents.ts";
import { trainingBackends } from "../../agents/tensors/test-backend.ts";
import { expectSameBytes, inTemporaryFolder, trainApart } from "./kill-runs.ts";
import type { Training } from "./killed.ts";

const KILLS = 3;
const seed = process.env.PLACEMENT_GYM_KILL_SEED ?? "1";

/** Kills a training again and again, lets it end, and compares it with one that was not killed. */
const holds = (name: string, training: Omit<Training, "folder">): Promise<void> =>
  inTemporaryFolder(async (folder) => {
    const [whole, killed] = ["whole", "killed"].map((part) => ({ ...training, folder: join(folder, part) }));
    const { moments } = await trainApart(whole);
    const rng = createRng("kill").child(`${seed}/${name}`);
    const kills = Array.from({ length: KILLS }, () => 1 + rng.int(moments));
    console.log(
      `${name} dies at moments ${kills.join(", ")} of at most ${moments}; PLACEMENT_GYM_KILL_SEED=${seed}`,
    );
    const signals: unknown[] = [];
    for (const dieAt of kills) signals.push((await trainApart({ ...killed, dieAt })).signal);
    // A later process has less left to do, so it may end before its moment comes.
    expect(signals[0]).toBe("SIGKILL");
    expect((await trainApart(killed)).signal).toBe(null);
    expectSameBytes(killed.folder, whole.folder);
  });

describe.each(trainingBackends())("on %s, killed again and again, the same bytes come from", (backend) => {
  test("all agents, side by side", () => {
    const agents = smallAgents.map((agent) => [agent[0], specOf(agent)] as const);
    return holds(`all agents on ${backend}`, { agents, simulations: 100, backend });
  });

  test.each(smallAgents)("%s", (...agent) =>
    holds(`${agent[0]} on ${backend}`, { agents: [[agent[0], specOf(agent)]], simulations: 200, backend }),
  );
});
