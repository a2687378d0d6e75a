/**
 * A scenario as HeterPS sees it (see problem.ts): its layers as a chain, and its devices as units
 * of resource types. Times are in us, money in USD, the floor in samples per us.
 *
 * - A layer is an element (env/model/layers/elements.ts): co-located ops with their backward twins
 *   and updates. Its computing on a type is the sum of its ops' run times, infinite where the type
 *   cannot run one of them.
 * - Inputs that take no time and hold no weights are in no layer: the host gives them to the
 *   pipeline (`HOST_STAGE`).
 * - A type is a set of devices of one kind with equal run times, price and shares. Its limit is
 *   their number.
 * - The transfers of a layer are all bytes that cross the front of a stage that begins with it.
 *   They go in both directions over the slowest link of the cluster. A tensor between two later
 *   layers passes through the stages in between.
 */
import { isCpu } from "../../../model/cluster/cluster.ts";
import { deviceTypes } from "../../../model/cluster/device-types.ts";
import { runTimesUs } from "../../../model/cluster/speed.ts";
import { InputError } from "../../../model/errors.ts";
import { CONTROL, type OpGraph, Role } from "../../../model/graph/graph.ts";
import { contract } from "../../../model/layers/elements.ts";
import { HOST_STAGE } from "../../../model/plan/pipeline.ts";
import type { Scenario } from "../../../model/scenario.ts";
import { checkProblem, type ProvisioningProblem } from "./problem.ts";

export interface PricedType {
  readonly kind: string;
  /** Its units, in their order in the cluster. */
  readonly devices: readonly number[];
}

export interface PricedChain {
  readonly problem: ProvisioningProblem;
  /** Layer of each op, `HOST_STAGE` for inputs, shape [opCount]. */
  readonly layerOf: Int32Array;
  readonly types: readonly PricedType[];
  /** Type of each device, shape [deviceCount]. */
  readonly typeOf: Int32Array;
  /** Run times of ops on types in us, shape [opCount x types]. */
  readonly runUs: Float64Array;
  /** us of a byte between two stages. */
  readonly usPerByte: number;
}

const US_PER_SECOND = 1e6;
const US_PER_HOUR = 3600 * US_PER_SECOND;

/** Throws one sentence where the scenario lacks a price, a demand or the samples of its batch. */
export function pricedChain(scenario: Scenario): PricedChain {
  const { graph, cluster } = scenario;
  const { devices, links } = cluster;
  const { batch, demand } = checkPriced(scenario);
  const all = runTimesUs(graph, cluster);
  const { typeOf, first } = deviceTypes(devices.length, [
    devices.map(({ kind }) => kind),
    devices.map(({ usdPerHour }) => usdPerHour),
    devices.map(({ computeShare = 1 }) => computeShare),
    devices.map(({ transferShare = 1 }) => transferShare),
    all,
  ]);
  const { layerOf, count } = layersOf(scenario, all);
  const types = first.length;
  const runUs = new Float64Array(graph.opCount * types);
  const computeTime = new Float64Array(count * types);
  for (let v = 0; v < graph.opCount; v++)
    for (let type = 0; type < types; type++) {
      const us = all[v * devices.length + first[type]];
      runUs[v * types + type] = us;
      if (layerOf[v] !== HOST_STAGE) computeTime[layerOf[v] * types + type] += us;
    }
  const slowest = links.reduce((least, link) => Math.min(least, link.bytesPerUs), Number.POSITIVE_INFINITY);
  const usPerByte = 1 / slowest;
  const perType = (of: (d: number) => number) => Float64Array.from(first, of);
  const problem = checkProblem({
    layers: count,
    types,
    computeTime,
    transferTime: frontBytes(graph, layerOf, count).map((bytes) => bytes * usPerByte),
    batch,
    computeShare: perType((d) => devices[d].computeShare ?? 1),
    transferShare: perType((d) => devices[d].transferShare ?? 1),
    price: perType((d) => devices[d].usdPerHour! / US_PER_HOUR),
    limit: Int32Array.from(first, (_, type) => typeOf.reduce((sum, of) => sum + Number(of === type), 0)),
    samples: demand.samples,
    floor: demand.samplesPerSecond / US_PER_SECOND,
  });
  const pricedTypes = first.map((d, type) => ({
    kind: devices[d].kind,
    devices: [...devices.keys()].filter((other) => typeOf[other] === type),
  }));
  return { problem, layerOf, types: pricedTypes, typeOf, runUs, usPerByte };
}

