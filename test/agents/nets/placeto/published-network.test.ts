import { beforeAll, describe, expect, test } from "vitest";
import {
  type PublishedSize,
  type PublishedVisit,
  publishedNetwork,
} from "../../../../agents/nets/placeto/published-network.ts";
import { Relation, relations } from "../../../../agents/nets/relations.ts";
import { createWeights, type Weights } from "../../../../agents/nets/weights.ts";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import type { Tf } from "../../../../agents/tensors/types.ts";
import { createRefineEnv, createRng, groupGraph, testScenario } from "../../../../env/index.ts";
import { testBackend } from "../../tensors/test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

const scenario = testScenario({
  graph: `
    a 10 40B
    b 20 80B params=8 <- a
    c 30 80B <- a
    d 30 40B <- b c
    e 10 kinds=GPU <- d
    f 25`,
  devices: ["GPU", "GPU", "CPU"],
});
const whole: PublishedSize = {
  devices: 3,
  rounds: 2,
  memory: false,
  messages: true,
  pooling: true,
  current: true,
};
const D = 5 + 3;

function made(changes: Partial<PublishedSize> = {}, on = scenario) {
  const weights = createWeights(tf);
  const network = publishedNetwork(tf, weights, { ...whole, ...changes }, createRng("net"));
  return { weights, policy: network.on(on) };
}

/** Observations of an episode whose start and actions are random. */
function visitsOf(policy: ReturnType<typeof made>["policy"], steps = 6): PublishedVisit[] {
  const rng = createRng("visits");
  const env = createRefineEnv({ scenario, start: "random" });
  let { observation, info } = env.reset();
  return Array.from({ length: steps }, () => {
    const visit = policy.see(observation);
    const legal = [0, 1, 2].filter((device) => (info.actionMask as Uint8Array)[device] === 1);
    ({ observation, info } = env.step(legal[rng.int(legal.length)]));
    return visit;
  });
}

const logitsOf = ({ policy }: ReturnType<typeof made>, visits: readonly PublishedVisit[]) =>
  policy.logits(visits).arraySync() as number[][];

describe("the published network", () => {
  test("computes what its formula says, one vector at a time", () => {
    const net = made();
    const visits = visitsOf(net.policy);
    const fast = logitsOf(net, visits);
    visits.forEach((visit, v) => {
      slowLogits(net.weights, visit).forEach((logit, device) => {
        if (fast[v][device] < -1e8) return;
        expect(fast[v][device]).toBeCloseTo(logit, 4);
      });
    });
  });

  test("masks the devices that cannot run the current group", () => {
    const net = made();
    const visits = visitsOf(net.policy);
    const row = logitsOf(net, visits)[visits.findIndex(({ current }) => current === 4)];
    expect(row.map((logit) => logit < -1e8)).toEqual([false, false, true]);
  });

  test("sees five columns, the devices one-hot, and the memory where asked for", () => {
    const { policy } = made();
    const { observation } = createRefineEnv({ scenario, start: [1, 0, 2, 1, 0, 2] }).reset();
    const { features } = policy.see(observation);
    const row = (g: number) => [...features.subarray(g * D, (g + 1) * D)];
    expect(row(0).slice(2)).toEqual([0, 1, 0, 0, 1, 0]);
    expect(row(2).slice(5)).toEqual([0, 0, 1]);
    const bytes = made({ memory: true }).policy.see(observation).features;
    expect(bytes).toHaveLength(6 * (D + 1));
    expect(bytes[1 * (D + 1) + 5]).toBe(1);
  });

  test("leaves out messages, aggregators or the current group's bit where told to", () => {
    const base = made();
    const visits = visitsOf(base.policy);
    const names = (changes: Partial<PublishedSize>) => Object.keys(made(changes).weights.save()).join();
    expect(names({ messages: false })).not.toContain("from parents");
    expect(names({ pooling: false })).not.toContain("ancestors");
    expect(names({})).toContain("from parents");
    expect(names({})).toContain("ancestors");

    const hidden = made({ current: false });
    const bit = hidden.policy
      .see(createRefineEnv({ scenario }).reset().observation)
      .features.filter((_, i) => i % D === 3);
    expect([...bit]).toEqual([0, 0, 0, 0, 0, 0]);

    // Without messages and aggregators only the current group's own row counts.
    const alone = made({ messages: false, pooling: false });
    const changed = visits.map(({ features, current }) => {
      const others = features.map((value, i) => (Math.floor(i / D) === current ? value : value + 1));
      return { features: others, current };
    });
    expect(logitsOf(alone, changed)).toEqual(logitsOf(alone, visits));
    expect(logitsOf(base, changed)).not.toEqual(logitsOf(base, visits));
  });

  test("has outputs for as many devices, and weights for any graph", () => {
    const other = testScenario({ graph: "a 1 4B\nb 1 <- a", devices: 3 });
    const { policy } = made({}, other);
    const { observation } = createRefineEnv({ scenario: other }).reset();
    expect(policy.logits([policy.see(observation)]).shape).toEqual([1, 3]);
  });

  test("has the sheet's sizes with four devices and eight rounds: some ten thousands of weights", () => {
    const weights = createWeights(tf);
    publishedNetwork(tf, weights, { ...whole, devices: 4, rounds: 8 }, createRng("net"));
    const size = weights.list.reduce((sum, { size }) => sum + size, 0);
    expect(size).toBeGreaterThan(10_000);
    expect(size).toBeLessThan(60_000);
  });
});

