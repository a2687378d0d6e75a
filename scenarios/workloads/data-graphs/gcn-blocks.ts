/**
 * A training step of graph convolutions (Kipf and Welling, ICLR 2017) over all of a data graph, in
 * blocks of its vertices. The ops of a block share a device, so a placement is a partition of the
 * data graph, as Roc makes it (Jia et al., MLSys 2020). Each layer sums the neighbours of each
 * vertex, and so reads activations of other blocks. Backward it reads their gradients. A device
 * gets a block whole and once, whichever of its vertices are neighbours.
 *
 * Weights live with the first block. Their gradients are summed two neighbouring blocks at a time,
 * so ranges of blocks send few sums. Features of vertices are where their block is, and take no
 * time to read.
 */
import { type GraphBuilder, graphBuilder, type OpSpec } from "../../../env/model/graph/builder.ts";
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import { dtypeOf } from "../tape/backward.ts";
import { adam } from "../tape/optimizers.ts";
import type { DataGraph } from "./data-graph.ts";
import { type VertexBlock, vertexBlocks } from "./vertex-blocks.ts";
import { LOAD_WIDTH, vertexFeatureNames, vertexFeatures } from "./vertex-features.ts";

export interface GcnShape {
  readonly blocks: number;
  readonly layers: number;
  /** Numbers that a vertex comes with. */
  readonly features: number;
  readonly width: number;
  readonly classes: number;
  /** Of the device; loads of activations that are still in it cost no memory access. */
  readonly cacheBytes: number;
}

const ELEMENT_BYTES = 4;
/** FLOP for each number: exponential, sum, division, logarithm and their gradient. */
const LOSS_FLOPS = 8;

export function gcnBlocks(data: DataGraph, shape: GcnShape): OpGraph {
  const blocks = vertexBlocks(data, shape.blocks);
  const builder = graphBuilder({ dtype: dtypeOf(32) });
  const layers = Array.from({ length: shape.layers }, (_, l): Layer => {
    const isLast = l === shape.layers - 1;
    const columns = isLast ? shape.classes : shape.width;
    return { l, isLast, rows: l === 0 ? shape.features : shape.width, columns };
  });
  const step: Step = { builder, blocks, shape, data };
  blocks.forEach(({ vertices }, b) => {
    add(step, b, { name: `features/block_${b}`, type: "Feed", outputs: [bytesOf(vertices, shape.features)] });
  });
  for (const layer of layers) forward(step, layer);
  blocks.forEach(({ vertices }, b) => {
    const work = pointwise(vertices * shape.classes, LOSS_FLOPS);
    add(step, b, { name: `loss/block_${b}`, type: "SoftmaxCrossEntropy", ...work }, [
      `layer_${shape.layers - 1}/block_${b}/aggregate`,
    ]);
  });
  for (const layer of [...layers].reverse()) backward(step, layer);
  return builder.build();
}

interface Layer {
  readonly l: number;
  readonly isLast: boolean;
  /** Of its weights. */
  readonly rows: number;
  readonly columns: number;
}

interface Step {
  readonly builder: GraphBuilder;
  readonly blocks: readonly VertexBlock[];
  readonly shape: GcnShape;
  readonly data: DataGraph;
}

const bytesOf = (...sizes: number[]): number =>
  sizes.reduce((product, size) => product * size, ELEMENT_BYTES);

const pointwise = (elements: number, flops: number): Pick<OpSpec, "flops" | "bytesTouched" | "outputs"> => ({
  flops: flops * elements,
  bytesTouched: 2 * bytesOf(elements),
  outputs: [bytesOf(elements)],
});

function add({ builder }: Step, block: number, spec: OpSpec, inputs: readonly string[] = []): void {
  builder.op({ ...spec, colocation: `block_${block}` });
  for (const from of inputs) builder.edge({ from, to: spec.name });
}

function forward(step: Step, { l, isLast, rows, columns }: Layer): void {
  const { blocks } = step;
  add(step, 0, {
    name: `layer_${l}/weights`,
    type: "Variable",
    parameterBytes: bytesOf(rows, columns),
    outputs: [bytesOf(rows, columns)],
  });
  blocks.forEach(({ vertices }, b) => {
    const product: OpSpec = {
      name: `layer_${l}/block_${b}/matmul`,
      type: "BatchMatMul",
      flops: 2 * vertices * rows * columns,
      bytesTouched: bytesOf(vertices, rows) + bytesOf(rows, columns) + bytesOf(vertices, columns),
      outputs: [bytesOf(vertices, columns)],
    };
    add(step, b, product, [inputOf(l, b), `layer_${l}/weights`]);
  });
  aggregations(step, columns).forEach((work, b) => {
    const name = `layer_${l}/block_${b}/aggregate`;
    add(step, b, { name, type: "Aggregate", ...work });
    gather(step, b, name, (block) => `layer_${l}/block_${block}/matmul`);
    if (isLast) return;
    const relu = { name: `layer_${l}/block_${b}/relu`, type: "Relu" };
    add(step, b, { ...relu, ...pointwise(blocks[b].vertices * columns, 1) }, [name]);
  });
}

