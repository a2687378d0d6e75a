import { describe, expect, test } from "vitest";
import type { Message } from "../../../../../../cli/commands/tools/serve/frames/frame.ts";
import { sessionLimits } from "../../../../../../cli/commands/tools/serve/session/limits.ts";
import { envIds, makeEnv } from "../../../../../../env/envs/registry.ts";
import { writeScenario } from "../../../../../../env/model/file.ts";
import { createRng } from "../../../../../../env/model/rng.ts";
import type { Scenario } from "../../../../../../env/model/scenario.ts";
import { testScenario } from "../../../../../../env/model/test-scenario.ts";
import { leavesOf } from "../../../../../../env/spaces/leaves.ts";
import { autoresetModes } from "../../../../../../env/vector/contract.ts";
import { syncVector } from "../../../../../../env/vector/sync.ts";
import { machines } from "../../../../../env/sim/lower/machines.ts";
import { mlp } from "../../../../../env/sim/lower/sharding/numbered-graph.ts";
import { shardedScenario } from "../../../../../env/sim/lower/sharding/sharded.ts";
import { greeted } from "./client.ts";

const graph = "a 10 40B\nb 20 8B <- a\nc 5 4B <- a b\nd 9 <- c";
const makespan = testScenario({ graph, devices: 3 });
const iteration = testScenario({ graph, devices: 3, objective: "iteration" });
/** The ops of the other graph do not say what may be divided of them. */
const divisible = shardedScenario(mlp({ b: 4, k: 4, h: 4, n: 2 }), machines([2]));

function scenarioOf(id: string): Scenario {
  if (id.startsWith("Sharding/") || id.startsWith("Reduction/")) return divisible;
  if (id.startsWith("Rewrite/")) return { ...makespan, objective: "rewritten" };
  return id.startsWith("Placement/") ? makespan : iteration;
}

/** Rented devices need prices, which no scenario of a test graph has. */
const ids = envIds().filter((id) => id !== "Provision/Types-v1");

const listOf = (message: Message, name: string) => Array.from(message.arrays.get(name)!.data);

describe.each(autoresetModes)("a vector with autoreset %s", (autoreset) => {
  test.each(ids)("of %s answers as in this process, seed by seed and step by step", async (env) => {
    const scenario = scenarioOf(env);
    const vector = syncVector(
      [0, 1, 2].map(() => makeEnv(env, { scenario })),
      { autoreset },
    );
    const client = await greeted();
    const inline = writeScenario(scenario);
    const made = await client.call({ call: "make", env, scenario: inline, count: 3, autoreset });
    const { handle } = made.fields;
    const seeds = [5, "six", 7];
    let infos = seeds.map((seed, i) => vector.resetEnv(i, { seed }).info);
    const reset = await client.call({ call: "reset", handle, seeds });
    expect(listOf(reset, "mask")).toEqual(infos.flatMap(({ actionMask }) => [...actionMask]));
    const rng = createRng(1);
    for (let i = 0; i < 12; i++) {
      const ended = infos.map(({ actionMask }) => actionMask.every((bit) => bit === 0));
      if (autoreset === "disabled" && ended.some(Boolean)) break;
      const actions = infos.map(({ actionMask }, e) =>
        vector.singleActionSpace.sample(rng, ended[e] ? undefined : actionMask),
      );
      const sent = Int32Array.from(
        actions.flatMap((action) =>
          ArrayBuffer.isView(action) ? Array.from(action as unknown as Int32Array) : [action as number],
        ),
      );
      const stepped = vector.step(actions as never[]);
      const answer = await client.call({ call: "step", handle }, { actions: sent });
      expect(listOf(answer, "reward")).toEqual([...stepped.rewards]);
      expect(listOf(answer, "terminated")).toEqual([...stepped.terminated]);
      expect(listOf(answer, "mask")).toEqual(stepped.infos.flatMap(({ actionMask }) => [...actionMask]));
      const costs = stepped.infos.map(({ outcome }) => outcome?.cost ?? Number.NaN);
      expect(listOf(answer, "cost")).toEqual(costs);
      for (const leaf of leavesOf(vector.singleObservationSpace, "sent")) {
        const values = stepped.observations.map((observation) => leaf.read(observation));
        const expected = values.map((value) => (typeof value === "number" ? [value] : Array.from(value)));
        if (made.arrays.has(`constant.${leaf.name}`))
          expect([0, 1, 2].map(() => listOf(made, `constant.${leaf.name}`))).toEqual(expected);
        else expect(listOf(answer, `observation.${leaf.name}`), leaf.name).toEqual(expected.flat());
      }
      const finals = stepped.infos.flatMap((info, e) => (info.finalInfo === undefined ? [] : [e]));
      if (finals.length > 0) expect(listOf(answer, "final")).toEqual(finals);
      else expect(answer.arrays.has("final")).toBe(false);
      infos = stepped.infos as typeof infos;
    }
  });
});

