import { join } from "node:path";
import { expect, test } from "vitest";
import { createRng } from "../../../env/index.ts";
import { smallAgents, specOf } from "../../agents/learned/small-agents.ts";
import { drawnFrom } from "../../law-runs.ts";
import { expectSameBytes, inTemporaryFolder, trainApart } from "./kill-runs.ts";
import { trainAll } from "./killed.ts";

const seed = process.env.PLACEMENT_GYM_KILL_SEED ?? "1";
const agents = drawnFrom(smallAgents, `kill ${seed}`).map((agent) => [agent[0], specOf(agent)] as const);

// The slow test kills longer trainings, again and again.
test(`${agents.length} agents, killed at a random moment, go on to the bytes of an uninterrupted training`, async () => {
  await inTemporaryFolder(async (folder) => {
    const [whole, killed] = ["whole", "killed"].map((name) => join(folder, name));
    const training = { agents, simulations: 30 };
    const moments = await trainAll({ ...training, folder: whole });
    const dieAt = 1 + createRng("kill").child(seed).int(moments);
    console.log(agents.map(([id]) => id).join(", "));
    console.log(`Killed at moment ${dieAt} of ${moments}; PLACEMENT_GYM_KILL_SEED=${seed}`);
    expect((await trainApart({ ...training, folder: killed, dieAt })).signal).toBe("SIGKILL");
    await trainAll({ ...training, folder: killed });
    expectSameBytes(killed, whole);
  });
});
