/**
 * Laws of graphs of layers: sums stay the same, and each backward op and update has its layer's
 * forward op as twin.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CONTROL, type OpGraph, Role, roleNames } from "../../../../env/index.ts";
import { buildWorkload, workloadCatalog } from "../../../../scenarios/index.ts";
import { add, dense, softmaxCrossEntropy } from "../../../../scenarios/workloads/layers/dense-layers.ts";
import { layerGraph, layerOf } from "../../../../scenarios/workloads/layers/layer-graph.ts";
import { tanh } from "../../../../scenarios/workloads/layers/pointwise.ts";
import { trainingGraph } from "../../../../scenarios/workloads/tape/backward.ts";
import { momentum } from "../../../../scenarios/workloads/tape/optimizers.ts";
import { createTape, type Tensor } from "../../../../scenarios/workloads/tape/tape.ts";
import { drawn } from "../../../law-runs.ts";
import { defaultGraph, defaultsOf } from "../default-graph.ts";

/** Layer op of each op, by names alone. */
function layerOps(graph: OpGraph, layers: OpGraph): readonly number[] {
  const byName = new Map<string, number>();
  layers.names.forEach((name, node) => {
    const suffix = layers.role[node] === Role.forward ? "" : `/${roleNames[layers.role[node]]}`;
    for (const part of name.slice(0, name.length - suffix.length).split("+"))
      byName.set(`${part}${suffix}`, node);
  });
  return graph.names.map((name, v) => {
    const suffix = graph.role[v] === Role.forward ? "" : `/${roleNames[graph.role[v]]}`;
    const own = graph.supportedKinds[v] === null ? layerOf(name) : name;
    return byName.get(`${own}${suffix}`)!;
  });
}

function holdsLaws(graph: OpGraph, layers: OpGraph): void {
  const nodeOf = layerOps(graph, layers);
  for (const what of ["flops", "bytesTouched", "parameterBytes"] as const) {
    const sums = new Float64Array(layers.opCount);
    nodeOf.forEach((node, v) => {
      sums[node] += graph[what][v];
    });
    const differs = (node: number) => Math.abs(layers[what][node] - sums[node]) > 1e-9 * sums[node];
    expect(
      layers.names.filter((_, node) => differs(node)),
      what,
    ).toEqual([]);
  }
  const cut = new Set<number>();
  for (let e = 0; e < graph.edgeCount; e++)
    if (nodeOf[graph.edgeSource[e]] !== nodeOf[graph.edgeDestination[e]])
      cut.add(graph.outputStart[graph.edgeSource[e]] + graph.edgeOutput[e]);
  const bytes = (of: Iterable<number>) => [...of].sort((a, b) => a - b);
  expect(bytes(layers.outputBytes)).toEqual(bytes([...cut].map((tensor) => graph.outputBytes[tensor])));
  const strangers = layers.names.filter((name, node) => {
    if (layers.role[node] === Role.forward) return false;
    const forward = layers.twin[node];
    const named = name === `${layers.names[forward]}/${roleNames[layers.role[node]]}`;
    return !named || layers.colocation[node] !== layers.colocation[forward];
  });
  expect(strangers).toEqual([]);
  expect(layers.edgeOutput.includes(CONTROL)).toBe(false);
}

describe("a graph of layers", () => {
  test.each(workloadCatalog)(
    "of $name conserves work, weights and what passes between layers",
    (workload) => {
      const graph = defaultGraph(workload);
      const layers = layerGraph(graph);
      holdsLaws(graph, layers);
      expect(layers.opCount).toBeLessThan(graph.opCount);
    },
  );

  test("is what a workload is built as at the granularity of layers", () => {
    const workload = workloadCatalog.find(({ name }) => name === "alexnet")!;
    const built = buildWorkload(workload, defaultsOf(workload), { granularity: "layer" });
    expect(built).toEqual(layerGraph(defaultGraph(workload)));
  });

  test("of random networks conserves them too, also where layers wait for each other", () => {
    const steps = fc.array(fc.record({ layer: fc.nat(4), back: fc.nat(3), kind: fc.nat(2) }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(steps, (list) => {
        const tape = createTape();
        const made: Tensor[] = [tape.feed("x", [4, 8])];
        list.forEach(({ layer, back, kind }, i) => {
          const [last, earlier] = [made[made.length - 1], made[Math.max(0, made.length - 1 - back)]];
          const name = `layer_${layer}/op_${i}`;
          if (kind === 0) made.push(dense(tape, last, name, 8));
          else if (kind === 1) made.push(tanh(tape, last, name));
          else made.push(add(tape, last, earlier, name));
        });
        const logits = dense(tape, made[made.length - 1], "head/logits", 3);
        softmaxCrossEntropy(tape, logits, tape.feed("labels", [4], "wide"), "loss");
        const graph = trainingGraph(tape, momentum);
        holdsLaws(graph, layerGraph(graph));
      }),
      { numRuns: drawn(100) },
    );
  });

  test("layers that wait for each other become one, named after all", () => {
    const tape = createTape();
    let x: Tensor = tape.feed("x", [4, 8]);
    for (const name of ["layer_0/a", "layer_1/a", "layer_0/b"]) x = dense(tape, x, name, 8);
    softmaxCrossEntropy(tape, x, tape.feed("labels", [4], "wide"), "loss");
    expect(layerGraph(trainingGraph(tape, momentum)).names).toEqual([
      "x",
      "layer_0+layer_1",
      "labels",
      "loss",
      "loss/backward",
      "layer_0+layer_1/backward",
      "layer_0+layer_1/update",
    ]);
  });
});

describe("the layer of an op", () => {
  test.each([
    ["encoder/layer_3/attention/query/matmul", "encoder/layer_3"],
    ["stage_1/block_2/reduce/conv", "stage_1/block_2"],
    ["layer_0/step_12/gates", "layer_0"],
    ["projection/step_3", "projection"],
    ["step_3", "step_3"],
    ["encoder/layer_0/forward/step_4/matmul", "encoder/layer_0"],
    ["head/logits", "head"],
    ["loss", "loss"],
  ])("%s is %s", (op, layer) => {
    expect(layerOf(op)).toBe(layer);
  });
});