type Vector = readonly number[];

/** The module's formula, with loops and lists alone. */
function slowLogits(weights: Weights, { features, current }: PublishedVisit): Vector {
  const saved = weights.save();
  const layer = (name: string, i: number) => {
    const read = (key: string) => {
      const { data, shape } = saved[key];
      const values = new Float32Array(Uint8Array.from(Buffer.from(data, "base64")).buffer);
      return { values, shape };
    };
    return { matrix: read(`${name} ${i}`), bias: read(`${name} ${i} bias`).values };
  };
  const relu = (x: Vector) => x.map((value) => Math.max(0, value));
  const apply = (name: string, count: number, x: Vector): Vector =>
    Array.from({ length: count }).reduce<Vector>((y, _, i) => {
      const { matrix, bias } = layer(name, i);
      const outputs = matrix.shape[1];
      const next = Array.from(
        { length: outputs },
        (__, o) => bias[o] + y.reduce((sum, value, k) => sum + value * matrix.values[k * outputs + o], 0),
      );
      return i === count - 1 ? next : relu(next);
    }, x);
  const add = (a: Vector, b: Vector) => a.map((value, k) => value + b[k]);
  const total = (vectors: readonly Vector[], width: number) =>
    vectors.reduce(add, Array<number>(width).fill(0));

  const { groupCount, edgeSource, edgeDestination } = groupGraph(scenario);
  const groups = [...Array(groupCount).keys()];
  const edges = [...edgeSource].map((from, e) => ({ from, to: edgeDestination[e] }));
  const h = groups.map((g) => apply("node", 3, [...features.subarray(g * D, (g + 1) * D)]));
  const passed = (name: string, neighboursOf: (g: number) => number[]) => {
    let x: Vector[] = h;
    for (let round = 0; round < whole.rounds; round++) {
      const messages = x.map((row) => relu(apply(`${name} f`, 2, row)));
      x = groups.map((g) => {
        const from = neighboursOf(g).map((u) => messages[u]);
        return from.length === 0 ? h[g] : add(h[g], relu(apply(`${name} g`, 2, total(from, D))));
      });
    }
    return x;
  };
  const down = passed("from parents", (g) => edges.filter(({ to }) => to === g).map(({ from }) => from));
  const up = passed("from children", (g) => edges.filter(({ from }) => from === g).map(({ to }) => to));
  const e = groups.map((g) => [...down[g], ...up[g]]);
  const relation = relations(groupCount, { from: edgeSource, to: edgeDestination });
  const pooled = (name: string, kinds: readonly number[]) => {
    const members = groups.filter((g) => kinds.includes(relation[current * groupCount + g]));
    const messages = members.map((g) => relu(apply(`${name} f`, 2, e[g])));
    return relu(apply(`${name} g`, 2, total(messages, 2 * D)));
  };
  const state = [
    ...e[current],
    ...pooled("ancestors", [Relation.ancestor, Relation.parent]),
    ...pooled("descendants", [Relation.descendant, Relation.child]),
    ...pooled("parallel", [Relation.parallel]),
  ];
  return apply("devices", 1, relu(apply("head", 2, state)));
}
