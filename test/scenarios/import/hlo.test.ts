/** HLO text: work against counts by hand, names, calls, and one sentence for each mistake. */
import { describe, expect, test } from "vitest";
import { CONTROL, InputError, Role } from "../../../env/index.ts";
import { importers, importFile } from "../../../scenarios/index.ts";
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

/** `f32[8,16]` times `f32[16,4]`: 1,024 FLOP. */
const product = `  a = f32[8,16]{1,0} parameter(0)
  b = f32[16,4]{1,0} parameter(1)
  ROOT c = f32[8,4]{1,0} dot(a, b), lhs_contracting_dims={1}, rhs_contracting_dims={0}
`;
const flopsOf = (text: string | Uint8Array, options: Record<string, string> = {}) =>
  importFile(text, "dump.hlo", new Map(Object.entries(options))).scenario.graph.flops.reduce(
    (sum, own) => sum + own,
    0,
  );

describe("HLO by tokens", () => {
  test.each([
    [
      "an instruction over several lines",
      `HloModule m\nENTRY e {\n${product.replaceAll(", ", ",\n      ")}}\n`,
    ],
    [
      "each token on a line",
      `HloModule\nm\nENTRY\ne\n{\n${product.replace(/ +|(?=[(),])/g, "\n").replace(/(\d)\n,/g, "$1,")}\n}`,
    ],
    [
      "a header over several lines",
      `HloModule m,\n  is_scheduled=true,\n  entry_computation_layout={(f32[8,16]{1,0},\n f32[16,4])->f32[8,4]}\nENTRY\ne\n(a: f32[8,16],\n b: f32[16,4]) ->\n f32[8,4] {\n${product}}\n`,
    ],
    [
      "comments",
      `/* note */ // another\nHloModule m // here\n/* { */ ENTRY /* e */ e { // }\n${product.replace("dot(a, b)", "dot(/*index=0*/a, // first\n b /* ) */)")}} /* end`,
    ],
    ["one line", `HloModule m ENTRY e { ${product.replaceAll("\n", " ")} }`],
    ["no header", `ENTRY e {\n${product}}\n`],
    ["no header and a head with shapes", `%e (a: f32[8,16], b: f32[16,4]) -> f32[8,4] {\n${product}}\n`],
    ["no computation", product],
    [
      "Windows line ends and no spaces",
      `HloModule m\r\nENTRY e{\r\n${product.replaceAll("\n", "\r\n").replaceAll(", ", ",")}}`,
    ],
    [
      "names that are words of the language",
      `HloModule ENTRY\nENTRY ROOT {\n${product.replace("  a =", "  dot =").replace("dot(a,", "dot(dot,")}}`,
    ],
    [
      "strings with brackets, quotes and comments",
      `HloModule m\nENTRY e {\n${product.trimEnd()}, metadata={op_name="x) } \\" /* " source_file="//"}\n}\n`,
    ],
  ])("%s", (_, text) => expect(flopsOf(text, { format: "hlo" })).toBe(1024));

  test("of several modules the largest is read, or the one that is named", () => {
    const text = `HloModule small\nENTRY e {\n  x = f32[2] parameter(0)\n  ROOT y = f32[2] negate(x)\n}\n\nHloModule large\nENTRY e {\n${product}}\nHloModule last\nENTRY e {\n  x = f32[3] parameter(0)\n  ROOT y = f32[3] negate(x)\n}\n`;
    expect(flopsOf(text)).toBe(1024);
    expect(read(text).report.dropped).toContain("2 other modules: small, last; module=NAME takes one.");
    expect(flopsOf(text, { module: "last" })).toBe(3);
    expect(refusal(text, { module: "larg" })).toMatch(
      /option "module" is "larg", expected one of small, large, last\. Did you mean "large"\?$/,
    );
  });

  test("computations may come after those that use them, but not use themselves", () => {
    const sum = "s {\n x = f32[] parameter(0)\n y = f32[] parameter(1)\n ROOT z = f32[] add(x, y)\n}\n";
    const entry =
      "ENTRY e {\n a = f32[8,16] parameter(0)\n i = f32[] constant(0)\n ROOT r = f32[8] reduce(a, i), dimensions={1}, to_apply=s\n}\n";
    expect(flopsOf(`HloModule m\n${entry}${sum}`)).toBe(flopsOf(`HloModule m\n${sum}${entry}`));
    const own = "s {\n x = f32[] parameter(0)\n ROOT z = f32[] call(x), to_apply=s\n}\n";
    expect(
      refusal(
        `HloModule m\n${own}ENTRY e {\n a = f32[] parameter(0)\n ROOT b = f32[] call(a), to_apply=s\n}`,
      ),
    ).toMatch(/the computation "s" uses itself\.$/);
  });

  test("forms that are not read are named", () => {
    const name = (text: string): number[] => [0x0a, text.length, ...Buffer.from(text)];
    const second = (text: string): number[] => [0x12, text.length, ...Buffer.from(text)];
    const instruction = [...name("p0"), ...second("parameter")];
    const computation = [...name("main"), 0x12, instruction.length, ...instruction];
    const proto = [...name("m"), ...second("main"), 0x1a, computation.length, ...computation];
    const wrapped = [0x0a, proto.length, ...proto];
    for (const bytes of [proto, wrapped, [0x0a, wrapped.length, ...wrapped]])
      expect(() => importFile(Uint8Array.from(bytes), "m.pb")).toThrow(
        /the file is the binary HLO module "m", expected its text: XLA writes the text with/,
      );
    for (const text of [
      "module @jit_f attributes {a = 1 : i32} {\n  func.func public @main(%arg0: tensor<8xf32>)\n}",
      "#loc = loc(unknown)\nmodule {\n  stablehlo.add\n}",
    ])
      expect(() => importFile(text, "m.mlir")).toThrow(
        /the file is a module of MLIR such as StableHLO, expected HLO text/,
      );
  });
});

