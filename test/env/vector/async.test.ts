/**
 * The vector env on worker threads answers as that of one thread does, and fails in sentences. The
 * env and its threads run what is compiled: a thread with a loader of TypeScript starts slowly.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { compiledUrl } from "../../compiled.ts";
import { drawnFrom } from "../../law-runs.ts";
import { diamondScenario } from "../envs/scenarios.ts";

const {
  asyncVector,
  autoresetModes,
  createRng,
  InputError,
  makeEnv,
  syncVector,
}: typeof import("../../../env/index.ts") = await import(await compiledUrl("env/index.ts"));

const id = "Placement/Refine-v1";
const options = { start: "random" };
const folder = mkdtempSync(join(tmpdir(), "placement-gym-async-"));
afterAll(() => rmSync(folder, { recursive: true }));

const single = (size: number, autoreset: (typeof autoresetModes)[number]) =>
  syncVector(
    Array.from({ length: size }, () => makeEnv(id, { scenario: diamondScenario, ...options })),
    { autoreset },
  );

test.each(drawnFrom(autoresetModes, "threads"))(
  "answers as one thread does, autoreset %s",
  async (autoreset) => {
    const size = 3;
    const one = single(size, autoreset);
    const many = await asyncVector({ id, scenario: diamondScenario, size, workers: 2, autoreset, options });
    expect(many.workers).toBe(2);
    const rng = createRng("actions");
    expect(await many.reset({ seed: 5 })).toEqual(one.reset({ seed: 5 }));
    const steps = autoreset === "disabled" ? 3 : 6;
    for (let step = 0; step < steps; step++) {
      const actions = Array.from({ length: size }, () => one.singleActionSpace.sample(rng));
      expect(await many.step(actions)).toEqual(one.step(actions));
    }
    expect(await many.resetEnv(2)).toEqual(one.resetEnv(2));
    expect(await many.state()).toEqual(one.state());
    const saved = JSON.parse(JSON.stringify(await many.state()));
    const other = single(size, autoreset);
    other.restore(saved);
    await many.restore(saved);
    const actions = [0, 0, 0];
    expect(await many.step(actions)).toEqual(other.step(actions));
    await many.close();
  },
);

test("mistakes are sentences, and the vector env goes on after them", async () => {
  const scenario = diamondScenario;
  await expect(asyncVector({ id, scenario, size: 0 })).rejects.toThrow("size is 0, expected a whole number");
  await expect(asyncVector({ scenario, size: 1 })).rejects.toThrow("needs either id or module");
  await expect(asyncVector({ id, scenario, size: 1, options: { strat: "best" } })).rejects.toThrow(
    /option "strat"/,
  );
  await expect(asyncVector({ id, scenario, size: 1, options: { utility: () => 0 } })).rejects.toThrow(
    'the option "utility" is a function',
  );
  const vector = await asyncVector({ id, scenario, size: 2, workers: 9 });
  expect(vector.workers).toBe(2);
  await expect(vector.step([0, 0])).rejects.toThrow(InputError);
  await expect(vector.reset(7 as never)).rejects.toThrow("reset was given 7, expected { seed, options }");
  await vector.reset({ seed: 1 });
  await expect(vector.step([0])).rejects.toThrow("given 1 actions for 2 envs");
  await expect(vector.step([0, 9])).rejects.toThrow("the action 9 is not in Discrete(2)");
  await expect(vector.step([0, (() => 0) as never])).rejects.toThrow("cannot send this to a worker");
  await expect(vector.resetEnv(2)).rejects.toThrow("has no env 2, expected 0..1");
  const early = vector.reset();
  await expect(vector.reset()).rejects.toThrow("still busy");
  await early;
  await vector.close();
  await expect(vector.reset()).rejects.toThrow("is closed");
});

test("takes envs of a module, and says why one cannot be loaded", async () => {
  const path = join(folder, "dying.mjs");
  writeFileSync(
    path,
    `const space = { kind: "Discrete", size: 2, start: 0, describe: () => "two", contains: () => true };
     const observation = () => ({ observation: 0, info: { actionMask: new Uint8Array(2) } });
     export const create = ({ scenario }) => ({
       scenario, observationSpace: space, actionSpace: space, reset: observation,
       step: (action) => action === 1 ? process.exit(3) : { ...observation(), reward: 2, terminated: false, truncated: false },
     });`,
  );
  const vector = await asyncVector({ module: path, scenario: diamondScenario, size: 2 });
  await vector.reset();
  expect([...(await vector.step([0, 0])).rewards]).toEqual([2, 2]);
  await expect(vector.step([0, 1])).rejects.toThrow("A worker of the vector env ended (exit code 3)");
  await expect(vector.step([0, 0])).rejects.toThrow("exit code 3");
  await vector.close();
  const empty = join(folder, "empty.mjs");
  writeFileSync(empty, "export const other = 1;");
  await expect(asyncVector({ module: empty, scenario: diamondScenario, size: 1 })).rejects.toThrow(
    'exports no function "create"',
  );
  await expect(
    asyncVector({ module: join(folder, "none.mjs"), scenario: diamondScenario, size: 1 }),
  ).rejects.toThrow("cannot be loaded");
});
