import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createRng } from "../../../env/index.ts";
import { smallAgents, specOf } from "../../agents/learned/small-agents.ts";
import { trainingBackends } from "../../agents/tensors/test-backend.ts";
import { expectSameBytes, inTemporaryFolder, trainApart } from "./kill-runs.ts";

const KILLS = 3;
const seed = process.env.PLACEMENT_GYM_KILL_SEED ?? "1";

describe.each(trainingBackends())("on %s", (backend) => {
  test.each(smallAgents)(
    "%s, killed again and again, leaves the bytes of an uninterrupted training",
    (...agent) =>
      inTemporaryFolder(async (folder) => {
        const [whole, killed] = ["whole", "killed"].map((name) => join(folder, name));
        const training = { agents: [[agent[0], specOf(agent)] as const], simulations: 200, backend };
        const { moments } = await trainApart({ ...training, folder: whole });
        const rng = createRng("kill").child(`${seed}/${agent[0]}/${backend}`);
        const kills = Array.from({ length: KILLS }, () => 1 + rng.int(moments));
        console.log(
          `${agent[0]} on ${backend} dies at moments ${kills.join(", ")} of at most ${moments}; PLACEMENT_GYM_KILL_SEED=${seed}`,
        );
        const signals: unknown[] = [];
        for (const dieAt of kills)
          signals.push((await trainApart({ ...training, folder: killed, dieAt })).signal);
        // A later process has less left to do, so it may end before its moment comes.
        expect(signals[0]).toBe("SIGKILL");
        expect((await trainApart({ ...training, folder: killed })).signal).toBe(null);
        expectSameBytes(killed, whole);
      }),
  );
});
