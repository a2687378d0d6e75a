/**
 * The problem of Piper (Tarnawski, Narayanan, Phanishayee: "Piper: Multidimensional Planner for DNN
 * Parallelization", NeurIPS 2021; msr-fiddle/piper): a graph of layers, equal devices, and for each
 * layer and tensor-parallel degree the choices of how to run it.
 *
 * Times may have any unit, and `bytesPerTime` is in the same. The plan is an ordered sequence of
 * contiguous stages. Each has d replicas that take whole micro-batches in turn, tensor-parallel
 * degree t, and one choice for each of its layers.
 *
 * The compiled form has all numbers in typed arrays. `crossing` has what a choice moves over each
 * edge of its layer, where the edge leaves the stage: the bytes of both, there and back.
 */
import { InputError } from "../../../../env/model/errors.ts";

export interface PiperChoice {
  /** Both passes of one micro-batch. */
  readonly time: number;
  readonly weightBytes: number;
  /** For each micro-batch in flight, and once. */
  readonly bytesInFlight: number;
  readonly bytesFixed: number;
  readonly recomputes: boolean;
  /** Bytes that this choice adds to edges, by the layer at their other end; none where missing. */
  readonly enteringExtra?: ReadonlyMap<number, number>;
  readonly leavingExtra?: ReadonlyMap<number, number>;
}

