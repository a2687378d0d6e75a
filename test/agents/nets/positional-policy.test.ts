import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { devicePooling } from "../../../agents/nets/device-pooling.ts";
import { createPositionalNetwork, type Visit } from "../../../agents/nets/positional-policy.ts";
import { createWeights } from "../../../agents/nets/weights.ts";
import { loadTf } from "../../../agents/tensors/tf.ts";
import type { Tf } from "../../../agents/tensors/types.ts";
import { createRng } from "../../../env/model/rng.ts";
import { testBackend } from "../tensors/test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

const GROUPS = 5;
const DEVICES = 3;
const edges = { from: Int32Array.of(0, 0, 1, 2), to: Int32Array.of(1, 2, 3, 3) };
const COLUMNS = 2;

function randomPolicy(speeds: Float32Array) {
  const rng = createRng("policy");
  const weights = createWeights(tf);
  const network = createPositionalNetwork(tf, weights, { columns: COLUMNS, width: 3, rounds: 2 }, rng);
  // The score starts at zero, where every law would hold.
  for (const variable of weights.list)
    variable.assign(
      tf.tensor(
        Float32Array.from({ length: variable.size }, () => rng.normal()),
        variable.shape,
      ),
    );
  return network.on({ groups: GROUPS, edges, devices: DEVICES, speeds });
}

const visitOf = (placement: readonly number[], current: number): Visit => {
  const features = new Float32Array(GROUPS * COLUMNS);
  placement.forEach((_, g) => {
    features.set([g / GROUPS, g === current ? 1 : 0], g * COLUMNS);
  });
  return { features, current, placement: Int32Array.from(placement) };
};

const placements = fc.array(fc.nat(DEVICES - 1), { minLength: GROUPS, maxLength: GROUPS });
const relabelled = fc.shuffledSubarray([0, 1, 2], { minLength: DEVICES });

test("relabelling devices of one speed relabels the scores", () => {
  const policy = randomPolicy(new Float32Array(GROUPS * DEVICES).fill(1));
  const scores = (visit: Visit) => [...policy.logits([visit]).dataSync()];
  fc.assert(
    fc.property(placements, fc.nat(GROUPS - 1), relabelled, (placement, current, label) => {
      const plain = scores(visitOf(placement, current));
      const moved = placement.map((device) => label[device]);
      const renamed = scores(visitOf(moved, current));
      plain.forEach((score, device) => {
        const difference = Math.abs(renamed[label[device]] - score);
        expect(difference).toBeLessThanOrEqual(1e-3 * (1 + Math.abs(score)));
      });
    }),
    { numRuns: 40 },
  );
});

test("a device's speed and what lies on it tell it from the others", () => {
  const onOneDevice = visitOf([1, 1, 1, 1, 1], 1);
  const even = randomPolicy(new Float32Array(GROUPS * DEVICES).fill(1))
    .logits([onOneDevice])
    .dataSync();
  expect(even[0]).toBeCloseTo(even[2], 2);
  expect(Math.abs(even[1] - even[0])).toBeGreaterThan(0.1);
  const speeds = Float32Array.from({ length: GROUPS * DEVICES }, (_, i) => (i % DEVICES === 0 ? 0.1 : 1));
  const uneven = randomPolicy(speeds).logits([onOneDevice]).dataSync();
  expect(Math.abs(uneven[0] - uneven[2])).toBeGreaterThan(0.1);
});

test("pooling gives each device its share of every relation", () => {
  const states = [{ current: 3, placement: Int32Array.of(0, 1, 0, 2, 2) }];
  const vectors = tf.tensor2d([[8], [2], [4], [100], [5]]);
  const pooling = devicePooling(tf, GROUPS, edges, DEVICES);
  // Columns: ancestors, descendants, parallel groups, parents, children; the parents are groups 1
  // and 2.
  expect(pooling.pool(vectors, states).arraySync()).toEqual([
    [8, 0, 0, 2, 0],
    [0, 0, 0, 1, 0],
    [0, 0, 5, 0, 0],
  ]);
  expect(pooling.itself(vectors, states).arraySync()).toEqual([[100], [100], [100]]);
});

test("the numbers of a rollout are the logits that are differentiated", () => {
  const policy = randomPolicy(Float32Array.from({ length: GROUPS * DEVICES }, (_, i) => 1 / (1 + (i % 4))));
  policy.observe([visitOf([0, 1, 2, 0, 1], 2), visitOf([2, 1, 0, 0, 0], 1)]);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(placements, fc.nat(GROUPS - 1)), { minLength: 1, maxLength: 4 }),
      (drawn) => {
        const visits = drawn.map(([placement, current]) => visitOf(placement, current));
        expect([...policy.numbers(visits)]).toEqual([...policy.logits(visits).dataSync()]);
      },
    ),
    { numRuns: 40 },
  );
});