const inputOf = (l: number, b: number): string =>
  l === 0 ? `features/block_${b}` : `layer_${l - 1}/block_${b}/relu`;

function backward(step: Step, layer: Layer): void {
  const { l, isLast, rows, columns } = layer;
  const { blocks } = step;
  const arrivedAt = (b: number) => (isLast ? `loss/block_${b}/grad` : `layer_${l}/block_${b}/relu/grad`);
  blocks.forEach(({ vertices }, b) => {
    const source = isLast ? `loss/block_${b}` : `layer_${l}/block_${b}/relu`;
    add(
      step,
      b,
      {
        name: arrivedAt(b),
        type: isLast ? "SoftmaxCrossEntropyGrad" : "ReluGrad",
        role: "backward",
        twin: source,
        ...pointwise(vertices * columns, isLast ? 2 : 1),
      },
      isLast ? [source] : [source, `layer_${l + 1}/block_${b}/matmul/grad`],
    );
  });
  aggregations(step, columns).forEach(({ dataFeatures: _, ...work }, b) => {
    const name = `layer_${l}/block_${b}/aggregate/grad`;
    const twin = `layer_${l}/block_${b}/aggregate`;
    add(step, b, { name, type: "Aggregate", role: "backward", twin, ...work });
    gather(step, b, name, arrivedAt);
  });
  blocks.forEach(({ vertices }, b) => {
    const own = l === 0 ? [] : [bytesOf(vertices, rows)];
    const touched = bytesOf(vertices, rows) + bytesOf(rows, columns) + bytesOf(vertices, columns);
    add(
      step,
      b,
      {
        name: `layer_${l}/block_${b}/matmul/grad`,
        type: "BatchMatMulGrad",
        role: "backward",
        twin: `layer_${l}/block_${b}/matmul`,
        flops: 2 * vertices * rows * columns * (1 + own.length),
        bytesTouched: touched * (1 + own.length),
        outputs: [...own, bytesOf(rows, columns)],
      },
      [`layer_${l}/block_${b}/aggregate/grad`, inputOf(l, b), `layer_${l}/weights`],
    );
  });
  update(step, layer);
}

/** The work of summing the neighbours of each vertex of a block. */
function aggregations({ data, blocks, shape }: Step, columns: number) {
  const features = vertexFeatures(data, columns);
  return blocks.map(({ firstVertex, vertices, neighbours, distinct }) => {
    const sums = vertexFeatureNames.map((name) => [
      name,
      features[name].subarray(firstVertex, firstVertex + vertices).reduce((sum, each) => sum + each, 0),
    ]);
    const dataFeatures: Record<(typeof vertexFeatureNames)[number], number> = Object.fromEntries(sums);
    const cached = distinct === 0 ? 0 : Math.min(1, shape.cacheBytes / bytesOf(distinct, columns));
    const missed = neighbours === 0 ? 0 : 1 - ((neighbours - distinct) / neighbours) * cached;
    const loads = dataFeatures.idLoads + missed * dataFeatures.activationLoads;
    return {
      flops: 2 * neighbours * columns,
      bytesTouched: Math.round(bytesOf(loads, LOAD_WIDTH)) + bytesOf(vertices, columns),
      outputs: [bytesOf(vertices, columns)],
      dataFeatures,
    };
  });
}

/** Reads all blocks with a neighbour in them. */
function gather({ builder, blocks }: Step, b: number, to: string, sourceOf: (block: number) => string): void {
  for (const block of blocks[b].sources) builder.edge({ from: sourceOf(block), to });
}

/** Sums the gradients of the weights two blocks at a time, then updates them. */
function update(step: Step, { l, rows, columns }: Layer): void {
  const { builder, blocks } = step;
  const bytes = bytesOf(rows, columns);
  const port = l === 0 ? 0 : 1;
  let sums = blocks.map((_, b) => ({ b, from: `layer_${l}/block_${b}/matmul/grad`, output: port }));
  while (sums.length > 1) {
    const pairs = sums.filter((_, i) => i % 2 === 0);
    sums = pairs.map((left, i) => {
      const right = sums[2 * i + 1];
      if (right === undefined) return left;
      const name = `layer_${l}/block_${left.b}/weights_sum_${right.b}`;
      const work = { flops: rows * columns, bytesTouched: 3 * bytes, outputs: [bytes] };
      add(step, left.b, { name, type: "AddN", role: "backward", ...work });
      for (const { from, output } of [left, right]) builder.edge({ from, output, to: name });
      return { b: left.b, from: name, output: 0 };
    });
  }
  const name = `layer_${l}/weights/update`;
  add(step, 0, {
    name,
    type: adam.type,
    role: "update",
    twin: `layer_${l}/weights`,
    flops: adam.flopsPerWeight * rows * columns,
    bytesTouched: adam.bytesTouchedPerByte * bytes,
  });
  const [{ from, output }] = sums;
  builder.edge({ from, output, to: name });
}
