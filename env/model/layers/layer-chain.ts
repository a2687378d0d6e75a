/**
 * A scenario as a chain of layers, as pipelines see it. Layers are the elements (elements.ts),
 * co-located ops with their backward twins and updates, in a topological order. A stage is an
 * interval of them.
 *
 * Times are those of the whole batch. A share of the batch takes `fixed + share x (time - fixed)`
 * (env/model/cluster/micro-batch.ts); bytes of activations shrink with the share, those of weights
 * do not. Inputs that only the host runs are in no layer.
 */
import { isCpu } from "../cluster/cluster.ts";
import { deviceTypes } from "../cluster/device-types.ts";
import { launchTimesUs } from "../cluster/micro-batch.ts";
import { runTimesUs } from "../cluster/speed.ts";
import { type OpGraph, Role } from "../graph/graph.ts";
import { opClasses } from "../graph/op-classes.ts";
import { kindsOf } from "../graph/support.ts";
import { HOST_STAGE } from "../plan/pipeline.ts";
import type { Scenario } from "../scenario.ts";
import { contract } from "./elements.ts";
import { gradientBuffers } from "./gradient-buffers.ts";
import { thinnedCuts } from "./thinned-cuts.ts";

/** Accelerators that are interchangeable: equal times and memory. Routes may differ. */
export interface AcceleratorType {
  readonly devices: readonly number[];
  readonly memoryBytes: number;
}

export interface LayerChain {
  readonly scenario: Scenario;
  readonly count: number;
  /** Layer of each op, `HOST_STAGE` for inputs, shape [opCount]. */
  readonly layerOf: Int32Array;
  readonly types: readonly AcceleratorType[];
  /** us of the batch, shape [types x count], and the part that does not shrink with it. */
  readonly forwardUs: Float64Array;
  readonly forwardFixedUs: Float64Array;
  readonly backwardUs: Float64Array;
  readonly backwardFixedUs: Float64Array;
  /** us of updates, once in a batch, shape [types x count]. */
  readonly updateUs: Float64Array;
  /** Shape [count]. */
  readonly weightBytes: Float64Array;
  /** Buffers of a layer alone; layers that share a weight may share one. */
  readonly gradientBytes: Float64Array;
  /** Activations that the backward pass needs. */
  readonly keptBytes: Float64Array;
  /** What crosses the cut after each layer, forward and backward; 0 after the last. */
  readonly cutBytes: Float64Array;
  readonly gradientCutBytes: Float64Array;
}

/** Layers that planners with cubic programs can still take. */
export const MOST_LAYERS = 192;

/**
 * The chain of a scenario, with at most so many layers: neighbours are merged where the cut between
 * them is dearest. A sentence where some op runs on no accelerator.
 */
export function layerChain(scenario: Scenario, most = MOST_LAYERS): LayerChain | string {
  const types = acceleratorTypes(scenario);
  if (types.length === 0) return "The cluster has no accelerator to put stages on.";
  const hosted = hostedOps(scenario, types);
  if (typeof hosted === "string") return hosted;
  const elements = contract(scenario);
  const numberOf = numbersOf(elements.of, elements.count, hosted);
  const fine = chainOf(scenario, types, numberOf.layerOf, numberOf.count);
  if (fine.count <= most) return fine;
  const merged = thinnedCuts(fine, most);
  return chainOf(
    scenario,
    types,
    fine.layerOf.map((layer) => (layer === HOST_STAGE ? layer : merged[layer])),
    merged[fine.count - 1] + 1,
  );
}

function acceleratorTypes({ graph, cluster }: Scenario): AcceleratorType[] {
  const { devices } = cluster;
  const runUs = runTimesUs(graph, cluster);
  const memory = devices.map(({ memoryBytes }) => memoryBytes);
  const { typeOf, first } = deviceTypes(devices.length, [runUs, memory]);
  return first
    .map((d, type) => ({
      devices: [...devices.keys()].filter((other) => typeOf[other] === type && !isCpu(devices[other])),
      memoryBytes: devices[d].memoryBytes,
    }))
    .filter((type) => type.devices.length > 0);
}

/** 1 for inputs that the host runs. */
function hostedOps({ graph, cluster }: Scenario, types: readonly AcceleratorType[]): Uint8Array | string {
  const hosted = new Uint8Array(graph.opCount);
  const kinds = types.map(({ devices }) => cluster.devices[devices[0]].kind);
  for (let v = 0; v < graph.opCount; v++) {
    const own = kindsOf(graph, v);
    if (own === null || kinds.some((kind) => own.includes(kind))) continue;
    const isSource = graph.role[v] === Role.forward && graph.inStart[v] === graph.inStart[v + 1];
    if (!isSource || graph.parameterBytes[v] > 0)
      return `Op "${graph.names[v]}" runs on no accelerator of the cluster and is no input, so no stage can hold it.`;
    hosted[v] = 1;
  }
  return hosted;
}

