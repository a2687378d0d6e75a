/**
 * Random changes of an instance, one number or one edge at a time. They keep an instance sane:
 *
 * - times of ops, sizes of outputs and bandwidths stay within a tenth and ten times of the start;
 * - speeds of accelerators stay within a quarter and four times; hosts keep theirs;
 * - latencies stay between 0 and the median time of an op;
 * - edges are added along a topological order of the start, up to half as many more, and at least
 *   half of them stay;
 * - all transfers together, each edge sent once over the slowest link, take at most three times as
 *   long as all ops. A start above that does not rise further.
 *
 * The changes are those of PISA: weights of tasks, of dependencies and of the network, and added or
 * removed dependencies. Coleman and Krishnamachari, PISA: An Adversarial Approach to Comparing Task
 * Graph Scheduling Algorithms, 2024.
 */
import { isCpu } from "../../../env/model/cluster/cluster.ts";
import { CONTROL } from "../../../env/model/graph/graph.ts";
import type { Rng } from "../../../env/model/rng.ts";
import type { Edge, Instance, Start } from "./instance.ts";

export const FACTORS = { numbers: 10, speeds: 4 } as const;
/** Standard deviation of a step, of the natural logarithm of a factor. */
const STEP = 0.7;

type Move = (instance: Instance, rng: Rng) => Instance | null;

/** How often each is drawn. */
const moves: readonly (readonly [weight: number, move: Move])[] = [
  [4, changeOpTime],
  [4, changeOutput],
  [2, addEdge],
  [2, removeEdge],
  [1, changeSpeed],
  [1, changeBandwidth],
  [1, changeLatency],
];
const TOTAL = moves.reduce((sum, [weight]) => sum + weight, 0);

/** Another instance; a change that is not possible or not sane is drawn again. */
export function changed(instance: Instance, rng: Rng): Instance {
  const most = Math.max(MOST_COMMUNICATION, communicationOf(instance));
  for (;;) {
    const next = drawn(rng)(instance, rng);
    if (next !== null && communicationOf(next) <= most) return next;
  }
}

export const MOST_COMMUNICATION = 3;

/** Time of all transfers, each edge sent once over the slowest link, over the time of all ops. */
export function communicationOf({ start, edges, outputs, bandwidths, opTimes, speeds }: Instance): number {
  const { graph, cluster } = start.scenario;
  const slowest = Math.min(...cluster.links.map(({ bytesPerUs }, l) => bytesPerUs * bandwidths[l]));
  let [sentBytes, workUs] = [0, 0];
  for (const { source, output, bytes } of edges)
    if (output !== CONTROL)
      sentBytes += (bytes ?? graph.outputBytes[graph.outputStart[source] + output]) * outputs[source];
  for (let v = 0; v < graph.opCount; v++) workUs += opTimes[v] * meanUs(start, speeds, v);
  return sentBytes === 0 || workUs === 0 ? 0 : sentBytes / slowest / workUs;
}

/** Over the devices that can run the op. */
function meanUs({ runTimesUs, scenario }: Start, speeds: readonly number[], v: number): number {
  const count = scenario.cluster.devices.length;
  const times = Array.from(runTimesUs.subarray(v * count, (v + 1) * count), (us, d) => us / speeds[d]);
  const finite = times.filter(Number.isFinite);
  return finite.length === 0 ? 0 : finite.reduce((sum, us) => sum + us, 0) / finite.length;
}

function drawn(rng: Rng): Move {
  let left = rng.int(TOTAL);
  for (const [weight, move] of moves) {
    if (left < weight) return move;
    left -= weight;
  }
  throw new Error("The weights of the moves do not sum up.");
}

function changeOpTime(instance: Instance, rng: Rng): Instance {
  return { ...instance, opTimes: stepped(instance.opTimes, rng.int(instance.opTimes.length), rng) };
}

function changeOutput(instance: Instance, rng: Rng): Instance | null {
  const senders = [...new Set(instance.edges.filter(isData).map(({ source }) => source))];
  if (senders.length === 0) return null;
  return { ...instance, outputs: stepped(instance.outputs, senders[rng.int(senders.length)], rng) };
}

function changeSpeed(instance: Instance, rng: Rng): Instance | null {
  const { devices } = instance.start.scenario.cluster;
  const d = rng.int(devices.length);
  if (isCpu(devices[d])) return null;
  return { ...instance, speeds: stepped(instance.speeds, d, rng, FACTORS.speeds) };
}

function changeBandwidth(instance: Instance, rng: Rng): Instance | null {
  if (instance.bandwidths.length === 0) return null;
  return { ...instance, bandwidths: stepped(instance.bandwidths, rng.int(instance.bandwidths.length), rng) };
}

function changeLatency(instance: Instance, rng: Rng): Instance | null {
  const { latenciesUs, start } = instance;
  if (latenciesUs.length === 0) return null;
  const changedLink = rng.int(latenciesUs.length);
  const latencyUs = rng.next() * start.medianUs;
  return { ...instance, latenciesUs: latenciesUs.map((us, l) => (l === changedLink ? latencyUs : us)) };
}

/** From the first output of an op to a later op that does not read it yet. */
function addEdge(instance: Instance, rng: Rng): Instance | null {
  const { start, edges } = instance;
  const { graph } = start.scenario;
  if (graph.opCount < 2 || edges.length >= 1.5 * graph.edgeCount) return null;
  const [a, b] = [rng.int(graph.opCount), rng.int(graph.opCount)];
  if (a === b) return null;
  const [source, destination] = start.place[a] < start.place[b] ? [a, b] : [b, a];
  const hasOutput = graph.outputStart[source + 1] > graph.outputStart[source];
  const isThere = edges.some((edge) => edge.source === source && edge.destination === destination);
  if (!hasOutput || isThere) return null;
  return { ...instance, edges: [...edges, { source, destination, output: 0, bytes: undefined }] };
}

function removeEdge(instance: Instance, rng: Rng): Instance | null {
  const { edges, start } = instance;
  if (edges.length <= start.scenario.graph.edgeCount / 2) return null;
  const removed = rng.int(edges.length);
  return { ...instance, edges: edges.filter((_, e) => e !== removed) };
}

const isData = ({ output }: Edge): boolean => output !== CONTROL;

function stepped(factors: readonly number[], at: number, rng: Rng, most: number = FACTORS.numbers): number[] {
  const next = factors[at] * Math.exp(STEP * rng.normal());
  return factors.map((factor, i) => (i === at ? Math.min(most, Math.max(1 / most, next)) : factor));
}
