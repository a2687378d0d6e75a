/** Laws of the derived backward pass, on small random networks and on the built-in ones. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type OpGraph, Role } from "../../../../env/index.ts";
import { workloadCatalog } from "../../../../scenarios/index.ts";
import {
  add,
  dense,
  matMul,
  softmaxCrossEntropy,
} from "../../../../scenarios/workloads/layers/dense-layers.ts";
import { tanh } from "../../../../scenarios/workloads/layers/pointwise.ts";
import { trainingGraph } from "../../../../scenarios/workloads/tape/backward.ts";
import { adam, momentum } from "../../../../scenarios/workloads/tape/optimizers.ts";
import { createTape, type Tape, type Tensor } from "../../../../scenarios/workloads/tape/tape.ts";
import { conv2d, globalAvgPool } from "../../../../scenarios/workloads/vision/parts/image-layers.ts";
import { drawn, drawnFrom } from "../../../law-runs.ts";
import { defaultGraph, defaultsOf } from "../default-graph.ts";

const workloads = drawnFrom(workloadCatalog, "backward passes");
const PRODUCTS = /^(Conv2D|Conv2DBackpropInput|DepthwiseConv2dNative|MatMul|BatchMatMul)$/;

const id = (graph: OpGraph, name: string): number => graph.names.indexOf(name);
const inputs = (graph: OpGraph, name: string): string[] => {
  const v = id(graph, name);
  return Array.from(graph.edgeSource.subarray(graph.inStart[v], graph.inStart[v + 1]), (u) => graph.names[u]);
};

/** x -> several layers, some of them added to earlier results -> loss. */
function randomNetwork(steps: readonly { readonly kind: number; readonly back: number }[]): Tape {
  const tape = createTape();
  const made: Tensor[] = [tape.feed("x", [4, 8])];
  steps.forEach(({ kind, back }, i) => {
    const last = made[made.length - 1];
    const earlier = made[Math.max(0, made.length - 1 - back)];
    if (kind === 0) made.push(dense(tape, earlier, `dense_${i}`, 8));
    else if (kind === 1) made.push(tanh(tape, earlier, `tanh_${i}`));
    else made.push(add(tape, last, earlier, `add_${i}`));
  });
  const logits = dense(tape, made[made.length - 1], "logits", 3);
  softmaxCrossEntropy(tape, logits, tape.feed("labels", [4]), "loss");
  return tape;
}

/** Networks whose weights all reach the loss: each step builds on the one before. */
const networks = fc.array(fc.record({ kind: fc.integer({ min: 0, max: 2 }), back: fc.constant(0) }), {
  maxLength: 8,
});

function holdsLaws(graph: OpGraph): void {
  const { names, role, colocation, twin } = graph;
  const early: string[] = [];
  for (let e = 0; e < graph.edgeCount; e++) {
    const [from, to] = [graph.edgeSource[e], graph.edgeDestination[e]];
    if (role[to] < role[from]) early.push(`${names[to]} waits for ${names[from]}`);
  }
  expect(early).toEqual([]);

  const idOf = new Map(names.map((name, v) => [name, v]));
  const astray = names.filter((name, v) => {
    if (role[v] === Role.forward) return false;
    const home = name.slice(0, name.lastIndexOf("/"));
    const isBesideHome = colocation[v] !== -1 && colocation[v] === colocation[idOf.get(home)!];
    return !isBesideHome || (twin[v] !== -1 && names[twin[v]] !== home);
  });
  expect(astray, "backward and update ops away from the forward op of their name").toEqual([]);
}