export interface PiperEdge {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

export interface PiperCase {
  /** By layer, and then by tensor-parallel degree. */
  readonly layers: readonly ReadonlyMap<number, readonly PiperChoice[]>[];
  readonly edges: readonly PiperEdge[];
  /** At most so many are used. */
  readonly devices: number;
  readonly microBatches: number;
  /** Of each device. */
  readonly memoryBytes: number;
  /** Of each device, to all others. */
  readonly bytesPerTime: number;
}

/** What a plan may use; by default all. */
export interface PiperFreedom {
  readonly dataParallel?: boolean;
  readonly tensorParallel?: boolean;
  readonly recompute?: boolean;
}

export interface PiperProblem extends Omit<PiperCase, "layers" | "edges"> {
  readonly count: number;
  readonly successors: readonly (readonly number[])[];
  readonly predecessors: readonly (readonly number[])[];
  /** Tensor-parallel degrees that some layer has, ascending. */
  readonly degrees: readonly number[];
  /** Numbers of replicas: they divide the micro-batches. Ascending. */
  readonly replicas: readonly number[];
  /** Neighbours of v are those from neighbourStart[v] on: predecessors, then successors. */
  readonly neighbourStart: Int32Array;
  readonly neighbour: Int32Array;
  /** Choices of v at degree index i are those from choiceStart[i x count + v] on. */
  readonly choiceStart: Int32Array;
  /** By choice. */
  readonly time: Float64Array;
  readonly weightBytes: Float64Array;
  readonly bytesInFlight: Float64Array;
  readonly bytesFixed: Float64Array;
  readonly recomputes: Uint8Array;
  /** Number of the choice in the list of its layer and degree. */
  readonly numberOf: Int32Array;
  /** Bytes for each neighbour of the choice's layer, from crossingStart[choice] on. */
  readonly crossingStart: Int32Array;
  readonly crossing: Float64Array;
}

export function piperProblem(given: PiperCase, freedom: PiperFreedom = {}): PiperProblem {
  checkAmounts(given);
  const { dataParallel = true } = freedom;
  const { layers, devices, microBatches, memoryBytes, bytesPerTime } = given;
  const count = layers.length;
  const order = orderOf(count, given.edges);
  const degrees = degreesOf(given, freedom);
  const most = dataParallel ? Math.min(devices, microBatches) : 1;
  return {
    count,
    devices,
    microBatches,
    memoryBytes,
    bytesPerTime,
    ...order,
    degrees,
    replicas: Array.from({ length: most }, (_, i) => i + 1).filter((d) => microBatches % d === 0),
    ...choicesOf(given, order, degrees, freedom),
  };
}

/** Degree index and list number of a layer's choices; none where the layer has not this degree. */
export function choicesAt(
  { choiceStart, count }: PiperProblem,
  degree: number,
  layer: number,
): readonly [from: number, to: number] {
  const at = degree * count + layer;
  return [choiceStart[at], choiceStart[at + 1]];
}

function degreesOf({ layers, devices }: PiperCase, { tensorParallel = true }: PiperFreedom): number[] {
  const all = new Set(layers.flatMap((byDegree) => [...byDegree.keys()]));
  return [...all].filter((t) => t <= (tensorParallel ? devices : 1)).sort((a, b) => a - b);
}

type Order = Pick<PiperProblem, "successors" | "predecessors" | "neighbourStart" | "neighbour"> & {
  /** Bytes of the edge to each neighbour. */
  readonly edgeBytes: Float64Array;
};

function orderOf(count: number, edges: readonly PiperEdge[]): Order {
  const successors = Array.from({ length: count }, (): number[] => []);
  const predecessors = Array.from({ length: count }, (): number[] => []);
  const bytesOf = new Map<number, number>();
  for (const { from, to, bytes } of edges) {
    if (!(from in successors) || !(to in successors))
      throw new InputError(`edges: ${from} -> ${to} leads to no layer; there are ${count}.`);
    if (bytesOf.has(from * count + to))
      throw new InputError(`edges: ${from} -> ${to} is given twice, expected once.`);
    bytesOf.set(from * count + to, bytes);
    successors[from].push(to);
    predecessors[to].push(from);
  }
  checkAcyclic(successors, predecessors);
  const neighbourStart = new Int32Array(count + 1);
  const neighbour: number[] = [];
  const edgeBytes: number[] = [];
  for (let v = 0; v < count; v++) {
    for (const u of predecessors[v]) edgeBytes.push(bytesOf.get(u * count + v)!);
    for (const w of successors[v]) edgeBytes.push(bytesOf.get(v * count + w)!);
    neighbour.push(...predecessors[v], ...successors[v]);
    neighbourStart[v + 1] = neighbour.length;
  }
  return {
    successors,
    predecessors,
    neighbourStart,
    neighbour: Int32Array.from(neighbour),
    edgeBytes: Float64Array.from(edgeBytes),
  };
}

function choicesOf(
  { layers }: PiperCase,
  { predecessors, successors, neighbourStart, edgeBytes }: Order,
  degrees: readonly number[],
  { recompute = true }: PiperFreedom,
) {
  const kept: PiperChoice[] = [];
  const numberOf: number[] = [];
  const crossingStart: number[] = [];
  const crossing: number[] = [];
  const choiceStart = [0];
  for (const t of degrees)
    for (const [v, byDegree] of layers.entries()) {
      for (const [number, choice] of (byDegree.get(t) ?? []).entries()) {
        if (choice.recomputes && !recompute) continue;
        crossingStart.push(crossing.length);
        const extra = [
          ...predecessors[v].map((u) => choice.enteringExtra?.get(u) ?? 0),
          ...successors[v].map((w) => choice.leavingExtra?.get(w) ?? 0),
        ];
        crossing.push(...extra.map((bytes, i) => 2 * (edgeBytes[neighbourStart[v] + i] + bytes)));
        kept.push(choice);
        numberOf.push(number);
      }
      choiceStart.push(kept.length);
    }
  return {
    choiceStart: Int32Array.from(choiceStart),
    time: Float64Array.from(kept, ({ time }) => time),
    weightBytes: Float64Array.from(kept, ({ weightBytes }) => weightBytes),
    bytesInFlight: Float64Array.from(kept, ({ bytesInFlight }) => bytesInFlight),
    bytesFixed: Float64Array.from(kept, ({ bytesFixed }) => bytesFixed),
    recomputes: Uint8Array.from(kept, ({ recomputes }) => Number(recomputes)),
    numberOf: Int32Array.from(numberOf),
    crossingStart: Int32Array.from(crossingStart),
    crossing: Float64Array.from(crossing),
  };
}

function checkAmounts({ layers, edges, devices, microBatches, memoryBytes, bytesPerTime }: PiperCase): void {
  const counts = { devices, microBatches };
  for (const [name, value] of Object.entries(counts))
    if (!Number.isInteger(value) || value < 1)
      throw new InputError(`${name}: ${value} given, expected a whole number from 1.`);
  for (const [name, value] of Object.entries({ memoryBytes, bytesPerTime }))
    if (!(value > 0)) throw new InputError(`${name}: ${value} given, expected a number above 0.`);
  if (layers.length === 0) throw new InputError("layers: none given, expected at least 1.");
  for (const { from, to, bytes } of edges)
    if (!(bytes >= 0))
      throw new InputError(`edges: ${from} -> ${to} has ${bytes} bytes, expected 0 or more.`);
  for (const [v, byDegree] of layers.entries())
    for (const [t, choices] of byDegree) {
      if (!Number.isInteger(t) || t < 1)
        throw new InputError(`layers: layer ${v} has degree ${t}, expected a whole number from 1.`);
      for (const { time, weightBytes, bytesInFlight, bytesFixed } of choices)
        if (![time, weightBytes, bytesInFlight, bytesFixed].every((value) => value >= 0))
          throw new InputError(`layers: layer ${v} has a choice with an amount below 0 at degree ${t}.`);
    }
}

function checkAcyclic(
  successors: readonly (readonly number[])[],
  predecessors: readonly (readonly number[])[],
): void {
  const waiting = predecessors.map((list) => list.length);
  const ready = waiting.flatMap((count, v) => (count === 0 ? [v] : []));
  for (let i = 0; i < ready.length; i++)
    for (const w of successors[ready[i]]) if (--waiting[w] === 0) ready.push(w);
  if (ready.length < successors.length)
    throw new InputError("edges: the layers form a cycle, expected an acyclic graph.");
}
