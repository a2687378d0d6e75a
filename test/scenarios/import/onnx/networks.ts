/**
 * ResNet-50, MobileNet-V2 and a Transformer block as ONNX graphs. They follow the tables of their
 * papers, look as PyTorch exports them, and share no code with our own builders.
 */
import { ints, node, type TestGraph, type TestNode, type TestTensor, value, weights } from "./write-model.ts";

class Layers {
  readonly node: TestNode[] = [];
  readonly initializer: TestTensor[] = [];
  #count = 0;

  add(type: string, input: readonly string[], attributes: Readonly<Record<string, unknown>> = {}): string {
    const output = `v${++this.#count}`;
    this.node.push(node(type, input, [output], attributes));
    return output;
  }

  weights(...dims: number[]): string {
    const name = `w${this.initializer.length}`;
    this.initializer.push(weights(name, dims));
    return name;
  }

  constants(values: readonly number[]): string {
    const name = `c${this.initializer.length}`;
    this.initializer.push(ints(name, values));
    return name;
  }

  /** Convolution and batch normalisation. */
  conv(
    x: string,
    [inputs, filters]: readonly [number, number],
    kernel: number,
    stride = 1,
    group = 1,
  ): string {
    const pad = (kernel - 1) / 2;
    const convolved = this.add("Conv", [x, this.weights(filters, inputs / group, kernel, kernel)], {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
      group,
    });
    // Scale, offset, and the two stored statistics.
    return this.add("BatchNormalization", [
      convolved,
      ...Array.from({ length: 4 }, () => this.weights(filters)),
    ]);
  }
}

/**
 * He et al., CVPR 2016, table 1, the column of 50 layers, with the stride in the 3x3 convolutions
 * as torchvision has it.
 */
export function resnet50(): TestGraph {
  const layers = new Layers();
  let x = layers.add("Relu", [layers.conv("images", [3, 64], 7, 2)]);
  x = layers.add("MaxPool", [x], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
  let channels = 64;
  for (const [width, blocks] of [
    [64, 3],
    [128, 4],
    [256, 6],
    [512, 3],
  ]) {
    for (let b = 0; b < blocks; b++) {
      const stride = b === 0 && width > 64 ? 2 : 1;
      let y = layers.add("Relu", [layers.conv(x, [channels, width], 1)]);
      y = layers.add("Relu", [layers.conv(y, [width, width], 3, stride)]);
      y = layers.conv(y, [width, 4 * width], 1);
      const shortcut = b === 0 ? layers.conv(x, [channels, 4 * width], 1, stride) : x;
      x = layers.add("Relu", [layers.add("Add", [y, shortcut])]);
      channels = 4 * width;
    }
  }
  x = layers.add("Flatten", [layers.add("GlobalAveragePool", [x])]);
  layers.add("Gemm", [x, layers.weights(1000, 2048), layers.weights(1000)], { transB: 1 });
  return { ...layers, input: [value("images", ["batch", 3, 224, 224])] };
}

/** Sandler et al., CVPR 2018, table 2. */
export function mobilenetV2(): TestGraph {
  const layers = new Layers();
  const clip = (x: string) => layers.add("Clip", [x, "low", "high"]);
  let x = clip(layers.conv("images", [3, 32], 3, 2));
  let channels = 32;
  for (const [expansion, filters, repetitions, firstStride] of [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
  ])
    for (let r = 0; r < repetitions; r++) {
      const stride = r === 0 ? firstStride : 1;
      const wide = expansion * channels;
      let y = expansion === 1 ? x : clip(layers.conv(x, [channels, wide], 1));
      y = clip(layers.conv(y, [wide, wide], 3, stride, wide));
      y = layers.conv(y, [wide, filters], 1);
      x = stride === 1 && channels === filters ? layers.add("Add", [x, y]) : y;
      channels = filters;
    }
  x = clip(layers.conv(x, [channels, 1280], 1));
  x = layers.add("Flatten", [layers.add("GlobalAveragePool", [x])]);
  layers.add("Gemm", [x, layers.weights(1000, 1280), layers.weights(1000)], { transB: 1 });
  const limits = [0, 6].map((limit, i) => ({
    ...weights(i === 0 ? "low" : "high", []),
    float_data: [limit],
  }));
  return {
    ...layers,
    initializer: [...layers.initializer, ...limits],
    input: [value("images", ["batch", 3, 224, 224])],
  };
}

/**
 * Self-attention of `heads` heads over [batch, tokens, width]. Its split into heads is computed
 * from `Shape`, as exporters do for dynamic sizes.
 */
export function selfAttention(width: number, heads: number): TestGraph {
  const layers = new Layers();
  const shape = layers.add("Shape", ["x"]);
  const first = (axis: number) => {
    const size = layers.add("Gather", [shape, layers.constants([axis])], { axis: 0 });
    return size;
  };
  const split = layers.add("Concat", [first(0), first(1), layers.constants([heads, width / heads])], {
    axis: 0,
  });
  const project = () => layers.add("MatMul", ["x", layers.weights(width, width)]);
  const headsOf = (x: string) =>
    layers.add("Transpose", [layers.add("Reshape", [x, split])], { perm: [0, 2, 1, 3] });
  const [query, key, held] = [headsOf(project()), headsOf(project()), headsOf(project())];
  const scores = layers.add("MatMul", [query, layers.add("Transpose", [key], { perm: [0, 1, 3, 2] })]);
  const mixed = layers.add("MatMul", [layers.add("Softmax", [scores], { axis: 3 }), held]);
  const back = layers.add("Transpose", [mixed], { perm: [0, 2, 1, 3] });
  const joined = layers.add("Reshape", [back, layers.constants([0, 0, -1])]);
  layers.add("MatMul", [joined, layers.weights(width, width)]);
  return { ...layers, input: [value("x", ["batch", "tokens", width])] };
}