/** Elements without hosted ops, numbered on in their order. */
function numbersOf(elementOf: Int32Array, count: number, hosted: Uint8Array) {
  const used = new Uint8Array(count);
  elementOf.forEach((element, v) => {
    if (hosted[v] === 0) used[element] = 1;
  });
  let next = 0;
  const number = Int32Array.from(used, (isUsed) => (isUsed ? next++ : HOST_STAGE));
  return { layerOf: elementOf.map((element, v) => (hosted[v] ? HOST_STAGE : number[element])), count: next };
}

function chainOf(
  scenario: Scenario,
  types: readonly AcceleratorType[],
  layerOf: Int32Array,
  count: number,
): LayerChain {
  const { graph, cluster } = scenario;
  const deviceCount = cluster.devices.length;
  const { once, fixedPort } = opClasses(graph);
  const runUs = runTimesUs(graph, cluster);
  const launchUs = launchTimesUs(runUs, cluster);
  const times = () => new Float64Array(types.length * count);
  const [forwardUs, forwardFixedUs, backwardUs, backwardFixedUs, updateUs] = [
    times(),
    times(),
    times(),
    times(),
    times(),
  ];
  const weightBytes = new Float64Array(count);
  for (let v = 0; v < graph.opCount; v++) {
    const layer = layerOf[v];
    if (layer === HOST_STAGE) continue;
    weightBytes[layer] += graph.parameterBytes[v];
    types.forEach(({ devices }, type) => {
      const at = type * count + layer;
      const us = runUs[v * deviceCount + devices[0]];
      const fixed = once[v] === 1 ? us : launchUs[v * deviceCount + devices[0]];
      if (graph.role[v] === Role.forward) {
        forwardUs[at] += us;
        forwardFixedUs[at] += fixed;
      } else if (once[v] === 1) updateUs[at] += us;
      else {
        backwardUs[at] += us;
        backwardFixedUs[at] += fixed;
      }
    });
  }
  return {
    scenario,
    count,
    layerOf,
    types,
    forwardUs,
    forwardFixedUs,
    backwardUs,
    backwardFixedUs,
    updateUs,
    weightBytes,
    gradientBytes: gradientBuffers(graph, layerOf, count).gradientBytes,
    ...tensorBytes(graph, layerOf, count, fixedPort),
  };
}

type TensorBytes = Pick<LayerChain, "keptBytes" | "cutBytes" | "gradientCutBytes">;

/** A tensor crosses every cut between its producer and its furthest consumer, once each way. */
function tensorBytes(graph: OpGraph, layerOf: Int32Array, count: number, fixedPort: Uint8Array): TensorBytes {
  const keptBytes = new Float64Array(count);
  const forwardSteps = new Float64Array(count + 1);
  const backwardSteps = new Float64Array(count + 1);
  for (let u = 0; u < graph.opCount; u++) {
    const home = layerOf[u];
    if (home === HOST_STAGE) continue;
    const isForward = graph.role[u] === Role.forward;
    for (let port = graph.outputStart[u]; port < graph.outputStart[u + 1]; port++) {
      const bytes = graph.outputBytes[port];
      if (fixedPort[port] === 1) continue;
      const { least, most, isKept } = reachOf(graph, layerOf, u, port - graph.outputStart[u]);
      if (isForward && isKept) keptBytes[home] += bytes;
      if (isForward && most > home) {
        forwardSteps[home] += bytes;
        forwardSteps[most] -= bytes;
      }
      if (!isForward && least < home) {
        backwardSteps[least] += bytes;
        backwardSteps[home] -= bytes;
      }
    }
  }
  return {
    keptBytes,
    cutBytes: summedSteps(forwardSteps),
    gradientCutBytes: summedSteps(backwardSteps),
  };
}

/** Layers between which an output is used, and whether the backward pass uses it. */
function reachOf(graph: OpGraph, layerOf: Int32Array, u: number, port: number) {
  let [least, most, isKept] = [layerOf[u], layerOf[u], false];
  for (let i = graph.outStart[u]; i < graph.outStart[u + 1]; i++) {
    const e = graph.outEdge[i];
    if (graph.edgeOutput[e] !== port) continue;
    const v = graph.edgeDestination[e];
    least = Math.min(least, layerOf[v]);
    most = Math.max(most, layerOf[v]);
    if (graph.role[v] === Role.backward) isKept = true;
  }
  return { least, most, isKept };
}

/** Sums of steps, without what rounding leaves behind. */
function summedSteps(steps: Float64Array): Float64Array {
  let sum = 0;
  return steps.subarray(0, steps.length - 1).map((step) => {
    sum += step;
    return Math.max(0, sum);
  });
}
