import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { KEY_PREFIX } from "../../../../cli/pool/queue/messages.ts";
import { openQueueActors, type QueueActors } from "../../../../cli/pool/queue/queue-actors.ts";
import { CellRefused, CellStopped } from "../../../../results/cells/cell.ts";
import type { Actors, ScoreRequest } from "../../../../results/training/actors/contract.ts";
import { scorePlans } from "../../../../results/training/actors/score-plans.ts";
import type { TrainHooks, TrainRequest } from "../../../../results/training/request.ts";
import { resumeTraining, train } from "../../../../results/training/train.ts";
import { expectSameBytes, inTemporaryFolder } from "../../../results/training/kill-runs.ts";
import { clock, gate, queueFixture, reason, versions } from "./queue-fixture.ts";

const queued = queueFixture();

async function queueActors(signal = new AbortController().signal): Promise<QueueActors> {
  const note = (line: string) => queued.notes.push(line);
  const opened = await openQueueActors({ address: queued.address, versions, note, signal });
  queued.ends.push(() => opened.close());
  return opened;
}

/** Workers that count the plans of each share. */
async function workers(count: number) {
  const shares: number[][] = Array.from({ length: count }, () => []);
  const stops = shares.map((own) => {
    const score: Actors["score"] = (share) => {
      own.push(share.plans.length);
      return scorePlans(share);
    };
    return queued.worker({ score });
  });
  await Promise.all(stops);
  return shares;
}

const clocks: TrainHooks = { clock, cpuClock: clock };
const request: TrainRequest = {
  seed: 3,
  budget: { simulations: 60 },
  checkpointEvery: 2,
  agent: "reinforce?batch=7",
  scenarios: ["toy/memory", "toy/fork-join"],
  noise: 0.1,
  slowDevices: { "gpu:0": 0.5 },
};
const toy: ScoreRequest = { scenario: "toy/chain", scenarioHash: "other", plans: [] };

describe.skipIf(reason !== null)("actors of a queue", () => {
  test.each([1, 2])(
    "leave the bytes of one actor with %i workers, and nothing in the queue",
    async (count) => {
      await inTemporaryFolder(async (folder) => {
        const [one, three] = [join(folder, "one"), join(folder, "three")];
        await train(one, request, clocks);
        const shares = await workers(count);
        const { score } = await queueActors();
        await train(three, request, { ...clocks, actors: { count: 3, score } });
        expectSameBytes(three, one);
        // Eight updates of seven plans and one of two; two are left for the policy's own plans.
        expect(shares.flat().reduce((sum, plans) => sum + plans, 0)).toBe(8 * 5 + 2);
        const { bullmq, client } = await queued.connection();
        const raw = new bullmq.Queue(queued.address.name, { connection: client, prefix: KEY_PREFIX });
        queued.ends.push(() => raw.close());
        expect(Object.values(await raw.getJobCounts()).every((left) => left === 0)).toBe(true);
      });
    },
  );

  test("serve a run that goes on without them, and one that began without", async () => {
    await inTemporaryFolder(async (folder) => {
      const whole = join(folder, "whole");
      await train(whole, request, clocks);
      await workers(1);
      const { score } = await queueActors();
      const withQueue = { ...clocks, actors: { count: 2, score } };
      for (const [name, before, after] of [
        ["left", withQueue, clocks],
        ["met", clocks, withQueue],
      ] as const) {
        const onStep: TrainHooks["onStep"] = ({ update }) => {
          if (update === 5) throw new Error("killed");
        };
        const path = join(folder, name);
        await expect(train(path, request, { ...before, onStep })).rejects.toThrow("killed");
        await resumeTraining(path, after);
        expectSameBytes(path, whole);
      }
    });
  });

  test("give the share of a silent worker to another, and take one answer", async () => {
    const late = gate();
    const silent = await queued.silentWorker(late.opened, { kind: "scores", scores: null });
    const { score } = await queueActors();
    const answer = score(toy);
    await silent.taken;
    await silent.watch();
    await queued.worker({ score: async () => [] });
    expect(await answer).toEqual([]);
    expect(queued.notes).toEqual(['A worker fell silent: plans of "toy/chain", goes to another.']);
    late.open();
    expect(await silent.refused).toBeInstanceOf(Error);
  });

  test("get the share of a worker that is stopped back at once", async () => {
    const taken = gate();
    const first = await queued.worker({
      score: () => {
        taken.open();
        return new Promise(() => undefined);
      },
    });
    const answer = (await queueActors()).score(toy);
    await taken.opened;
    await first.stop();
    await queued.worker({ score: async () => [] });
    expect(await answer).toEqual([]);
  });

  test("take back a share that nobody waits for any more", async () => {
    const interrupt = new AbortController();
    const stopped = await queueActors(interrupt.signal);
    const closed = await queueActors();
    const asked = [stopped, closed].map(({ score }) => score(toy));
    interrupt.abort();
    await expect(asked[0]).rejects.toBeInstanceOf(CellStopped);
    await Promise.all([closed.close(), expect(asked[1]).rejects.toBeInstanceOf(CellStopped)]);
    const seen: (string | null)[] = [];
    await queued.worker({
      score: async ({ scenario }) => {
        seen.push(scenario);
        return [];
      },
    });
    await (await queueActors()).score({ ...toy, scenario: "toy/fork-join" });
    expect(seen).toEqual(["toy/fork-join"]);
  });

  test("refuse a worker of another version, and pass on what is wrong with plans", async () => {
    const other = await queued.worker({ versions: { "placement-gym": "0.9.0" } });
    const { score } = await queueActors();
    await expect(score(toy)).rejects.toThrow(
      new CellRefused("A worker has placement-gym 0.9.0, expected 1.0.0."),
    );
    await other.stop();
    await queued.worker({ score: scorePlans });
    await expect(score(toy)).rejects.toThrow('Scenario "toy/chain" is another one here than in the run');
  });

  test("read no file at the word of a share, and take no other fields", async () => {
    await queued.worker({ score: scorePlans });
    const { score } = await queueActors();
    expect(await score({ ...toy, scenario: "/etc/graph.json" })).toBeNull();
    const odd = { ...toy, code: "1 + 1" };
    await expect(score(odd)).rejects.toThrow(/^a share of the queue: /);
  });
});
