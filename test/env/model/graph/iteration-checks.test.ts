import { describe, expect, test } from "vitest";
import { graphBuilder, type OpSpec } from "../../../../env/model/graph/builder.ts";
import { opSpecOf } from "../../../../env/model/graph/graphology.ts";
import type { OpIteration } from "../../../../env/model/graph/iteration.ts";

/** Rows [4, 3] against weights [3, 2]. */
const product: OpIteration = {
  dimensions: [
    { name: "batch", kind: "batch", size: 4 },
    { name: "feature", kind: "feature", size: 2 },
    { name: "contraction", kind: "contraction", size: 3 },
  ],
  inputs: [{ shape: [4, 3], along: [0, 2] }],
  parameters: [{ shape: [3, 2], along: [2, 1] }],
  outputs: [{ shape: [4, 2], along: [0, 1] }],
  sums: [2],
  linearIn: [0],
};
const source: OpIteration = {
  dimensions: [{ name: "batch", kind: "batch", size: 4 }],
  inputs: [],
  parameters: [],
  outputs: [{ shape: [2, 2, 3], along: [-1, -1, -1] }],
  sums: [],
  linearIn: [],
};

const built = (iteration: OpIteration | undefined, spec: Partial<OpSpec> = {}, from?: OpIteration) =>
  graphBuilder()
    .op({ name: "x", outputs: [48], ...(from && { iteration: from }) })
    .op({ name: "y", outputs: [32], parameterBytes: 24, ...spec, iteration })
    .edge({ from: "x", to: "y" })
    .build();

describe("dimensions of ops", () => {
  test("are kept, and null where an op declares none", () => {
    expect(built(product).iterations).toEqual([null, product]);
    expect(built(undefined).iterations).toBeNull();
    expect(opSpecOf(built(product), 1).iteration).toEqual(product);
    expect(opSpecOf(built(product), 0).iteration).toBeUndefined();
  });
});

describe("a sentence says", () => {
  const refused = (change: Partial<OpIteration>, sentence: string, spec?: Partial<OpSpec>) =>
    expect(() => built({ ...product, ...change }, spec)).toThrow(sentence);
  const [batch, feature, contraction] = product.dimensions;

  test("which dimension is wrong", () => {
    refused({ dimensions: [batch, batch, contraction] }, 'Op "y": the dimension "batch" is declared twice.');
    refused(
      { dimensions: [{ ...batch, size: 0 }, feature, contraction] },
      "is 0, expected a whole number of at least 1.",
    );
    refused({ dimensions: [{ ...batch, name: "" }, feature, contraction] }, "expected a non-empty string.");
    refused(
      { dimensions: [{ ...batch, kind: "rows" as "batch" }, feature, contraction] },
      'is of kind "rows", expected batch,',
    );
    refused(
      { dimensions: [{ ...batch, halo: 1 }, feature, contraction] },
      "of kind batch has a halo, expected spatial.",
    );
    refused(
      { dimensions: [...product.dimensions, { name: "head", kind: "head", size: 2 }] },
      'no axis of a tensor runs along the dimension "head".',
    );
  });

  test("which axis does not lie along its dimension", () => {
    refused(
      { inputs: [{ shape: [4, 3], along: [0] }] },
      "inputs[0] has the shape [4,3] along [0], expected one dimension for each axis.",
    );
    refused(
      { inputs: [{ shape: [4, 3], along: [0, 7] }] },
      "inputs[0], axis 1 runs along the dimension number 7, but the op has 3.",
    );
    refused(
      { inputs: [{ shape: [4, 4], along: [0, 0] }] },
      'inputs[0] has two axes along the dimension "batch", expected one.',
    );
    refused(
      { inputs: [{ shape: [6, 2], along: [0, -1] }] },
      'inputs[0], axis 0 has size 6, expected a multiple of the dimension "batch" of size 4.',
    );
  });

  test("which number names nothing", () => {
    refused({ sums: [3] }, 'Op "y": sums has 3, but the op has 3 dimensions.');
    refused({ linearIn: [1] }, 'Op "y": linearIn has 1, but the op has 1 inputs.');
    refused({ sums: [2, 2] }, "expected no number twice.");
    const spatial = { name: "height", kind: "spatial" as const, size: 4, halo: 1, haloInputs: [3] };
    refused(
      { dimensions: [spatial, feature, contraction] },
      'haloInputs of "height" has 3, but the op has 1 inputs.',
    );
  });

  test("where bytes and shapes disagree", () => {
    refused({ outputs: [] }, 'Op "y" has dimensions of 0 outputs, but declares 1.');
    refused({}, "outputs[0] has 129 bytes, more than 16 for each of the 8 elements of its shape.", {
      outputs: [129],
    });
    refused({}, "parameterBytes has 97 bytes, more than 16 for each of the 6 elements", {
      parameterBytes: 97,
    });
    refused({ inputs: [], linearIn: [] }, 'Op "y" has dimensions of 0 inputs, but 1 data edges.');
  });

  test("where an op reads another number of elements than its producer makes", () => {
    const { dimensions: _, ...rest } = source;
    const fits = { ...rest, dimensions: [] };
    expect(built(product, {}, fits).iterations).toEqual([fits, product]);
    const other = { ...fits, outputs: [{ shape: [5, 3], along: [-1, -1] }] };
    expect(() => built(product, {}, other)).toThrow(
      'Op "y": inputs[0] has the shape [4,3], but "x" makes [5,3], another number of elements.',
    );
  });
});
