/**
 * ResNet-50 as a frozen GraphDef, as TensorFlow 1 writes it: data as [batch, height, width,
 * channels], weights in constants. It follows table 1 of He et al., CVPR 2016, with the stride in
 * the 3x3 convolutions, and shares no code with our own builders.
 */
import { float, ints, node, shape, type TestNode, weights } from "./write-graph.ts";

export function resnet50(): { readonly node: readonly TestNode[] } {
  const nodes: TestNode[] = [];
  const add = (op: TestNode): string => {
    nodes.push(op);
    return op.name;
  };
  const fixed = (name: string, sizes: readonly number[]): string =>
    add(node("Identity", `${name}/read`, [add(weights(name, sizes))], { T: float }));
  const conv = (
    x: string,
    name: string,
    [inputs, filters]: readonly [number, number],
    kernel: number,
    stride = 1,
  ) => {
    const filter = fixed(`${name}/weights`, [kernel, kernel, inputs, filters]);
    const convolved = add(
      node("Conv2D", name, [x, filter], {
        strides: [1, stride, stride, 1],
        padding: "SAME",
        data_format: "NHWC",
      }),
    );
    const statistics = ["gamma", "beta", "mean", "variance"].map((part) =>
      fixed(`${name}/bn/${part}`, [filters]),
    );
    return add(node("FusedBatchNormV3", `${name}/bn`, [convolved, ...statistics], { is_training: false }));
  };
  const relu = (x: string) => add(node("Relu", `${x}/relu`, [x]));

  let x = add(
    node("Placeholder", "images", [], { dtype: float, shape: { shape: shape([-1, 224, 224, 3]) } }),
  );
  x = relu(conv(x, "stem", [3, 64], 7, 2));
  x = add(node("MaxPool", "pool", [x], { ksize: [1, 3, 3, 1], strides: [1, 2, 2, 1], padding: "SAME" }));
  let channels = 64;
  for (const [width, blocks] of [
    [64, 3],
    [128, 4],
    [256, 6],
    [512, 3],
  ])
    for (let b = 0; b < blocks; b++) {
      const stride = b === 0 && width > 64 ? 2 : 1;
      const name = `stage${width}/block${b}`;
      let y = relu(conv(x, `${name}/a`, [channels, width], 1));
      y = relu(conv(y, `${name}/b`, [width, width], 3, stride));
      y = conv(y, `${name}/c`, [width, 4 * width], 1);
      const shortcut = b === 0 ? conv(x, `${name}/shortcut`, [channels, 4 * width], 1, stride) : x;
      x = relu(add(node("AddV2", `${name}/add`, [y, shortcut])));
      channels = 4 * width;
    }
  x = add(node("Mean", "mean", [x, add(ints("mean/axes", [1, 2]))], { keep_dims: false }));
  x = add(node("MatMul", "logits", [x, fixed("logits/weights", [2048, 1000])]));
  add(node("BiasAdd", "logits/bias", [x, fixed("logits/biases", [1000])]));
  return { node: nodes };
}

/**
 * A product with a bias, its gradient and a step of gradient descent, with variables, co-location
 * and control edges.
 */
export function trainingStep(): { readonly node: readonly TestNode[] } {
  const variable = (name: string, sizes: readonly number[]) =>
    node("VariableV2", name, [], { dtype: float, shape: { shape: shape(sizes) } });
  const located = (op: TestNode): TestNode => ({
    ...op,
    attr: { ...op.attr, _class: { list: { s: [Buffer.from("loc:@w")] } } },
  });
  return {
    node: [
      node("Placeholder", "x", [], { dtype: float, shape: { shape: shape([-1, 8]) } }),
      variable("w", [8, 4]),
      located(node("Identity", "w/read", ["w"], { T: float })),
      node("MatMul", "y", ["x", "w/read"], { transpose_a: false, transpose_b: false }),
      node("ZerosLike", "gradients/seed", ["y"]),
      node("MatMul", "gradients/y_grad/MatMul_1", ["x", "gradients/seed"], { transpose_a: true }),
      node("Const", "rate", [], {
        dtype: float,
        value: { tensor: { dtype: 1, tensor_shape: shape([]), float_val: [0.1] } },
      }),
      located(node("ApplyGradientDescent", "step/w", ["w", "rate", "gradients/y_grad/MatMul_1"])),
      node("NoOp", "step", ["^step/w"]),
    ],
  };
}
