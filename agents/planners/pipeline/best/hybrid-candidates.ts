/**
 * Pipelines that are exact on a chain under a model, as first plans of `best`. For each number of
 * micro-batches the program of exact/stages/hybrid chooses cuts and replicas, which stages
 * recompute, and the tensor ranks of each replica. The latency of 1F1B with a flush is then least:
 *
 *   fill + (micro-batches - 1) x slowest stage + what is left to sum of the gradients
 *
 * A stage takes the longer of its passes and its transfer. Links have the bandwidth of the slowest
 * one, inside machines or across. Activations are kept by the depth of a stage. A long chain is
 * merged to few layers first. Where there are many more devices than layers, stages take them in
 * bundles of two, four and so on.
 */
import { type LayerChain, layerChain } from "../../../../env/model/layers/layer-chain.ts";
import { insideOf } from "../../../../env/model/layers/stage-families.ts";
import { HOST_STAGE } from "../../../../env/model/plan/pipeline.ts";
import { leastLatency } from "../../../exact/stages/hybrid/latency.ts";
import type { StageCost, StageProblem } from "../../../exact/stages/hybrid/problem.ts";
import { machineBorders } from "../../../problems/pipeline/machine-borders.ts";
import { powersOfTwo } from "../../../problems/pipeline/micro-batches.ts";
import type { Candidate } from "../../../search/pipelines/grid.ts";
import { type StageEstimator, stageEstimator } from "../../../search/pipelines/stage-estimate.ts";
import { type TensorEstimator, tensorEstimator } from "./tensor-estimate.ts";

/** The program's tables grow with the square of the layers. */
const MOST_LAYERS = 32;
/** Up to so many devices a stage may have any number of replicas, then powers of two. */
const FEW_DEVICES = 16;
/** With more, every second number of micro-batches is tried. */
const MANY_DEVICES = 64;
/** Up to so many devices costs are asked for every place. */
const FEW_PLACES = 32;
/** Each layer alone would get at least so many bundles of devices. */
const BUNDLES_OF_A_LAYER = 2;

/**
 * One candidate for each number of micro-batches under which something fits, best estimate first.
 *
 * @param memoryShare share of the memory that the model may fill
 * @param degrees numbers of tensor ranks that a replica may have, 1 first; with others than 1 it
 *   finds nothing on many devices, where the program would take long
 */
export function hybridCandidates(
  fine: LayerChain,
  microBatchNumbers: readonly number[],
  memoryShare: number,
  degrees: readonly number[] = [1],
): Candidate[] {
  const deviceCount = fine.types.reduce((sum, { devices }) => sum + devices.length, 0);
  const isLarge = deviceCount > MANY_DEVICES;
  if (isLarge && degrees.length > 1) return [];
  const chain = fine.count <= MOST_LAYERS ? fine : layerChain(fine.scenario, MOST_LAYERS);
  if (typeof chain === "string") return [];
  const place = placesOf(chain);
  const tensors = degrees.map((degree) => (degree === 1 ? null : tensorEstimator(chain, degree)));
  const firstFine = firstLayers(fine, chain);
  const estimator = stageEstimator(chain);
  const candidates: Candidate[] = [];
  for (const microBatches of microBatchNumbers.filter((_, i) => !isLarge || i % 2 === 0)) {
    const found = leastLatency(
      problemOf(chain, { estimator, tensors }, place, { microBatches, memoryShare }),
    );
    if (found === null) continue;
    let start = 0;
    const stages = found.stages.map(({ first, end, replicas, variant }) => {
      const devices = place.devices.slice(start, start + replicas * place.bundle);
      start += devices.length;
      const inside = insideOf({ tensor: degrees[variant >> 1], zero: false }, devices.length);
      return {
        from: firstFine[first],
        to: firstFine[end],
        devices,
        share: "split" as const,
        recompute: variant % 2 === 1,
        ...(inside !== null && { inside }),
      };
    });
    candidates.push({
      plan: { stages, microBatches, schedule: { name: "1f1b" } },
      estimateUs: found.value,
    });
  }
  return candidates.sort((a, b) => a.estimateUs - b.estimateUs);
}

interface Places {
  /** In the order in which stages take them. */
  readonly devices: readonly number[];
  /** Devices that stages take together: bundle b is those from b x bundle on. */
  readonly bundle: number;
  /** Of each bundle. */
  readonly placeClass: Int32Array;
  /** The first device, by its place, of a bundle of each class. */
  readonly startOf: readonly number[];
  readonly machineOf: Int32Array;
  readonly insideBytesPerUs: number;
  readonly acrossBytesPerUs: number;
}

/** Machine by machine, those of one type together. */
function placesOf({ scenario, types, count }: LayerChain): Places {
  const all = types.flatMap((type) => type.devices);
  const { devices, ends, insideBytesPerUs, acrossBytesPerUs } = machineBorders(scenario, all);
  const machineOf = Int32Array.from(devices, (_, i) => ends.findIndex((end) => i < end));
  const [size] = ends;
  const isRegular = types.length === 1 && ends.every((end, i) => end === (i + 1) * size);
  const bundle = bundleOf(devices.length / (count * BUNDLES_OF_A_LAYER), ends);
  const placeClass = Int32Array.from({ length: devices.length / bundle }, (_, i) => {
    if (isRegular) return ends.length === 1 ? 0 : i % (size / bundle);
    return devices.length <= FEW_PLACES ? i : 0;
  });
  const startOf: number[] = [];
  placeClass.forEach((place, i) => {
    startOf[place] ??= i * bundle;
  });
  return { devices, bundle, placeClass, startOf, machineOf, insideBytesPerUs, acrossBytesPerUs };
}

