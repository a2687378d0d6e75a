import { expect, test } from "vitest";
import type { OpIteration } from "../../../../env/model/graph/iteration.ts";
import { importFile } from "../../../../scenarios/index.ts";

const read = (body: string) => {
  const text = `HloModule m\n\nENTRY %e () -> f32[] {\n${body}\n}\n`;
  const { graph } = importFile(text, "dump.hlo").scenario;
  return (name: string): OpIteration | null => graph.iterations?.[graph.names.indexOf(name)] ?? null;
};

test("a product has batch, free and summed axes, where both sides have them", () => {
  const at = read(`
  %a = f32[2,3,4] parameter(0)
  %b = f32[5,4,2] parameter(1)
  ROOT %y = f32[2,3,5] dot(%a, %b), lhs_batch_dims={0}, rhs_batch_dims={2}, lhs_contracting_dims={2}, rhs_contracting_dims={1}`);
  expect(at("y")).toEqual({
    dimensions: [
      { name: "batch_0", kind: "batch", size: 2 },
      { name: "feature_1", kind: "feature", size: 3 },
      { name: "contraction_2", kind: "contraction", size: 4 },
      { name: "feature_3", kind: "feature", size: 5 },
    ],
    inputs: [
      { shape: [2, 3, 4], along: [0, 1, 2] },
      { shape: [5, 4, 2], along: [3, 2, 0] },
    ],
    parameters: [],
    outputs: [{ shape: [2, 3, 5], along: [0, 1, 3] }],
    sums: [2],
    linearIn: [0],
  });
});

test("parts of a product along each axis make the whole", () => {
  const at = read(`
  %a = f32[2,3,4] parameter(0)
  %b = f32[5,4,2] parameter(1)
  ROOT %y = f32[2,3,5] dot(%a, %b), lhs_batch_dims={0}, rhs_batch_dims={2}, lhs_contracting_dims={2}, rhs_contracting_dims={1}`);
  const { dimensions, inputs, outputs, sums } = at("y")!;
  const [a, b] = [
    (i: number[]) => 1 + ((5 * i[0] + 3 * i[1] + i[2]) % 7),
    (i: number[]) => 1 + ((i[0] + 2 * i[1] + 4 * i[2]) % 5),
  ];
  /** Y[n, i, j] with terms inside the ranges of the tensors' axes. */
  const product = (d: number, from: number, to: number) => {
    const inside = (along: readonly number[], index: number[]) =>
      index.every((i, axis) => along[axis] !== d || (i >= from && i < to));
    const y: number[] = [];
    for (let n = 0; n < 2; n++)
      for (let i = 0; i < 3; i++)
        for (let j = 0; j < 5; j++) {
          let sum = 0;
          for (let k = 0; k < 4; k++)
            if (inside(inputs[0].along, [n, i, k]) && inside(inputs[1].along, [j, k, n]))
              sum += a([n, i, k]) * b([j, k, n]);
          y.push(inside(outputs[0].along, [n, i, j]) || sums.includes(d) ? sum : 0);
        }
    return y;
  };
  const whole = product(-2, 0, 0);
  expect(Math.min(...whole)).toBeGreaterThan(0);
  dimensions.forEach(({ size }, d) => {
    const [left, right] = [product(d, 0, 1), product(d, 1, size)];
    expect(left.map((value, i) => value + right[i])).toEqual(whole);
  });
});

test("element-wise instructions, transposes and broadcasts keep axes", () => {
  const at = read(`
  %c = f32[] constant(2)
  %a = f32[2,3] parameter(0)
  %w = f32[2,3] broadcast(%c), dimensions={}
  %r = f32[3] constant({1,2,3})
  %v = f32[2,3] broadcast(%r), dimensions={1}
  %s = f32[2,3] add(%a, %w)
  %m = f32[2,3] multiply(%s, %v)
  %l = f32[2,3] clamp(%c, %m, %c)
  ROOT %t = f32[3,2] transpose(%l), dimensions={1,0}`);
  expect(at("v")!.inputs).toEqual([{ shape: [3], along: [1] }]);
  expect(at("t")!.inputs).toEqual([{ shape: [2, 3], along: [1, 0] }]);
  expect([at("s")!.linearIn, at("m")!.linearIn, at("l")!.linearIn]).toEqual([[0, 1], [0], []]);
  expect(at("l")!.inputs.map(({ along }) => along)).toEqual([[], [0, 1], []]);
  expect(at("r")!.parameters).toEqual([{ shape: [3], along: [0] }]);
});

test("sizes that do not fit each other, or are open, give no dimensions and no mistake", () => {
  const at = read(`
  %a = f32[2,3] parameter(0)
  %b = f32[4,5] parameter(1)
  %y = f32[2,5] dot(%a, %b), lhs_contracting_dims={1}, rhs_contracting_dims={0}
  %z = f32[2,3] dot(%a, %a), lhs_contracting_dims={1,1}, rhs_contracting_dims={0,0}
  %o = f32[?,3] parameter(2)
  %n = f32[?,3] negate(%o)
  %c = f32[9] bitcast(%b)
  %d = f32[9] negate(%c)
  %t = f32[2,2] transpose(%a), dimensions={0,0}
  ROOT %u = (f32[2,3]) tuple(%a)`);
  expect(["y", "z", "n", "d", "t"].map(at)).toEqual([null, null, null, null, null]);
});
