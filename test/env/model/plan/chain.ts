/**
 * Chains of layers for tests, and pipeline plans of them in one line:
 *
 *     0-3@0 | 4-7@1,2 split x8 1f1b
 *     0@0 again | 1@1 swap x4 zb-h1 sync=exposed collective=tree
 *
 * A stage is LAYERS@DEVICES and words: `split` (the default) or `dealt`, `again` for recomputation,
 * `swap`. Behind the last come the micro-batches, the schedule, and options NAME=VALUE.
 */

import {
  type Cluster,
  colocationGrouping,
  createScenario,
  defaultFidelity,
  egressCluster,
  type Fidelity,
  graphBuilder,
  type Objective,
  type Scenario,
} from "../../../../env/index.ts";
import {
  type CollectiveName,
  HOST_STAGE,
  type PipelinePlan,
  type Share,
  type Sync,
} from "../../../../env/model/plan/pipeline.ts";

export interface TestLayer {
  readonly forwardUs: number;
  readonly backwardUs: number;
  /**
   * Weight gradients as ops of their own take so long; they are part of the backward op if absent.
   */
  readonly weightsUs?: number;
  readonly updateUs?: number;
  readonly weightBytes?: number;
  /** What the backward pass needs of the forward pass, beside the output. */
  readonly keptBytes?: number;
  /** What the next layer gets, and returns a gradient of. */
  readonly outputBytes?: number;
  readonly workspaceBytes?: number;
}

export interface ChainOptions {
  readonly layers: readonly TestLayer[];
  /** Number of equal GPUs, or the kind of each device. */
  readonly devices?: number | readonly string[];
  readonly bytesPerUs?: number;
  readonly latencyUs?: number;
  readonly launchUs?: number;
  readonly memoryBytes?: number;
  readonly batch?: number;
  readonly objective?: Objective;
  readonly fidelity?: Partial<Fidelity>;
  /** Gives the layers with these numbers inputs that only the host makes, of so many bytes. */
  readonly inputs?: Readonly<Record<number, number>>;
  readonly cluster?: Cluster;
  /** Backward ops use the input of their layer too. */
  readonly inputsAreKept?: boolean;
  /** A variable `e0` of so many bytes that the first and the last layer use. */
  readonly tiedBytes?: number;
  /** Outputs that a later layer uses too: from, to. Its backward op sends a gradient back. */
  readonly skips?: readonly (readonly [number, number])[];
}

export const uniformLayers = (count: number, layer: TestLayer): TestLayer[] => new Array(count).fill(layer);

/** Op `f3` is the forward op of layer 3; `b`, `w`, `u` are its backward, weights and update ops. */
export function chainScenario(options: ChainOptions): Scenario {
  const { layers, devices = layers.length, inputs = {}, skips = [], tiedBytes } = options;
  const builder = graphBuilder({ batch: options.batch ?? null });
  if (tiedBytes !== undefined) addVariable(builder, tiedBytes, layers.length - 1);
  layers.forEach((layer, i) => {
    builder.op({
      name: `f${i}`,
      measuredUs: { "*": layer.forwardUs },
      parameterBytes: layer.weightBytes ?? 0,
      workspaceBytes: layer.workspaceBytes ?? 0,
      outputs: [layer.outputBytes ?? 0, layer.keptBytes ?? 0],
      colocation: `layer ${i}`,
    });
    if (i > 0) builder.edge({ from: `f${i - 1}`, to: `f${i}` });
    if (inputs[i] === undefined) return;
    builder.op({ name: `x${i}`, outputs: [inputs[i]], measuredUs: { CPU: 1 }, supportedKinds: ["CPU"] });
    builder.edge({ from: `x${i}`, to: `f${i}` });
  });
  for (const [from, to] of skips) builder.edge({ from: `f${from}`, to: `f${to}` });
  for (let i = layers.length - 1; i >= 0; i--) addBackward(builder, options, i);
  const kinds = typeof devices === "number" ? new Array<string>(devices).fill("GPU") : devices;
  const graph = builder.build();
  return createScenario({
    name: "chain",
    graph,
    grouping: colocationGrouping(graph),
    cluster: options.cluster ?? clusterOf(kinds, options),
    objective: options.objective ?? "iteration",
    fidelity: { ...defaultFidelity, optimizerSlots: 0, ...options.fidelity },
  });
}

type Builder = ReturnType<typeof graphBuilder>;

/** Both users send a gradient to the sum `s0`, which the update `v0` reads. */
function addVariable(builder: Builder, bytes: number, last: number): void {
  const shared = { role: "backward", colocation: "layer 0", measuredUs: { "*": 1 } } as const;
  builder.op({ name: "e0", parameterBytes: bytes, outputs: [bytes], colocation: "layer 0" });
  builder.op({ ...shared, name: "s0", outputs: [bytes] });
  builder.op({ ...shared, name: "v0", role: "update", twin: "e0" });
  builder.edge({ from: "s0", to: "v0" });
  for (const i of new Set([0, last])) {
    builder.edge({ from: "e0", to: `f${i}` });
    builder.op({ ...shared, name: `g${i}`, outputs: [bytes], colocation: `layer ${i}` });
    builder.edge({ from: `b${i}`, to: `g${i}` });
    builder.edge({ from: `g${i}`, to: "s0" });
  }
}