/** The largest power of two up to a limit that divides each machine. */
function bundleOf(limit: number, ends: readonly number[]): number {
  let bundle = 1;
  while (2 * bundle <= limit && ends.every((end) => end % (2 * bundle) === 0)) bundle *= 2;
  return bundle;
}

/** Costs of replicas of one device, and by degree those of tensor ranks, null for degree 1. */
interface Estimators {
  readonly estimator: StageEstimator;
  readonly tensors: readonly (TensorEstimator | null)[];
}

function problemOf(
  chain: LayerChain,
  { estimator, tensors }: Estimators,
  place: Places,
  { microBatches, memoryShare }: { readonly microBatches: number; readonly memoryShare: number },
): StageProblem {
  const { devices, startOf, machineOf, bundle } = place;
  const count = devices.length;
  const bundles = count / bundle;
  const cluster = chain.scenario.cluster.devices;
  const types = startOf.map((start) => suffixTypes(chain, estimator, devices.slice(start)));
  const limits = startOf.map((start) =>
    runningLeast(devices.slice(start).map((d) => cluster[d].memoryBytes * memoryShare)),
  );
  return {
    layers: chain.count,
    devices: bundles,
    microBatches,
    replicaCounts:
      count <= FEW_DEVICES ? Array.from({ length: count }, (_, i) => i + 1) : powersOfTwo(bundles),
    placeClass: place.placeClass,
    variants: 2 * tensors.length,
    cost(from, to, at, taken, variant): StageCost | null {
      const start = startOf[at];
      const taking = taken * bundle;
      if (start + taking > count) return null;
      const tensor = tensors[variant >> 1];
      const ranks = tensor?.degree ?? 1;
      if (taking % ranks !== 0 || start % ranks !== 0) return null;
      const replicas = taking / ranks;
      const type = types[at][taking - 1];
      const isInside = machineOf[start] === machineOf[start + taking - 1];
      const sumsBytesPerUs = isInside ? place.insideBytesPerUs : place.acrossBytesPerUs;
      // The stage before may be on another machine where this one begins.
      const isFirst = start === 0 || machineOf[start - 1] !== machineOf[start];
      const inBytesPerUs = isInside && !isFirst ? place.insideBytesPerUs : place.acrossBytesPerUs;
      const share = 1 / (microBatches * replicas);
      const range = { from, to, type, recompute: variant % 2 === 1 };
      const own = tensor ?? estimator;
      const us = own.us(range, share);
      const inUs = from === 0 ? 0 : (chain.cutBytes[from - 1] * share) / inBytesPerUs;
      const backUs = from === 0 ? 0 : (chain.gradientCutBytes[from - 1] * share) / inBytesPerUs;
      const sync = (2 * (replicas - 1) * own.weightBytes({ from, to })) / replicas / sumsBytesPerUs;
      const [fixed, one] = [0, 1].map((live) => own.bytes(range, share, live));
      const deepest = depthWithin(limits[at][taking - 1] - fixed, one - fixed);
      const forwardUs =
        own.us({ ...range, recompute: true }, share) - own.us({ ...range, recompute: false }, share);
      return {
        fill: us + inUs + backUs,
        period: Math.max(us, inUs, backUs),
        sync: sync + own.updateUs(range),
        hidden: us - forwardUs + backUs,
        deepest: deepest >= microBatches ? Number.POSITIVE_INFINITY : deepest,
      };
    },
  };
}

/** Micro-batches in flight that fit the rest of the memory. */
function depthWithin(restBytes: number, bytes: number): number {
  if (restBytes < 0) return 0;
  return bytes <= 0 ? Number.POSITIVE_INFINITY : Math.floor(restBytes / bytes);
}

/** The slowest type of the first 1, 2, ... devices. */
function suffixTypes({ types }: LayerChain, { slowestType }: StageEstimator, devices: readonly number[]) {
  if (types.length === 1) return new Int32Array(devices.length);
  let slowest = devices[0];
  return Int32Array.from(devices, (device) => {
    const type = slowestType([slowest, device]);
    if (type === slowestType([device])) slowest = device;
    return type;
  });
}

function runningLeast(values: readonly number[]): number[] {
  let least = Number.POSITIVE_INFINITY;
  return values.map((value) => {
    least = Math.min(least, value);
    return least;
  });
}

/** The first layer of a chain in each layer of its merged one, and the end. */
function firstLayers(fine: LayerChain, merged: LayerChain): Int32Array {
  const first = new Int32Array(merged.count + 1).fill(fine.count);
  merged.layerOf.forEach((layer, v) => {
    if (layer !== HOST_STAGE) first[layer] = Math.min(first[layer], fine.layerOf[v]);
  });
  return first;
}