/** The elements in their order without inputs, which are the host's. */
function layersOf(scenario: Scenario, runUs: Float64Array) {
  const { graph, cluster } = scenario;
  const { of, count } = contract(scenario);
  const host = cluster.devices.findIndex(isCpu);
  const isHosted = Array.from(of, (_, v) => isIdleInput(graph, v, runUs, host));
  const isUsed = new Uint8Array(count);
  of.forEach((element, v) => {
    if (!isHosted[v]) isUsed[element] = 1;
  });
  let layers = 0;
  const layerOfElement = Int32Array.from(isUsed, (used) => (used === 1 ? layers++ : HOST_STAGE));
  const layerOf = of.map((element, v) => (isHosted[v] ? HOST_STAGE : layerOfElement[element]));
  if (layers > 0) return { layerOf, count: layers };
  throw new InputError(
    `Scenario "${scenario.name}" has nothing but inputs, so there is no layer to rent for.`,
  );
}

/** A forward op without inputs, weights or any time, which the host can run. */
function isIdleInput(graph: OpGraph, v: number, runUs: Float64Array, host: number): boolean {
  if (host === -1) return false;
  if (graph.role[v] !== Role.forward || graph.inStart[v] !== graph.inStart[v + 1]) return false;
  const devices = runUs.length / graph.opCount;
  const times = runUs.subarray(v * devices, (v + 1) * devices);
  if (graph.parameterBytes[v] > 0 || times[host] !== 0) return false;
  return times.every((us) => us === 0 || us === Number.POSITIVE_INFINITY);
}

/** The problem alone. */
export const problemOf = (scenario: Scenario): ProvisioningProblem => pricedChain(scenario).problem;

function checkPriced({ name, cluster, demand, graph: { batch } }: Scenario) {
  const lacks = (what: string) =>
    new InputError(`Scenario "${name}" ${what}, which the objective cost needs.`);
  if (demand === undefined) throw lacks("has no demand of samples");
  if (batch === null) throw lacks("does not say how many samples its batch has");
  const unpriced = cluster.devices.find(({ usdPerHour }) => usdPerHour === undefined);
  if (unpriced !== undefined) throw lacks(`has no price for device "${unpriced.name}"`);
  return { batch, demand };
}

/**
 * Bytes that cross the front of each stage or layer, in both directions. A tensor counts once at
 * each front between its producer and its consumers. `numberOf` is the stage or layer of each op.
 */
export function frontBytes(graph: OpGraph, numberOf: Int32Array, count: number): Float64Array {
  const bytes = new Float64Array(count);
  for (let u = 0; u < graph.opCount; u++)
    for (let port = graph.outputStart[u]; port < graph.outputStart[u + 1]; port++) {
      let [least, most] = [numberOf[u], numberOf[u]];
      for (let i = graph.outStart[u]; i < graph.outStart[u + 1]; i++) {
        const e = graph.outEdge[i];
        const output = graph.edgeOutput[e];
        if (output === CONTROL || output !== port - graph.outputStart[u]) continue;
        const number = numberOf[graph.edgeDestination[e]];
        least = Math.min(least, number);
        most = Math.max(most, number);
      }
      for (let front = least + 1; front <= most; front++) bytes[front] += graph.outputBytes[port];
    }
  return bytes;
}