function addBackward(builder: Builder, options: ChainOptions, i: number): void {
  const { layers, skips = [], inputsAreKept = false } = options;
  const { backwardUs, weightsUs, updateUs = 0, weightBytes = 0 } = layers[i];
  const splits = weightsUs !== undefined;
  const gradient = i === 0 ? 0 : (layers[i - 1].outputBytes ?? 0);
  const shared = { role: "backward" as const, twin: `f${i}`, colocation: `layer ${i}` };
  const skipped = skips.filter(([, to]) => to === i).map(([from]) => layers[from].outputBytes ?? 0);
  builder.op({
    ...shared,
    name: `b${i}`,
    measuredUs: { "*": backwardUs },
    outputs: [gradient, ...(splits ? [] : [weightBytes]), ...skipped],
  });
  skips
    .filter(([, to]) => to === i)
    .forEach(([from], k) => {
      builder.edge({ from: `b${i}`, to: `b${from}`, output: k + (splits ? 1 : 2) });
    });
  builder.edge({ from: `f${i}`, to: `b${i}`, output: 1 });
  if (inputsAreKept && i > 0) builder.edge({ from: `f${i - 1}`, to: `b${i}` });
  if (i + 1 < layers.length) builder.edge({ from: `b${i + 1}`, to: `b${i}` });
  if (splits) {
    builder.op({ ...shared, name: `w${i}`, measuredUs: { "*": weightsUs }, outputs: [weightBytes] });
    builder.edge({ from: `f${i}`, to: `w${i}`, output: 1 });
    builder.control(`b${i}`, `w${i}`);
  }
  builder.op({ ...shared, role: "update", name: `u${i}`, measuredUs: { "*": updateUs } });
  builder.edge({ from: splits ? `w${i}` : `b${i}`, to: `u${i}`, output: splits ? 0 : 1 });
}

function clusterOf(kinds: readonly string[], options: ChainOptions): Cluster {
  const { bytesPerUs = 1e15, latencyUs = 0, launchUs = 0, memoryBytes = Number.POSITIVE_INFINITY } = options;
  const devices = kinds.map((kind, d) => ({
    name: `${kind.toLowerCase()}:${d}`,
    kind,
    flopsPerUs: { float32: 1 },
    memoryBytesPerUs: 1,
    memoryBytes: kind === "CPU" ? Number.POSITIVE_INFINITY : memoryBytes,
    launchUs,
  }));
  return egressCluster(`${kinds.length} devices`, devices, { bytesPerUs, latencyUs });
}

/**
 * The plan that a line describes. Ops whose names end in the number of a layer are in its stage.
 */
export function pipelineOf({ graph }: Scenario, text: string): PipelinePlan {
  const stages: { devices: number[]; share: Share }[] = [];
  const stageOfLayer = new Map<number, number>();
  const marked = { again: new Set<number>(), swap: new Set<number>() };
  let microBatches = 1;
  let name = "1f1b";
  const options: Record<string, unknown> = {};
  text.split("|").forEach((segment, stage) => {
    const [place, ...words] = segment.trim().split(/\s+/);
    const [layers, devices] = place.split("@");
    for (const layer of numbersIn(layers)) stageOfLayer.set(layer, stage);
    stages.push({ devices: numbersIn(devices), share: words.includes("dealt") ? "dealt" : "split" });
    for (const word of words) {
      if (word === "again" || word === "swap") marked[word].add(stage);
      else if (/^x\d+$/.test(word)) microBatches = Number(word.slice(1));
      else if (word.includes("=")) {
        const [option, value] = word.split("=");
        options[option] = /^\d+$/.test(value) ? Number(value) : value;
      } else if (word !== "split" && word !== "dealt") name = word;
    }
  });
  const stageOf = Int32Array.from(graph.names, (op) =>
    op.startsWith("x") ? HOST_STAGE : (stageOfLayer.get(Number(/\d+$/.exec(op)![0])) ?? 0),
  );
  const flags = (of: ReadonlySet<number>) =>
    Uint8Array.from(stageOf, (stage, v) => (graph.role[v] === 0 && of.has(stage) ? 1 : 0));
  const { collective, sync, ...ofSchedule } = options;
  return {
    kind: "pipeline",
    stages,
    stageOf,
    microBatches,
    schedule: { name, ...ofSchedule },
    ...(marked.again.size > 0 && { recompute: flags(marked.again) }),
    ...(marked.swap.size > 0 && { swap: flags(marked.swap) }),
    ...(collective !== undefined && { collective: collective as CollectiveName }),
    ...(sync !== undefined && { sync: sync as Sync }),
  };
}

/** `0-3,5` is 0, 1, 2, 3, 5. */
function numbersIn(text: string): number[] {
  return text.split(",").flatMap((range) => {
    const [from, to = from] = range.split("-").map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}

/** One layer a stage, stage k on device k mod `devices`. */
export const straightText = (
  stages: number,
  microBatches: number,
  schedule: string,
  devices = stages,
): string =>
  `${Array.from({ length: stages }, (_, s) => `${s}@${s % devices}`).join(" | ")} x${microBatches} ${schedule}`;
