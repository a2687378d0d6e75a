/** A batch has the bytes of stacked observations, whether envs write into it or are copied in. */
import { describe, expect, test } from "vitest";
import type { Env } from "../../../env/contract.ts";
import { envIds, makeEnv } from "../../../env/envs/registry.ts";
import { createRng } from "../../../env/model/rng.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { leavesOf } from "../../../env/spaces/leaves.ts";
import { type BatchPart, createBatch } from "../../../env/vector/batch.ts";
import { autoresetModes, type VectorEnv } from "../../../env/vector/contract.ts";
import { syncVector } from "../../../env/vector/sync.ts";
import { flattenObservation } from "../../../env/wrappers/flatten-observation.ts";
import { timeLimit } from "../../../env/wrappers/time-limit.ts";
import { drawnFrom } from "../../law-runs.ts";
import { diamondScenario, takenBy } from "../envs/scenarios.ts";
import { machines } from "../sim/lower/machines.ts";
import { mlp } from "../sim/lower/sharding/numbered-graph.ts";
import { shardedScenario } from "../sim/lower/sharding/sharded.ts";

type Vector = VectorEnv<unknown, unknown>;
type Wrap = (env: Env) => Env;

const wraps: Readonly<Record<string, Wrap>> = {
  bare: (env) => env,
  "time-limited": (env) => timeLimit(env, 3),
  flat: (env) => flattenObservation(env) as Env,
};

/** Ops of the other graph do not say what may be divided of them. */
function scenarioOf(id: string): Scenario {
  if (id.startsWith("Sharding/")) return shardedScenario(mlp({ b: 4, k: 4, h: 4, n: 2 }), machines([2]));
  return takenBy(id, diamondScenario);
}

function vectorOf(id: string, wrap: Wrap, autoreset: (typeof autoresetModes)[number]): Vector {
  const scenario = scenarioOf(id);
  return syncVector(
    [0, 1, 2].map(() => wrap(makeEnv(id, { scenario }) as Env)),
    { autoreset },
  );
}

function partsOf(vector: Vector): BatchPart[] {
  return leavesOf(vector.singleObservationSpace, "batched").map((leaf) => {
    const Type = leaf.space.kind === "Box" ? Float32Array : Int32Array;
    return { leaf, data: new Type(leaf.length * vector.size) };
  });
}

const rowsOf = (parts: readonly BatchPart[], observations: readonly unknown[]) =>
  parts.map(({ leaf }) =>
    observations.flatMap((observation) => {
      const value = leaf.read(observation);
      return typeof value === "number" ? [value] : Array.from(value);
    }),
  );

describe.each(autoresetModes)("with autoreset %s a batch", (autoreset) => {
  const wrapped = envIds().flatMap((id) => Object.keys(wraps).map((wrap) => [id, wrap] as const));
  test.each(drawnFrom(wrapped, `batches ${autoreset}`))(
    "of %s, %s, has what fresh observations have",
    (id, wrap) => {
      const [vector, twin] = [0, 1].map(() => vectorOf(id, wraps[wrap], autoreset));
      const parts = partsOf(vector);
      const batch = createBatch(vector, parts);
      const rng = createRng(1);
      let { infos } = twin.reset({ seed: 4 });
      vector.reset({ seed: 4 });
      for (let i = 0; i < 20; i++) {
        if (autoreset === "disabled" && infos.some(({ actionMask }) => !actionMask.includes(1))) break;
        const actions = infos.map(({ actionMask }) =>
          vector.singleActionSpace.sample(rng, actionMask.includes(1) ? actionMask : undefined),
        );
        const [step, expected] = [vector.step(actions), twin.step(actions)];
        step.observations.forEach((observation, e) => {
          batch.put(e, observation);
        });
        expect(parts.map(({ data }) => Array.from(data))).toEqual(rowsOf(parts, expected.observations));
        for (const part of ["rewards", "terminated", "truncated"] as const)
          expect(step[part]).toEqual(expected[part]);
        expect(step.infos.map(({ finalObservation }) => finalObservation)).toEqual(
          expected.infos.map(({ finalObservation }) => finalObservation),
        );
        infos = expected.infos;
      }
    },
  );
});

test("an env that keeps its observation makes no new one, and its clone does", () => {
  const env = makeEnv("Placement/Refine-v1", { scenario: diamondScenario });
  const kept = env.reset({ seed: 1 }).observation;
  env.observeInto(kept);
  const copy = env.clone();
  expect(env.step(1).observation).toBe(kept);
  expect(copy.step(1).observation).toEqual(kept);
  const [before, other] = [{ ...kept, groups: kept.groups.slice() }, copy.step(0).observation];
  expect(other).not.toBe(kept);
  expect(kept).toEqual(before);
  expect(env.reset({ seed: 1 }).observation).toBe(kept);
});

test.each(envIds())("a kept observation of %s is the fresh one after steps, restores and resets", (id) => {
  const [env, twin] = [0, 1].map(() => makeEnv(id, { scenario: scenarioOf(id) }) as Env);
  const rng = createRng(5);
  env.observeInto?.(env.reset({ seed: 1 }).observation);
  let mask = twin.reset({ seed: 1 }).info.actionMask;
  const points = [{ state: twin.state(), mask }];
  for (let i = 0; i < 40; i++) {
    if (rng.next() < 0.3) {
      const point = points[rng.int(points.length)];
      for (const each of [env, twin]) each.restore(point.state);
      mask = point.mask;
    }
    const action = mask.includes(1) ? twin.actionSpace.sample(rng, mask) : null;
    const [own, fresh] = [env, twin].map((each) => (action === null ? each.reset() : each.step(action)));
    expect(own.observation).toEqual(fresh.observation);
    mask = fresh.info.actionMask;
    points.push({ state: twin.state(), mask });
  }
});

test("what an env calls constant is the same in all its observations", () => {
  for (const id of envIds()) {
    const env = makeEnv(id, { scenario: scenarioOf(id) }) as Env;
    const rng = createRng(2);
    let last = env.reset({ seed: 3 });
    for (const [name, value] of Object.entries(env.constant ?? {}))
      for (let i = 0; i < 10 && last.info.actionMask.includes(1); i++) {
        expect((last.observation as Record<string, unknown>)[name], `${id} ${name}`).toEqual(value);
        last = env.step(env.actionSpace.sample(rng, last.info.actionMask));
      }
  }
});
