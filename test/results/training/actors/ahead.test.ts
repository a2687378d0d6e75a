import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createScenario } from "../../../../env/model/create-scenario.ts";
import { writeScenario } from "../../../../env/model/file.ts";
import type { Actors, ScoreRequest } from "../../../../results/training/actors/contract.ts";
import { scorePlans } from "../../../../results/training/actors/score-plans.ts";
import type { TrainHooks, TrainRequest } from "../../../../results/training/request.ts";
import { resumeTraining, train } from "../../../../results/training/train.ts";
import { resolveScenario } from "../../../../scenarios/resolve.ts";
import { smallAgents, smallScenarioOf, specOf } from "../../../agents/learned/small-agents.ts";
import { drawnFrom } from "../../../law-runs.ts";
import { expectSameBytes, inTemporaryFolder } from "../kill-runs.ts";

const clocks: TrainHooks = { clock: () => 0, cpuClock: () => 0 };
const base = { seed: 3, budget: { simulations: 90 }, checkpointEvery: 2 };

/**
 * Actors that are functions of this process; `fails` says which of their answers are lost. What
 * they are asked and answer could be in a message.
 */
function actorsOf(count: number, fails: (call: number) => boolean = () => false) {
  const asked: ScoreRequest[] = [];
  const actors: Actors = {
    count,
    async score(request) {
      const received: ScoreRequest = JSON.parse(JSON.stringify(request));
      expect(received).toEqual(request);
      asked.push(received);
      if (fails(asked.length)) throw new Error("its process died (SIGKILL) before it answered.");
      return JSON.parse(JSON.stringify(await scorePlans(received)));
    },
  };
  return { actors, asked };
}

/** Agents whose plans travel: no decision of theirs waits for a score. */
const PARTED = ["reinforce", "seq2seq", "colocrl", "hdp", "spotlight", "gdp", "heterps", "tapp"];

describe("a training with several actors", () => {
  test.each(drawnFrom(smallAgents, "actors").map((agent) => [agent[0], agent] as const))(
    "%s leaves the bytes of one actor",
    async (id, agent) => {
      await inTemporaryFolder(async (folder) => {
        const scenarios = [smallScenarioOf(agent[1])];
        const request = { ...base, scenarios, agent: specOf(agent), budget: { simulations: 36 } };
        await train(join(folder, "one"), request, clocks);
        const parted = PARTED.includes(id);
        // Actors that are not asked do nothing, however many they are.
        for (const count of parted ? [2, 3] : [2]) {
          const { actors, asked } = actorsOf(count);
          const path = join(folder, String(count));
          await train(path, request, { ...clocks, actors });
          expectSameBytes(path, join(folder, "one"));
          expect(asked.length > 0).toBe(parted);
        }
      });
    },
    60_000,
  );

  const many: TrainRequest = {
    ...base,
    agent: "reinforce?batch=7",
    scenarios: ["toy/memory", "toy/fork-join"],
    noise: 0.1,
    slowDevices: { "gpu:0": 0.5 },
  };

  test("is the same under noise, slow devices and a lack of memory, on several scenarios", async () => {
    await inTemporaryFolder(async (folder) => {
      const [one, two] = [join(folder, "one"), join(folder, "two")];
      await train(one, many, { ...clocks, logTo: one });
      const { actors, asked } = actorsOf(2);
      await train(two, many, { ...clocks, logTo: two, actors });
      expectSameBytes(two, one);
      expect(new Set(asked.map(({ scenario }) => scenario)).size).toBe(2);
    });
  });

  test("loses nothing where actors die, and goes on after a kill with another number of them", async () => {
    await inTemporaryFolder(async (folder) => {
      const [whole, killed] = [join(folder, "whole"), join(folder, "killed")];
      await train(whole, many, clocks);
      const dying = actorsOf(3, (call) => call % 2 === 0);
      const onStep = ({ update }: { readonly update: number }) => {
        if (update === 7) throw new Error("killed");
      };
      await expect(train(killed, many, { ...clocks, actors: dying.actors, onStep })).rejects.toThrow(
        "killed",
      );
      await resumeTraining(killed, { ...clocks, actors: actorsOf(2, (call) => call === 3).actors });
      expectSameBytes(killed, whole);
    });
  });

  test("has shares in order that differ by one plan at most, the learner's being the smallest", async () => {
    await inTemporaryFolder(async (folder) => {
      const { actors, asked } = actorsOf(3);
      const request = {
        ...base,
        agent: "reinforce?batch=8",
        scenarios: ["toy/chain"],
        budget: { simulations: 9 },
      };
      await train(join(folder, "run"), request, { ...clocks, actors });
      expect(asked.map(({ plans }) => plans.length)).toEqual([3, 3]);
    });
  });

  test("does not take a score of another scenario under the same name", async () => {
    const request = { scenario: "toy/chain", scenarioHash: "other", plans: [] };
    await expect(scorePlans(request)).rejects.toThrow(
      'Scenario "toy/chain" is another one here than in the run',
    );
  });

  test("has the content of a scenario file travel once, and never its path", async () => {
    await inTemporaryFolder(async (folder) => {
      const file = join(folder, "mine.json");
      const scenario = await resolveScenario("toy/fork-join");
      const device = { ...scenario.cluster.devices[0], launchUs: 0.125 };
      const devices = [device, ...scenario.cluster.devices.slice(1)];
      const own = createScenario({ ...scenario, cluster: { ...scenario.cluster, devices } });
      writeFileSync(file, JSON.stringify(writeScenario(own)));
      const request = { ...base, agent: "reinforce?batch=5", scenarios: [file] };
      await train(join(folder, "one"), request, clocks);
      const { actors, asked } = actorsOf(2);
      await train(join(folder, "two"), request, { ...clocks, actors });
      expectSameBytes(join(folder, "two"), join(folder, "one"));
      expect(JSON.stringify(asked)).not.toContain(folder);
      expect(asked.map(({ content }) => content !== undefined).slice(0, 4)).toEqual([
        false,
        true,
        false,
        false,
      ]);
    });
  });

  test("refuses a budget in CPU seconds, which counts one process", async () => {
    const request = { ...base, agent: "reinforce", scenarios: ["toy/chain"], budget: { cpuSeconds: 1 } };
    await expect(train("unused", request, { ...clocks, actors: actorsOf(2).actors })).rejects.toThrow(
      "A budget in CPU seconds counts one process; take another budget with --actors.",
    );
  });
});
