import { readFileSync } from "node:fs";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { sealedAgain } from "../../../../.ci/build-kernels.js";
import {
  fusedModule,
  instance,
  plainModule,
  type TensorKernel,
} from "../../../../agents/tensors/kernel/kernel.ts";
import {
  factor,
  matrix,
  product,
  transposedFactor,
  transposedProduct,
} from "../../../../agents/tensors/kernel/product.ts";
import { compute, computeNumbers } from "../../../../agents/tensors/kernel/workspace.ts";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import type { Tf } from "../../../../agents/tensors/types.ts";
import { createRng, type Rng, restoreRng } from "../../../../env/model/rng.ts";
import { wasm } from "../../../../env/sim/engine/kernel/webassembly.ts";
import { drawn } from "../../../law-runs.ts";
import { testBackend } from "../test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

test.each(["tensors", "fused-tensors"] as const)(
  "the built %s bears the seal of its source, and another binary or source would not",
  async (name) => {
    const file = new URL(`../../../../agents/tensors/kernel/${name}-wasm.ts`, import.meta.url);
    const built = readFileSync(file, "utf8");
    expect(await sealedAgain(name, built)).toBe(built);
    const flipped = built.replace('"AGFz', '"AGFy');
    expect(flipped).not.toBe(built);
    expect(await sealedAgain(name, flipped)).not.toBe(flipped);
  },
);

describe.skipIf(fusedModule() === null)("with and without fused multiply-add", () => {
  const onBoth = (run: (kernel: TensorKernel, memory: ArrayBuffer) => void): Uint32Array[] =>
    [fusedModule()!, plainModule()].map((module) => {
      const memory = new wasm.Memory({ initial: 4 });
      run(instance(module, memory), memory.buffer);
      return new Uint32Array(memory.buffer);
    });

  test("any three numbers give the same bits", () => {
    const count = 8_000;
    const rng = createRng("bits");
    const special = [
      0, 0x80000000, 1, 0x007fffff, 0x00800000, 0x7f7fffff, 0x7f800000, 0x3f800000, 0xbf800001,
    ];
    // Every third sum nearly cancels, which is where one rounding and two differ most.
    const fill = (memory: ArrayBuffer, draw: Rng) => {
      const [bits, values] = [new Uint32Array(memory), new Float32Array(memory)];
      for (let i = 0; i < 3 * count; i++)
        bits[i] = draw.int(8) === 0 ? special[draw.int(special.length)] : draw.int(2 ** 31) * 2 + draw.int(2);
      for (let i = 0; i < count; i += 3) values[2 * count + i] = -values[i] * values[count + i];
    };
    const seed = rng.state();
    const [fused, plain] = onBoth((kernel, memory) => {
      fill(memory, restoreRng(seed));
      kernel.fmaAll(0, 4 * count, 8 * count, 12 * count, count);
    });
    const isNumber = (bits: number) => (bits & 0x7fffffff) <= 0x7f800000;
    for (let i = 3 * count; i < 4 * count; i++)
      if (isNumber(fused[i]) || isNumber(plain[i])) expect(plain[i]).toBe(fused[i]);
  });

  test("products give the same bits", () => {
    const [rows, inner, columns] = [7, 70, 43];
    const [fused, plain] = onBoth((kernel, memory) => {
      new Float32Array(memory).set(random("factors", rows * inner + inner * 48));
      const right = 4 * rows * inner;
      const result = right + 4 * inner * 48;
      kernel.multiply(0, inner, 1, right, 8 * inner, 8, result, columns, rows, inner, columns, 0, 0);
    });
    expect(plain).toEqual(fused);
  });
});

const sizes = fc.tuple(
  fc.integer({ min: 1, max: 9 }),
  fc.integer({ min: 1, max: 300 }),
  fc.integer({ min: 1, max: 75 }),
);

function random(seed: string, length: number): Float32Array {
  const rng = createRng(seed);
  return Float32Array.from({ length }, () => rng.normal());
}

/** The obvious product of [rows x inner] and [inner x columns], in double precision. */
function slowProduct(
  a: Float32Array,
  b: Float32Array,
  [rows, inner, columns]: readonly number[],
): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      for (let k = 0; k < inner; k++) result[i * columns + j] += a[i * inner + k] * b[k * columns + j];
  return result;
}

function transposed(a: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from({ length: a.length }, (_, i) => a[(i % rows) * columns + Math.floor(i / rows)]);
}

function expectNear(actual: Float32Array, wanted: Float64Array): void {
  expect(actual.length).toBe(wanted.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value - wanted[i])).toBeLessThan(1e-4 * Math.max(1, Math.abs(wanted[i])));
  });
}