describe("an env of a client", () => {
  const make = { call: "make", env: "Placement/Refine-v1", scenario: writeScenario(makespan), count: 1 };

  test("goes on from a saved state as the env that was saved", async () => {
    const client = await greeted();
    const [one, two] = [await client.call(make), await client.call(make)].map(({ fields }) => fields.handle);
    await client.call({ call: "reset", handle: one, seeds: [3] });
    await client.call({ call: "step", handle: one }, { actions: Int32Array.of(2) });
    const { state } = (await client.call({ call: "state", handle: one })).fields;
    await client.call({ call: "restore", handle: two, state });
    const steps = [];
    for (const handle of [one, two])
      steps.push(await client.call({ call: "step", handle }, { actions: Int32Array.of(1) }));
    expect(steps[0]).toEqual(steps[1]);
    const plans = [one, two].map((handle) => client.call({ call: "plan", handle, index: 0 }));
    expect((await plans[0]).fields).toEqual((await plans[1]).fields);
  });

  test("that is not reset shows what it showed, where that is known", async () => {
    const client = await greeted();
    const { handle } = (await client.call({ ...make, count: 2 })).fields;
    const some = (which: number[]) =>
      client.call({ call: "reset", handle, seeds: [3, 3] }, { which: Uint8Array.from(which) });
    expect((await some([1, 0])).fields.error).toMatch(/all must have been reset, or have taken a step/);
    await some([1, 1]);
    const step = await client.call({ call: "step", handle }, { actions: Int32Array.of(1, 1) });
    const reset = await some([0, 1]);
    const rowOf = (message: Message, name: string) => listOf(message, name).slice(0, 4);
    for (const name of ["observation.placement", "mask"])
      expect(rowOf(reset, name)).toEqual(rowOf(step, name));
    expect(listOf(reset, "observation.current")).toEqual([1, 0]);
    expect(listOf(reset, "evaluated")).toEqual([0, 1]);
    const { state } = (await client.call({ call: "state", handle })).fields;
    await client.call({ call: "restore", handle, state });
    expect((await some([1, 0])).fields).toHaveProperty("error");
  });

  test("takes plain options alone, each by its name", async () => {
    const client = await greeted();
    const withOptions = async (options: object) => (await client.call({ ...make, options })).fields;
    expect(await withOptions({ start: "best", sweeps: 2, utility: "negative-root-cost" })).toHaveProperty(
      "handle",
    );
    expect((await withOptions({ observation: 1 })).error).toMatch(/takes no option "observation"/);
    expect((await withOptions({ strat: "best" })).error).toMatch(/Did you mean "start"/);
    expect((await withOptions({ utility: "sum" })).error).toMatch(/utility is none of the named ones/);
    expect((await withOptions({ order: { length: 4e9 } })).error).toMatch(/field "length"/);
    expect((await withOptions({ flat: true, timeLimit: 2 })).observationSpace).toMatchObject({ kind: "Box" });
  });

  test("is refused beyond the limits, and after it was closed", async () => {
    const client = await greeted({ limits: { ...sessionLimits, handles: 2, envs: 5 } });
    const made = [await client.call({ ...make, count: 4 }), await client.call({ ...make, count: 2 })];
    expect(made[1].fields.error).toMatch(/2 vectors and 5 envs at once/);
    const { handle } = made[0].fields;
    await client.call({ call: "close", handle });
    expect((await client.call({ call: "reset", handle })).fields.error).toMatch(/There is no env/);
    expect((await client.call({ ...make, count: 5 })).fields).toHaveProperty("handle");
  });

  test("refuses actions of another number or type, and an illegal one changes nothing", async () => {
    const client = await greeted();
    const { handle } = (await client.call(make)).fields;
    await client.call({ call: "reset", handle, seeds: [1] });
    const errorOf = async (actions: Int32Array | Float64Array) =>
      (await client.call({ call: "step", handle }, { actions })).fields.error;
    expect(await errorOf(Int32Array.of(0, 1))).toMatch(/expected i4 of 1 x 1 entries/);
    expect(await errorOf(Float64Array.of(0))).toMatch(/expected i4/);
    const before = (await client.call({ call: "state", handle })).fields;
    expect(await errorOf(Int32Array.of(7))).toMatch(/not in Discrete\(3\)/);
    expect((await client.call({ call: "state", handle })).fields).toEqual(before);
  });
});