describe("work of HLO opcodes", () => {
  const flops = (body: string) =>
    flopsOf(`HloModule m\nENTRY e {\n${body}\n}\n`, { "allow-unknown": "true" });
  const p = (index: number, shape: string) => `  p${index} = ${shape} parameter(${index})\n`;

  test.each([
    [
      "ragged rows",
      `${p(0, "f32[64,32]")}${p(1, "f32[4,32,128]")}${p(2, "s32[4]")}  y = f32[64,128] ragged-dot(p0, p1, p2), lhs_contracting_dims={1}, rhs_contracting_dims={1}, lhs_ragged_dims={0}, rhs_group_dims={0}`,
      524_288,
    ],
    [
      "ragged sums",
      `${p(0, "f32[32,64]")}${p(1, "f32[64,128]")}${p(2, "s32[4]")}  y = f32[4,32,128] ragged-dot(p0, p1, p2), lhs_contracting_dims={1}, rhs_contracting_dims={0}, lhs_ragged_dims={1}`,
      524_288,
    ],
    ["a sort", `${p(0, "f32[8,128]")}  y = f32[8,128] sort(p0), dimensions={1}, to_apply=c`, 8 * 128 * 7],
    [
      "a transform",
      `${p(0, "c64[8,64]")}  y = c64[8,64] fft(p0), fft_type=FFT, fft_length={64}`,
      5 * 8 * 64 * 6,
    ],
    [
      "the largest",
      `${p(0, "f32[8,128]")}  y = (f32[8,5], s32[8,5]) topk(p0), k=5, largest=true`,
      8 * 128 * 3,
    ],
    [
      "the same as a call",
      `${p(0, "f32[8,128]")}  y = (f32[8,5], s32[8,5]) custom-call(p0), custom_call_target="TopK"`,
      8 * 128 * 3,
    ],
    [
      "a factorisation",
      `${p(0, "f32[2,16,16]")}  y = f32[2,16,16] cholesky(p0), lower=true`,
      Math.ceil((2 * 16 ** 3) / 3),
    ],
    [
      "a solver",
      `${p(0, "f32[16,16]")}${p(1, "f32[16,4]")}  y = f32[16,4] triangular-solve(p0, p1), left_side=true`,
      16 * 64,
    ],
    [
      "a product of oneDNN",
      `${p(0, "f32[64,128]")}${p(1, "f32[128,32]")}  y = f32[64,32] custom-call(p0, p1), custom_call_target="__onednn$matmul"`,
      524_288,
    ],
    [
      "a sharding",
      `${p(0, "f32[8]")}  y = f32[8] custom-call(p0), custom_call_target="Sharding", sharding={devices=[2]<=[2]}`,
      0,
    ],
  ])("%s", (_, body, expected) => expect(flops(body)).toBe(expected));

  test("a custom call or an opcode without a rule is unknown, in a fusion too", () => {
    const call = (target: string) =>
      `${p(0, "f32[8]")}  a = f32[8] negate(p0)\n  b = f32[8] exponential(a)\n  y = f32[8] custom-call(b), custom_call_target="${target}"`;
    const { scenario } = read(module(call("mine")));
    expect(scenario.meta.unknownWork).toEqual({ ops: 1, outOf: 3, types: { "custom-call": 1 } });
    expect(scenario.graph.flops[3]).toBe(8);
    expect(read(module(call("annotate_device_placement"))).scenario.meta.unknownWork).toBeUndefined();
    const fused = `f {\n x = f32[8] parameter(0)\n ROOT n = f32[8] newest(x)\n}`;
    expect(refusal(module(`${p(0, "f32[8]")}  y = f32[8] fusion(p0), kind=kLoop, calls=f`, fused))).toMatch(
      /the work of 1 op of 1 is not known: fusion 1\. Option allow-unknown=true/,
    );
  });

  test("an unbounded size is unknown", () => {
    expect(refusal(module(`${p(0, "f32[?,8]")}  y = f32[?,8] negate(p0)`))).toMatch(
      /the work of 2 ops of 2 is not known/,
    );
    expect(read(module(`${p(0, "f32[<=4,8]")}  y = f32[<=4,8] negate(p0)`)).scenario.graph.flops[1]).toBe(32);
  });

  test("coverage knows the opcodes", () => {
    const { coverage } = importers.find(({ name }) => name === "hlo")!;
    expect(
      ["dot", "ragged-dot", "tanh", "tuple", "all-gather", "custom-call", "newest"].map((type) =>
        coverage?.(type),
      ),
    ).toEqual(["rule", "rule", "rule", "zero-cost", "zero-cost", "unknown", "unknown"]);
  });
});