describe("the backward pass", () => {
  test("leads from forward to backward to update, on the forward op's device", () => {
    fc.assert(
      fc.property(networks, (steps) => {
        holdsLaws(trainingGraph(randomNetwork(steps), momentum));
      }),
      { numRuns: drawn(100) },
    );
    for (const workload of workloads) holdsLaws(defaultGraph(workload));
  });

  test("takes twice the forward FLOP of a product, or once where the input needs no gradient", () => {
    const tape = createTape();
    const images = tape.feed("images", [2, 3, 8, 8]);
    const first = conv2d(tape, images, "first", { filters: 4, kernel: [3, 3] });
    const second = conv2d(tape, first, "second", { filters: 5, kernel: [3, 3] });
    const logits = matMul(tape, globalAvgPool(tape, second, "pool"), "logits", 3);
    softmaxCrossEntropy(tape, logits, tape.feed("labels", [2]), "loss");
    const graph = trainingGraph(tape, momentum);
    const backwardFlops = (name: string) =>
      graph.names.reduce((sum, op, v) => (op.startsWith(`${name}/grad`) ? sum + graph.flops[v] : sum), 0);
    // `2 x outputs x window`: 2*(2*4*6*6)*27, 2*(2*5*4*4)*36, 2*6*5.
    expect(graph.flops[id(graph, "first")]).toBe(15_552);
    expect(backwardFlops("first")).toBe(15_552);
    expect(graph.flops[id(graph, "second")]).toBe(11_520);
    expect(backwardFlops("second")).toBe(2 * 11_520);
    expect(graph.flops[id(graph, "logits")]).toBe(60);
    expect(backwardFlops("logits")).toBe(120);
  });

  test("knows what may be split of every op, and the dimensions of its forward twin", () => {
    for (const workload of workloads) {
      const { iterations, names, twin, role } = defaultGraph(workload);
      const lacking = names.filter((_, v) => iterations![v] === null);
      expect(lacking, workload.name).toEqual([]);
      names.forEach((name, v) => {
        if (role[v] !== Role.backward || twin[v] === -1) return;
        const [own, forward] = [v, twin[v]].map((u) => iterations![u]!.dimensions.map((d) => d.name));
        expect(own.slice(0, forward.length), name).toEqual(forward);
      });
    }
  });

  test.each(workloads)(
    "$name: a product costs its forward FLOP again for each operand that learns",
    (workload) => {
      const graph = defaultGraph(workload);
      const backwardFlops = new Map<string, number>();
      graph.twin.forEach((twin, v) => {
        if (graph.role[v] !== Role.backward || twin === -1) return;
        const name = graph.names[twin];
        backwardFlops.set(name, (backwardFlops.get(name) ?? 0) + graph.flops[v]);
      });
      const offenders: string[] = [];
      let [forward, backward] = [0, 0];
      for (const op of workload.forward(defaultsOf(workload)).ops) {
        if (!PRODUCTS.test(op.type)) continue;
        const learning =
          op.inputs.filter((tensor) => tensor.op.trains).length + (op.parameterBytes > 0 ? 1 : 0);
        if (backwardFlops.get(op.name) !== learning * op.flops) offenders.push(op.name);
        forward += op.flops;
        backward += learning * op.flops;
      }
      expect(offenders).toEqual([]);
      // Products on the input data, such as the first convolution, need no gradient of it.
      expect(backward / forward).toBeGreaterThan(1);
      expect(backward / forward).toBeLessThanOrEqual(2);
    },
  );

  test("sums the gradients of a tensor with several consumers, once", () => {
    const tape = createTape();
    const x = dense(tape, tape.feed("x", [4, 8]), "first", 8);
    const sum = add(tape, tanh(tape, x, "left"), dense(tape, x, "right", 8), "add");
    softmaxCrossEntropy(tape, sum, tape.feed("labels", [4]), "loss");
    const graph = trainingGraph(tape, momentum);
    expect(graph.names.filter((name) => name.includes("grad_sum"))).toEqual(["first/bias/grad_sum"]);
    expect(inputs(graph, "first/bias/grad_sum").sort()).toEqual(["left/grad", "right/matmul/grad_input"]);
    expect(inputs(graph, "first/bias/grad_bias")).toEqual(["first/bias/grad_sum"]);
    expect(graph.flops[id(graph, "first/bias/grad_sum")]).toBe(32);
  });

  test("sums both gradients where one op uses a tensor twice", () => {
    const tape = createTape();
    const x = dense(tape, tape.feed("x", [4, 3]), "first", 3);
    softmaxCrossEntropy(tape, add(tape, x, x, "double"), tape.feed("labels", [4]), "loss");
    const graph = trainingGraph(tape, momentum);
    expect(inputs(graph, "first/bias/grad_sum")).toEqual(["loss/grad", "loss/grad"]);
  });

  test("charges updates by the optimizer", () => {
    const network = () => randomNetwork([]);
    for (const optimizer of [momentum, adam]) {
      const graph = trainingGraph(network(), optimizer);
      const v = id(graph, "logits/matmul/update");
      expect(graph.types[v]).toBe(optimizer.type);
      expect(graph.bytesTouched[v]).toBe(8 * 3 * 4 * optimizer.bytesTouchedPerByte);
    }
  });

  test("refuses weights that no loss depends on", () => {
    const tape = createTape();
    const x = tape.feed("x", [4, 8]);
    matMul(tape, x, "idle", 2);
    softmaxCrossEntropy(tape, dense(tape, x, "used", 2), tape.feed("labels", [4]), "loss");
    expect(() => trainingGraph(tape, momentum)).toThrow(
      'Op "idle" holds weights, but no loss depends on it.',
    );
  });
});
