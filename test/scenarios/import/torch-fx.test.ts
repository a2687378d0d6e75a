/**
 * PyTorch graphs: work and weights against counts by hand and published counts, tuples, tied
 * weights, and one sentence per mistake.
 */
import { describe, expect, test } from "vitest";
import { CONTROL, InputError } from "../../../env/index.ts";
import { importFile } from "../../../scenarios/index.ts";
import { float, node, torchFxSamples, weight } from "./samples/torch-fx.ts";

const read = (content: string | Uint8Array) => importFile(content, "model.fx.json").scenario.graph;
const file = (...nodes: readonly object[]) => JSON.stringify({ schema: "placement-gym/torch-fx-1", nodes });
const refusal = (content: string): string => {
  try {
    read(content);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error("it was accepted");
};
const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

describe("a PyTorch graph", () => {
  const graph = read(torchFxSamples[0].content);
  const at = (name: string) => graph.names.indexOf(name);

  test("gives each op its work and the weights that it alone uses", () => {
    expect(graph.flops[at("conv2d")]).toBe(2 * (4 * 8 * 14 * 14) * (3 * 3 * 3));
    expect(graph.parameterBytes[at("conv2d")]).toBe(4 * (8 * 3 * 3 * 3 + 8));
    expect(graph.flops[at("linear")]).toBe(2 * 4 * 10 * 8);
    expect(graph.flops[at("relu_")]).toBe(4 * 8 * 14 * 14);
    expect(graph.flops[at("pool")]).toBe(4 * 8 * 14 * 14);
    expect(graph.flops[at("flat")]).toBe(0);
    expect(graph.bytesTouched[at("flat")]).toBe(0);
    expect(graph.bytesTouched[at("linear")]).toBe(4 * (4 * 8 + 10 * 8 + 4 * 10));
    expect(graph.types[at("conv2d")]).toBe("Conv2D");
  });

  test("keeps a tied weight as an op, once, and items of tuples as outputs", () => {
    expect(graph.parameterBytes[at("p_tied")]).toBe(400);
    expect(sum(graph.parameterBytes)).toBe(4 * (8 * 27 + 8 + 80 + 100));
    expect(graph.names).not.toContain("getitem");
    const e = graph.inStart[at("flat")];
    expect([graph.names[graph.edgeSource[e]], graph.edgeOutput[e]]).toEqual(["pool", 0]);
  });

  test("reads traced modules, attention and values that are no tensors", () => {
    const traced = read(torchFxSamples[1].content);
    expect(traced.dtype).toBe("float16");
    expect(traced.flops[1]).toBe(2 * 2 * 6 * 6 * (32 + 32));
    expect(traced.flops[2]).toBe(2 * (2 * 6 * 64) * 32);
    expect(traced.parameterBytes[2]).toBe(2 * (64 * 32 + 64));
    expect([...traced.edgeOutput].filter((output) => output === CONTROL).length).toBe(1);
  });

  test("counts transposed convolutions by their input", () => {
    const kernel = weight("p_k", 8, 4, 2, 2);
    const x = node("x", "placeholder", "x", [], [float(1, 8, 5, 5)]);
    const up = (target: string, args: string) =>
      node("up", "call_function", target, ["x", "p_k"], [float(1, 4, 10, 10)], { args });
    const byName = read(file(kernel, x, up("aten.conv_transpose2d.input", "(x, p_k)")));
    const byFlag = read(
      file(
        kernel,
        x,
        up("aten.convolution.default", "(x, p_k, None, [2, 2], [0, 0], [1, 1], True, [0, 0], 1)"),
      ),
    );
    expect([byName.flops[1], byFlag.flops[1]]).toEqual([2 * 200 * 16, 2 * 200 * 16]);
  });

  /**
   * torchvision's table of VGG-16 (torchvision/models/vgg.py, VGG16_Weights): 138,357,544
   * parameters and 15.47 GFLOPS. A multiply-add counts as one there, which was checked in its
   * source. The layers here are written out from the table of the paper (Simonyan, Zisserman, ICLR
   * 2015, configuration D), not from our builder.
   */
  test("has the published parameters and work of VGG-16", () => {
    const nodes: object[] = [];
    let last = "x";
    let [channels, size] = [3, 224];
    nodes.push(node("x", "placeholder", "x", [], [float(1, 3, 224, 224)]));
    const call = (name: string, target: string, inputs: string[], shape: number[]) => {
      nodes.push(node(name, "call_function", `aten.${target}.default`, inputs, [float(...shape)]));
      last = name;
    };
    [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0].forEach((width, i) => {
      if (width === 0) {
        size /= 2;
        call(`pool${i}`, "max_pool2d", [last], [1, channels, size, size]);
        return;
      }
      nodes.push(weight(`p_w${i}`, width, channels, 3, 3), weight(`p_b${i}`, width));
      call(`conv${i}`, "conv2d", [last, `p_w${i}`, `p_b${i}`], [1, width, size, size]);
      call(`relu${i}`, "relu_", [last], [1, width, size, size]);
      channels = width;
    });
    call("flatten", "view", [last], [1, 512 * 7 * 7]);
    [
      [512 * 49, 4096],
      [4096, 4096],
      [4096, 1000],
    ].forEach(([from, to], i) => {
      nodes.push(weight(`p_f${i}`, to, from), weight(`p_g${i}`, to));
      call(`linear${i}`, "linear", [last, `p_f${i}`, `p_g${i}`], [1, to]);
    });
    const vgg = read(file(...nodes));
    expect(sum(vgg.parameterBytes) / 4).toBe(138_357_544);
    expect(sum(vgg.flops) / 2e9 / 15.47).toBeGreaterThan(0.98);
    expect(sum(vgg.flops) / 2e9 / 15.47).toBeLessThan(1.02);
  });

  test.each([
    [file(), /The graph is empty/],
    [file(node("a", "placeholder", "a", ["b"], [])), /node "a" takes "b", which is no node\.$/],
    [
      file(node("a", "call_function", "f", ["b"], []), node("b", "placeholder", "b", [], [])),
      /"b", which does not come before it\.$/,
    ],
    [
      file(node("a", "placeholder", "a", [], []), node("a", "placeholder", "a", [], [])),
      /"a" is declared twice/,
    ],
    [
      file(node("a", "call_function", "aten.mm.default", [], [float(2, 2)])),
      /node "a": mm has no tensor as argument 1\.$/,
    ],
    [
      file(node("a", "call_function", "aten.conv2d.default", [], [float(2, 2)])),
      /no input and kernel of known shapes\.$/,
    ],
    [
      file(node("a", "placeholder", "a", [], [["torch.strange", [2]]])),
      /the type "torch\.strange" is not known/,
    ],
    [
      file(node("a", "placeholder", "a", [], [["torch.float32", [-2]]])),
      /nodes\[0\]\.outputs\[0\]\[1\]\[0\]: /,
    ],
    [
      file(
        node("a", "placeholder", "a", [], [float(2), float(2)]),
        node("g", "call_function", "<built-in function getitem>", ["a"], [float(2)], { args: "(a, 7)" }),
      ),
      /takes item 7 of "a", which has 2 outputs\.$/,
    ],
  ])("%s is one sentence", (content, sentence) => expect(refusal(content)).toMatch(sentence));
});