describe("products", () => {
  test("plain, of a transposed right and of a transposed left matrix equal the obvious loop", () => {
    fc.assert(
      fc.property(sizes, ([rows, inner, columns]) => {
        const a = random("left", rows * inner);
        const b = random("right", inner * columns);
        const wanted = slowProduct(a, b, [rows, inner, columns]);
        const results = computeNumbers(tf, (workspace) => {
          const left = matrix(workspace.copy(a), rows, inner);
          const right = matrix(workspace.copy(b), inner, columns);
          const turnedLeft = matrix(workspace.copy(transposed(a, rows, inner)), inner, rows);
          const turnedRight = matrix(workspace.copy(transposed(b, inner, columns)), columns, inner);
          const to = () => matrix(workspace.scratch(rows * columns), rows, columns);
          const [plain, ofRight, ofLeft] = [to(), to(), to()];
          product(workspace, left, factor(workspace, right), plain);
          product(workspace, left, transposedFactor(workspace, turnedRight), ofRight);
          transposedProduct(workspace, turnedLeft, factor(workspace, right), ofLeft);
          return [plain, ofRight, ofLeft].map(({ address }) => workspace.floats(address, rows * columns));
        });
        for (const result of results) expectNear(result, wanted);
      }),
      { numRuns: drawn(40) },
    );
  });

  test("add a bias, add to what is there, and cut at zero", () => {
    const [rows, inner, columns] = [5, 3, 6];
    const [a, b, bias, before] = ["a", "b", "bias", "before"].map((seed, i) =>
      random(seed, [rows * inner, inner * columns, columns, rows * columns][i]),
    );
    const wanted = slowProduct(a, b, [rows, inner, columns]).map((x, i) =>
      Math.max(0, x + bias[i % columns] + before[i]),
    );
    const result = computeNumbers(tf, (workspace) => {
      const to = matrix(workspace.copy(before), rows, columns);
      const right = factor(workspace, matrix(workspace.copy(b), inner, columns));
      const options = { bias: workspace.copy(bias), add: true, relu: true };
      product(workspace, matrix(workspace.copy(a), rows, inner), right, to, options);
      return workspace.floats(to.address, rows * columns);
    });
    expectNear(result, wanted);
  });
});

test.each([2, 7, 10])("%s rows of 16 times 16 x 16 equal the obvious loop, cut at zero or not", (rows) => {
  const [a, b, bias] = [random("a", rows * 16), random("b", 256), random("bias", 16)];
  const wanted = slowProduct(a, b, [rows, 16, 16]).map((x, i) => x + bias[i % 16]);
  const [plain, cut] = computeNumbers(tf, (workspace) => {
    const left = matrix(workspace.copy(a), rows, 16);
    const right = factor(workspace, matrix(workspace.copy(b), 16, 16));
    const offset = workspace.copy(bias);
    return [false, true].map((relu) => {
      const to = matrix(workspace.scratch(rows * 16), rows, 16);
      product(workspace, left, right, to, { bias: offset, relu });
      return workspace.floats(to.address, rows * 16);
    });
  });
  expectNear(plain, wanted);
  expectNear(
    cut,
    wanted.map((x) => Math.max(0, x)),
  );
});

test.each([16, 21, 64])(
  "sums over none to five neighbours of %s columns have the bits of the obvious loop",
  (width) => {
    const [rows, nodes] = [6, 7];
    const rng = createRng("neighbours");
    const start = Int32Array.of(0, 0, 1, 3, 6, 10, 15);
    const from = Int32Array.from({ length: 15 }, () => rng.int(nodes));
    const [x, weight, extra] = [
      random("x", nodes * width),
      random("weight", 15),
      random("extra", rows * width),
    ];
    const obvious = (before: (i: number) => number) =>
      Float32Array.from({ length: rows * width }, (_, i) => {
        const row = Math.floor(i / width);
        let sum = before(i);
        for (let e = start[row]; e < start[row + 1]; e++)
          sum = Math.fround(sum + Math.fround(weight[e] * x[from[e] * width + (i % width)]));
        return sum;
      });
    const [plain, more] = computeNumbers(tf, (workspace) =>
      [0, workspace.copy(extra)].map((before) => {
        const to = workspace.scratch(rows * width);
        const edges = [start, from, weight].map((list) => workspace.copy(list)) as [number, number, number];
        workspace.kernel.neighbourSums(workspace.copy(x), width, ...edges, 0, rows, before, to);
        return workspace.floats(to, rows * width);
      }),
    );
    expect(plain).toEqual(obvious(() => 0));
    expect(more).toEqual(obvious((i) => extra[i]));
  },
);

test("exponentials and tanh are right from one end of single precision to the other", () => {
  const x = Float32Array.from({ length: 401 }, (_, i) => (i - 200) / 10);
  const [powers, squashed] = computeNumbers(tf, (workspace) => {
    const [from, power, tanh] = [workspace.copy(x), workspace.scratch(401), workspace.scratch(401)];
    workspace.kernel.exponentials(from, power, 401);
    workspace.kernel.tanhAll(from, tanh, 401);
    return [workspace.floats(power, 401), workspace.floats(tanh, 401)];
  });
  x.forEach((value, i) => {
    expect(Math.abs(powers[i] / Math.exp(2 * value) - 1)).toBeLessThan(1e-5);
    expect(Math.abs(squashed[i] - Math.tanh(value))).toBeLessThan(1e-6);
  });
});

test("rows of a softmax give an illegal choice nothing", () => {
  const logits = Float32Array.of(1, -1e9, 2, 0, -1, 3, -1e9, -1e9, -1e9, 5);
  const rows = computeNumbers(tf, (workspace) => {
    const address = workspace.copy(logits);
    workspace.kernel.softmaxRows(address, 2, 5, address);
    return workspace.floats(address, 10);
  });
  expect([...rows].filter((_, i) => logits[i] === -1e9)).toEqual([0, 0, 0, 0]);
  for (const start of [0, 5]) {
    const row = logits.subarray(start, start + 5);
    const sum = row.reduce((total, logit) => total + Math.exp(logit), 0);
    row.forEach((logit, i) => {
      expect(rows[start + i]).toBeCloseTo(Math.exp(logit) / sum, 5);
    });
  }
});

test("an operation that fails leaves neither tensors nor memory behind", () => {
  const before = tf.memory().numTensors;
  const fail = () =>
    compute(tf, (workspace) => {
      workspace.result([1000]);
      workspace.scratch(1000);
      throw new Error("stop");
    });
  expect(fail).toThrow("stop");
  expect(tf.memory().numTensors).toBe(before);
});
