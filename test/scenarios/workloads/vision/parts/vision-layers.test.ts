/**
 * Layers of image networks: shapes, weights and FLOP against counts by hand, and laws between them.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../../../../../env/index.ts";
import { buildWorkload, workloadCatalog } from "../../../../../scenarios/index.ts";
import { leakyRelu, relu6, swish } from "../../../../../scenarios/workloads/layers/pointwise.ts";
import { trainingGraph } from "../../../../../scenarios/workloads/tape/backward.ts";
import { sgd } from "../../../../../scenarios/workloads/tape/optimizers.ts";
import {
  createTape,
  type Shape,
  type Tape,
  type Tensor,
} from "../../../../../scenarios/workloads/tape/tape.ts";
import {
  channelBias,
  channelDropout,
  conv2d,
  conv2dTranspose,
  depthwiseConv2d,
  flatten,
  maxPool,
  padTo,
  reshape,
  samePadding,
  shifted,
  upsample,
} from "../../../../../scenarios/workloads/vision/parts/image-layers.ts";
import {
  meanSquaredError,
  sigmoidCrossEntropy,
} from "../../../../../scenarios/workloads/vision/parts/losses.ts";
import {
  groupNorm,
  instanceNorm,
  localResponseNorm,
} from "../../../../../scenarios/workloads/vision/parts/normalisation.ts";

function layerOn(shape: Shape, layer: (tape: Tape, x: Tensor) => Tensor) {
  const tape = createTape();
  const { shape: result, op } = layer(tape, tape.feed("x", shape));
  return { result, weights: op.parameterBytes / 4, flops: op.flops, bytes: op.bytesTouched };
}

const odd = fc.integer({ min: 0, max: 3 }).map((half) => 2 * half + 1);
const size = fc.integer({ min: 8, max: 40 });

describe("convolutions", () => {
  test("count a grouped convolution as its groups side by side", () => {
    // Two groups of 48 channels and 128 filters, as AlexNet's second layer: 2 x 128 x 48 x 25
    // weights.
    const window = { filters: 256, kernel: [5, 5], padding: [2, 2] } as const;
    const grouped = layerOn([1, 96, 27, 27], (tape, x) => conv2d(tape, x, "c", { ...window, groups: 2 }));
    expect(grouped.result).toEqual([1, 256, 27, 27]);
    expect(grouped.weights).toBe(307_200);
    expect(grouped.flops).toBe(2 * 27 * 27 * 307_200);
  });

  test("count a depthwise convolution as one with as many groups as channels", () => {
    fc.assert(
      fc.property(
        size,
        odd,
        fc.integer({ min: 1, max: 2 }),
        fc.integer({ min: 1, max: 12 }),
        (n, k, stride, c) => {
          const window = { kernel: [k, k], stride, padding: samePadding([k, k]) } as const;
          const depthwise = layerOn([2, c, n, n], (tape, x) => depthwiseConv2d(tape, x, "d", window));
          const grouped = layerOn([2, c, n, n], (tape, x) =>
            conv2d(tape, x, "g", { ...window, filters: c, groups: c }),
          );
          expect(depthwise).toEqual(grouped);
        },
      ),
    );
  });

  test("keep the size at stride 1 and halve it, rounding up, at stride 2, under the same padding", () => {
    fc.assert(
      fc.property(size, odd, (n, k) => {
        for (const stride of [1, 2]) {
          const window = { filters: 1, kernel: [k, k], stride, padding: samePadding([k, k]) } as const;
          const { result } = layerOn([1, 1, n, n], (tape, x) => conv2d(tape, x, "c", window));
          expect(result[2]).toBe(Math.ceil(n / stride));
        }
      }),
    );
  });

  test("take different strides for height and width", () => {
    const window = { filters: 4, kernel: [1, 7], stride: [1, 2], padding: [0, 3] } as const;
    expect(layerOn([1, 4, 9, 9], (tape, x) => conv2d(tape, x, "c", window)).result).toEqual([1, 4, 9, 5]);
  });

  test("undo the shape of a convolution when transposed, at the same weights and FLOP", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), odd, fc.integer({ min: 1, max: 3 }), (n, k, stride) => {
        const up = layerOn([2, 6, n, n], (tape, x) =>
          conv2dTranspose(tape, x, "up", { filters: 3, kernel: [k, k], stride }),
        );
        const down = layerOn(up.result, (tape, x) =>
          conv2d(tape, x, "down", { filters: 6, kernel: [k, k], stride }),
        );
        expect(down.result).toEqual([2, 6, n, n]);
        expect([down.weights, down.flops]).toEqual([up.weights, up.flops]);
      }),
    );
  });
});

describe("windows and moves", () => {
  test("fill up or drop a last window that reaches beyond the image", () => {
    const pooled = (rounding: "floor" | "ceil") =>
      layerOn([1, 1, 54, 54], (tape, x) => maxPool(tape, x, "p", { kernel: [3, 3], stride: 2, rounding }))
        .result;
    expect(pooled("floor")).toEqual([1, 1, 26, 26]);
    expect(pooled("ceil")).toEqual([1, 1, 27, 27]);
  });

  test("move data without computing, and views not even that", () => {
    const moved = layerOn([2, 3, 4, 5], (tape, x) => shifted(tape, x, "s"));
    expect(moved).toEqual({ result: [2, 3, 4, 5], weights: 0, flops: 0, bytes: 2 * 4 * 120 });
    const grown = layerOn([2, 3, 4, 5], (tape, x) => upsample(tape, x, "u", 2));
    expect(grown).toEqual({ result: [2, 3, 8, 10], weights: 0, flops: 0, bytes: 4 * (120 + 480) });
    const padded = layerOn([2, 3, 4, 5], (tape, x) => padTo(tape, x, "p", [6, 6]));
    expect(padded.result).toEqual([2, 3, 6, 6]);
    const flat = layerOn([2, 3, 4, 5], (tape, x) => flatten(tape, x, "f"));
    expect(flat).toEqual({ result: [2, 60], weights: 0, flops: 0, bytes: 0 });
  });
});

describe("normalisations", () => {
  test("have scale and offset of each channel, or none", () => {
    const weights = (layer: (tape: Tape, x: Tensor) => Tensor) => layerOn([2, 64, 8, 8], layer).weights;
    expect(weights((tape, x) => groupNorm(tape, x, "n", 32))).toBe(128);
    expect(weights((tape, x) => instanceNorm(tape, x, "n"))).toBe(0);
    expect(weights((tape, x) => localResponseNorm(tape, x, "n", 5))).toBe(0);
  });
});

describe("gradients", () => {
  const layers: Readonly<Record<string, (tape: Tape, x: Tensor) => Tensor>> = {
    depthwise: (tape, x) => depthwiseConv2d(tape, x, "layer", { kernel: [3, 3], padding: [1, 1] }),
    transposed: (tape, x) => conv2dTranspose(tape, x, "layer", { filters: 4, kernel: [2, 2], stride: 2 }),
    bias: (tape, x) => channelBias(tape, x, "layer"),
    "group norm": (tape, x) => groupNorm(tape, x, "layer", 2),
    "instance norm": (tape, x) => instanceNorm(tape, x, "layer"),
    "local response norm": (tape, x) => localResponseNorm(tape, x, "layer", 5),
    "leaky rectifier": (tape, x) => leakyRelu(tape, x, "layer"),
    "rectifier up to 6": (tape, x) => relu6(tape, x, "layer"),
    swish: (tape, x) => swish(tape, x, "layer"),
    upsampling: (tape, x) => upsample(tape, x, "layer", 2),
    shift: (tape, x) => shifted(tape, x, "layer"),
    padding: (tape, x) => padTo(tape, x, "layer", [9, 9]),
    "dropout of channels": (tape, x) => channelDropout(tape, x, "layer"),
    view: (tape, x) => reshape(tape, x, "layer", x.shape),
  };
  const losses = { meanSquaredError, sigmoidCrossEntropy };

  test.each(Object.keys(layers))("flow back through: %s", (layer) => {
    for (const loss of Object.values(losses)) {
      const tape = createTape();
      const first = conv2d(tape, tape.feed("x", [2, 4, 8, 8]), "first", { filters: 4, kernel: [1, 1] });
      const result = layers[layer](tape, first);
      loss(tape, result, tape.feed("wanted", result.shape), "loss");
      const { names, types, outputStart, outputBytes } = trainingGraph(tape, sgd);
      expect(names).toContain("first/update");
      const gradient = names.indexOf("first/grad_weights");
      expect(outputBytes[outputStart[gradient]]).toBe(4 * 4 * 4);
      expect(types[gradient]).toBe("Conv2DBackpropFilter");
    }
  });
});

describe("options of networks on images", () => {
  test.each([
    ["amoebanet-d", { layers: 20 }, "amoebanet-d: layers is 20, expected a multiple of 3."],
    ["amoebanet-d", { filters: 190 }, "amoebanet-d: filters is 190, expected a multiple of 8."],
    ["unet-gpipe", { channels: 65 }, "unet-gpipe: channels is 65, expected a multiple of 2."],
    ["ddpm-unet", { pixels: 36 }, "ddpm-unet: pixels is 36, expected a multiple of 8."],
    ["ddpm-unet", { channels: 100 }, "ddpm-unet: channels is 100, expected a multiple of 32."],
    ["vit-b-16", { pixels: 230 }, "vit-b-16: pixels is 230, expected a multiple of 16."],
  ])("%s refuses %o", (name, given, sentence) => {
    const build = () => built(name, given);
    expect(build).toThrow(InputError);
    expect(build).toThrow(sentence);
  });

  test("build at the ends of what images may measure, without empty tensors", () => {
    for (const { name, options } of workloadCatalog) {
      if (options.pixels === undefined) continue;
      for (const pixels of [options.pixels.min, options.pixels.max]) {
        const { names, outputBytes, flops } = built(name, { batch: 1, pixels });
        expect(names.length).toBeGreaterThan(50);
        expect(
          outputBytes.every((bytes) => bytes > 0),
          `${name} at ${pixels}`,
        ).toBe(true);
        expect(
          flops.every((work) => work >= 0),
          `${name} at ${pixels}`,
        ).toBe(true);
      }
    }
  });
});

function built(name: string, given: Readonly<Record<string, number>>) {
  const workload = workloadCatalog.find((entry) => entry.name === name)!;
  const defaults = Object.entries(workload.options).map(([key, option]) => [key, option.default]);
  return buildWorkload(workload, { ...Object.fromEntries(defaults), ...given });
}
