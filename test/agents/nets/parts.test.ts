import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { argmaxRows, maskBias, sampleRows } from "../../../agents/nets/categorical.ts";
import { Relation, relations } from "../../../agents/nets/relations.ts";
import { runningNorm } from "../../../agents/nets/running-norm.ts";
import { createWeights } from "../../../agents/nets/weights.ts";
import { loadTf } from "../../../agents/tensors/tf.ts";
import type { Tf } from "../../../agents/tensors/types.ts";
import { createRng } from "../../../env/model/rng.ts";
import { testBackend } from "../tensors/test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

describe("sampleRows", () => {
  test("draws columns as often as their probabilities say", () => {
    const rows = 20_000;
    const probabilities = Float32Array.from({ length: 3 * rows }, (_, i) => [0.2, 0, 0.8][i % 3]);
    const counts = [0, 0, 0];
    for (const column of sampleRows(probabilities, 3, createRng("draws"))) counts[column]++;
    expect(counts[1]).toBe(0);
    expect(counts[0] / rows).toBeCloseTo(0.2, 1);
  });

  test("never draws an illegal device, whatever the logits and the mask", () => {
    const cases = fc.array(fc.tuple(fc.float({ min: -50, max: 50, noNaN: true }), fc.boolean()), {
      minLength: 2,
      maxLength: 9,
    });
    fc.assert(
      fc.property(cases, fc.integer(), (devices, seed) => {
        const legal = devices.map(([, allowed]) => (allowed ? 1 : 0));
        fc.pre(legal.includes(1));
        const logits = tf.add(tf.tensor1d(devices.map(([logit]) => logit)), tf.tensor1d(maskBias(legal)));
        const probabilities = tf.softmax(logits).dataSync() as Float32Array;
        expect(legal[sampleRows(probabilities, legal.length, createRng(seed))[0]]).toBe(1);
        expect(legal[argmaxRows(logits.dataSync() as Float32Array, legal.length)[0]]).toBe(1);
      }),
      { numRuns: 50 },
    );
  });
});

test("relations follow the paths, direct neighbours apart, and groups of a cycle are parallel", () => {
  const edges = { from: Int32Array.of(0, 1, 2, 3, 3), to: Int32Array.of(1, 2, 3, 1, 4) };
  const relation = relations(6, edges);
  const to = (v: number) => [...relation.subarray(v * 6, v * 6 + 6)];
  const { itself, ancestor, descendant, parallel, parent, child } = Relation;
  expect(to(0)).toEqual([itself, child, descendant, descendant, descendant, parallel]);
  expect(to(4)).toEqual([ancestor, ancestor, ancestor, parent, itself, parallel]);
  const fourCycle = { from: Int32Array.of(0, 1, 2, 3), to: Int32Array.of(1, 2, 3, 0) };
  expect([...relations(4, fourCycle).subarray(0, 4)]).toEqual([itself, child, parallel, parent]);
});

test("runningNorm gives the columns of what it has seen mean 0 and spread 1", () => {
  const norm = runningNorm(tf, createWeights(tf), "norm", 2, 0.9);
  const rows = tf.tensor2d([
    [100, 1],
    [102, 3],
  ]);
  norm.observe(rows);
  const normal = norm.apply(rows).arraySync();
  expect(normal.flat().map(Math.round)).toEqual([-1, -1, 1, 1]);
});
