/** HLO text: work against counts by hand, names, calls, and one sentence for each mistake. */
import { describe, expect, test } from "vitest";
import { CONTROL, InputError, Role } from "../../../env/index.ts";
import { importFile } from "../../../scenarios/index.ts";
import { convolutionModule, hloSamples } from "./samples/hlo.ts";

const read = (text: string, options: Record<string, string> = {}) =>
  importFile(text, "dump.hlo", new Map(Object.entries(options)));
const module = (body: string, before = "") =>
  `HloModule m\n\n${before}\nENTRY %e () -> f32[] {\n${body}\n}\n`;
const refusal = (text: string, options: Record<string, string> = {}): string => {
  try {
    read(text, { format: "hlo", ...options });
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error("it was accepted");
};

describe("HLO text", () => {
  const { scenario, report } = read(convolutionModule);
  const { graph } = scenario;
  const at = (name: string) => graph.names.indexOf(name);

  test("counts work from shapes, as one does by hand", () => {
    // 2 x output 8*16*16*4 x window 3*3 x 3 input features
    expect(graph.flops[at("conv")]).toBe(2 * 8 * 16 * 16 * 4 * 27);
    // an addition and a maximum for each element
    expect(graph.flops[at("fusion.1")]).toBe(2 * 8 * 16 * 16 * 4);
    expect(graph.flops[at("pooled")]).toBe(8 * 16 * 16 * 4);
    expect(graph.flops[at("dot.1")]).toBe(2 * 8 * 10 * 4);
    // 12 times: a product of 8x10 by 10x10, one addition and one comparison of the counter
    expect(graph.flops[at("while.1")]).toBe(12 * (2 * 8 * 10 * 10 + 1 + 1));
  });

  test("gives products and convolutions, alone or in a loop, the types that devices know", () => {
    expect(["conv", "dot.1", "while.1", "fusion.1"].map((name) => graph.types[at(name)])).toEqual([
      "Conv2D",
      "MatMul",
      "MatMul",
      "fusion",
    ]);
  });

  test("resolves tuples to the outputs they name, and keeps control edges", () => {
    expect(graph.names.some((name) => /tuple|out|result/.test(name))).toBe(false);
    const inputs = (name: string) =>
      Array.from({ length: graph.inStart[at(name) + 1] - graph.inStart[at(name)] }, (_, i) => {
        const e = graph.inStart[at(name)] + i;
        return `${graph.names[graph.edgeSource[e]]}${graph.edgeOutput[e] === CONTROL ? "^" : ""}`;
      });
    expect(inputs("while.1")).toEqual(["start", "dot.1"]);
    expect(inputs("dot.1")).toEqual(["pooled", "head", "init^"]);
    expect(report.dropped[0]).toMatch(/^4 tuple, element or bitcast instructions/);
  });

  test("takes constants for weights, and the parameters that the option numbers", () => {
    expect(graph.parameterBytes[at("head")]).toBe(4 * 10 * 4);
    expect(graph.parameterBytes[at("k")]).toBe(0);
    const weighted = read(convolutionModule, { weights: "1" }).scenario.graph;
    expect(weighted.parameterBytes[at("k")]).toBe(3 * 3 * 3 * 4 * 4);
    expect(weighted.parameterBytes[at("x.1")]).toBe(0);
  });

  test("tells the backward pass by names, and bytes by operands and outputs", () => {
    expect(graph.role[at("conv")]).toBe(Role.backward);
    expect(graph.bytesTouched[at("dot.1")]).toBe(4 * (8 * 4 + 4 * 10 + 8 * 10));
    expect(graph.bytesTouched[at("x.1")]).toBe(0);
  });

  test("puts calls in place, counts cuBLAS products and computes at the products' precision", () => {
    const { scenario: older, report: told } = read(String(hloSamples[1].content));
    expect(older.graph.names).toEqual(["x", "w", "call.1/dot.11", "call.2/dot.11", "gemm", "sum"]);
    expect(older.graph.flops[4]).toBe(2 * 4 * 8 * 8);
    expect(older.graph.dtype).toBe("float16");
    expect(told.assumed.join(" ")).toContain("1 collective only touch their bytes");
  });

  test("says what it takes for loops without a trip count", () => {
    const text = convolutionModule.replace(/, backend_config=\{"known[^\n]*/, "");
    const once = read(text);
    expect(once.report.assumed.join(" ")).toContain("1 loop without a known trip count run 1 time; trips=N");
    const flops = (imported: typeof once) =>
      imported.scenario.graph.flops[imported.scenario.graph.names.indexOf("while.1")];
    expect(flops(read(text, { trips: "7" }))).toBe(7 * flops(once));
  });

  test("counts transposed and grouped convolutions by what they multiply", () => {
    const { graph: one } = read(
      module(`  %x = f32[1,4,4,8] parameter(0)
  %k = f32[3,3,8,2] parameter(1)
  %up = f32[1,8,8,2] convolution(%x, %k), window={size=3x3 pad=1_2x1_2 lhs_dilate=2x2}, dim_labels=b01f_01io->b01f
  %d = f32[3,3,1,2] parameter(2)
  ROOT %deep = f32[1,8,8,2] convolution(%up, %d), window={size=3x3 pad=1_1x1_1}, dim_labels=b01f_01io->b01f, feature_group_count=2`),
    ).scenario;
    expect(one.flops[2]).toBe((2 * 8 * 8 * 2 * 9 * 8) / 4);
    expect(one.flops[4]).toBe(2 * 8 * 8 * 2 * 9);
  });

  test.each([
    ["text", /line 1: expected a computation such as .*, found "text"/],
    ["HloModule m", /the module has no computation\.$/],
    ["HloModule m\n%c (x: f32[]) -> f32[] {\n", /the file ends within the computation "c"\.$/],
    ["HloModule m\n%c (x: f32[]) -> f32[] {\n}\n", /the computation "c" has no instructions\.$/],
    ["HloModule m\nnonsense", /line 2: expected a computation/],
    ["HloModule m\nENTRY %e {\n%a = f32[2] constant({1,", /line 3: the bracket "\{1," has no end\.$/],
    [module("%a = f32[2 add(%b)"), /line 5: "f32\[2 add\(%b\)" is no shape/],
    [module("%a = f32[x] add(%b)"), /has the size "x", expected a whole number\.$/],
    [module("%a = f32[2]"), /the instruction "a" has no opcode\.$/],
    [module("%a = f32[2] add(%b"), /the operands of "a" have no end\.$/],
    [module("%a = f32[2] negate(%b)"), /uses "b", which is not defined before it in "e"\.$/],
    [module("%a = f32[2] parameter(0)\n%a = f32[2] parameter(1)"), /"a" is defined twice in "e"\.$/],
    [
      module("%a = f32[2] parameter(0)\n%b = f32[2] fusion(%a), kind=kLoop, calls=%f"),
      /uses the computation "f", which is not defined\.$/,
    ],
    [
      module("%a = f32[2] parameter(0)\n%b = f32[2] dot(%a, %a), lhs_contracting_dims={3}"),
      /contracts dimension 3 of a tensor of 1 dimensions/,
    ],
    [
      module("%a = f32[2] parameter(0)\n%b = f32[2] get-tuple-element(%a), index=0"),
      /takes element 0 of what has none such/,
    ],
    [module("%a = f32[9] parameter(0)\n%b = f32[9] convolution(%a, %a)"), /"b" has no dim_labels/],
    [module("%a = f32[999999999999999,999999999999999] parameter(0)"), /more than 2\^53/],
  ])("%j is one sentence", (text, sentence) => expect(refusal(text)).toMatch(sentence));

  test("refuses weights that are no numbers", () => {
    expect(refusal(convolutionModule, { weights: "some" })).toMatch(
      /option "weights" is "some", expected all, none or numbers/,
    );
  });

  test("does not unroll calls or tuples without end", () => {
    let calls = "%c0 (x: f32[]) -> f32[] {\n%x = f32[] parameter(0)\nROOT %n = f32[] negate(%x)\n}\n";
    for (let i = 1; i < 40; i++)
      calls += `%c${i} (x: f32[]) -> f32[] {\n%x = f32[] parameter(0)\n%a = f32[] call(%x), to_apply=%c${i - 1}\nROOT %b = f32[] call(%a), to_apply=%c${i - 1}\n}\n`;
    expect(
      refusal(module("%p = f32[] parameter(0)\nROOT %r = f32[] call(%p), to_apply=%c39", calls)),
    ).toMatch(/unroll to more than/);
    const tuples = Array.from({ length: 40 }, (_, i) => `%t${i + 1} = (f32[]) tuple(%t${i}, %t${i})`).join(
      "\n",
    );
    expect(refusal(module(`%t0 = f32[] parameter(0)\n${tuples}\n%c = f32[] custom-call(%t40)`))).toMatch(
      /has more than 100000 parts/,
    );
  });
});
