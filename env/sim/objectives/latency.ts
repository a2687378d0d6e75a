/**
 * The latency objective: how long one sample takes from end to end, after "Efficient Algorithms for
 * Device Placement of DNN Graph Operators" (Tarnawski, Phanishayee, Devanur, Mahajan, Nina
 * Paravecino; NeurIPS 2020). The value is the end of the last op in us.
 *
 * - A CPU has as many cores as it needs. An op there runs as soon as its inputs are ready, and
 *   moves nothing.
 * - An accelerator runs its ops in *pieces* (pieces.ts), one after the other. A piece starts when
 *   all that it needs from outside is ready. It then takes the transfers in, the run times of its
 *   ops and the transfers out. Its outputs are ready together at its end. Transfers take the times
 *   of max-load.ts; piece-layout.ts says which piece pays for which.
 *
 * Pieces may wait for each other in a cycle, which the paper's integer program forbids. Then the
 * piece with the first op in topological order that has not run is cut. All of its ops that can run
 * then run as a piece of their own.
 *
 * Memory is that of weight-memory.ts.
 */
import { isCpu } from "../../model/cluster/cluster.ts";
import { dataConsumers, transferTimesUs } from "../../model/cluster/output-transfers.ts";
import { runTimesUs } from "../../model/cluster/speed.ts";
import type { OpGraph } from "../../model/graph/graph.ts";
import type { Scenario } from "../../model/scenario.ts";
import { latencyBounds } from "../bounds/latency/bounds.ts";
import type { Evaluator } from "../evaluator/contract.ts";
import { createPieceLayout } from "./piece-layout.ts";
import { createPieces, type Pieces } from "./pieces.ts";
import { weightLimitedEvaluator } from "./weight-memory.ts";

export function createLatencyEvaluator(scenario: Scenario): Evaluator {
  return weightLimitedEvaluator(scenario, {
    valueUs: createLatencyModel(scenario).latencyUs,
    ceiling: ceilingUs(scenario),
    bounds: () => latencyBounds(scenario),
  });
}

/** The times of the last plan whose latency was asked for; the arrays are reused. */
export interface LatencyModel {
  /** When each op itself runs within its piece, shape [opCount]. */
  readonly startUs: Float64Array;
  readonly endUs: Float64Array;
  /** Time in which each device runs pieces, with transfers. For a CPU, the sum over its cores. */
  readonly busyUs: Float64Array;
  /** From the device of each op to the latency; memory is ignored. */
  latencyUs(device: Int32Array): number;
}

export function createLatencyModel(scenario: Scenario): LatencyModel {
  const { graph, cluster } = scenario;
  const { inStart, edgeSource, topologicalOrder } = graph;
  const deviceCount = cluster.devices.length;
  const onCpu = cluster.devices.map(isCpu);
  const pieces = createPieces(scenario);
  const { pieceOf, deviceOf, firstPiece, nextPiece } = pieces;
  const layout = createPieceLayout(scenario, pieces);
  const queue = createPieceQueue(graph, pieces, onCpu);
  const { hasRun, doneUs, readyUs } = queue;
  const busyUs = new Float64Array(deviceCount);
  const freeUs = new Float64Array(deviceCount);

  const run = (piece: number): void => {
    const d = deviceOf[piece];
    const fromUs = onCpu[d] ? readyUs[piece] : Math.max(readyUs[piece], freeUs[d]);
    const toUs = layout.layOut(piece, fromUs);
    freeUs[d] = toUs;
    busyUs[d] += toUs - fromUs;
    queue.finish(piece, toUs);
  };
  const runQueued = (): void => {
    for (let piece = queue.take(); piece !== -1; piece = queue.take()) {
      const d = deviceOf[piece];
      run(piece);
      if (onCpu[d]) continue;
      firstPiece[d] = nextPiece[piece];
      if (firstPiece[d] !== -1) queue.addIfRunnable(firstPiece[d]);
    }
  };
  /** Runs all ops of a piece that can run, as the new piece `part`. */
  const runPart = (piece: number, part: number): void => {
    pieces.split(piece, part, (v) => {
      for (let e = inStart[v]; e < inStart[v + 1]; e++)
        if (hasRun[edgeSource[e]] === 0 && pieceOf[edgeSource[e]] !== part) return false;
      return true;
    });
    queue.countWaits(part);
    queue.countWaits(piece);
    run(part);
  };

  const latencyUs = (device: Int32Array): number => {
    let pieceCount = pieces.cut(device);
    layout.clear();
    queue.clear();
    freeUs.fill(0);
    busyUs.fill(0);
    for (let piece = 0; piece < pieceCount; piece++) queue.countWaits(piece);
    for (let piece = 0; piece < pieceCount; piece++) queue.addIfRunnable(piece);
    let latestUs = 0;
    for (const v of topologicalOrder) {
      runQueued();
      if (hasRun[v] === 0) runPart(pieceOf[v], pieceCount++);
      latestUs = Math.max(latestUs, doneUs[v]);
    }
    return latestUs;
  };
  return { startUs: layout.startUs, endUs: layout.endUs, busyUs, latencyUs };
}

/** Which pieces can run: what each waits for, and a list of those that wait for nothing. */
interface PieceQueue {
  /** Which ops have run, and when the outputs of each are ready, us. */
  readonly hasRun: Uint8Array;
  readonly doneUs: Float64Array;
  /** Of each piece: the latest end of the ops elsewhere that have run, us. */
  readonly readyUs: Float64Array;
  clear(): void;
  /** Counts what a piece waits for. */
  countWaits(piece: number): void;
  /** Adds a piece that waits for nothing. On an accelerator it must also be the next piece. */
  addIfRunnable(piece: number): void;
  /** Takes a piece from the list, -1 where the list is empty. */
  take(): number;
  /** The piece has run: its consumers wait for less. */
  finish(piece: number, toUs: number): void;
}

function createPieceQueue(
  { opCount, inStart, edgeSource, edgeDestination, outStart, outEdge }: OpGraph,
  { pieceOf, firstOp, nextOp, deviceOf, firstPiece }: Pieces,
  onCpu: readonly boolean[],
): PieceQueue {
  const hasRun = new Uint8Array(opCount);
  const doneUs = new Float64Array(opCount);
  /** Of each piece: edges from ops elsewhere that have not run. */
  const waitsFor = new Int32Array(2 * opCount);
  const readyUs = new Float64Array(2 * opCount);
  const runnable = new Int32Array(2 * opCount);
  let runnableCount = 0;

  const countWaits = (piece: number): void => {
    waitsFor[piece] = 0;
    readyUs[piece] = 0;
    for (let v = firstOp[piece]; v !== -1; v = nextOp[v])
      for (let e = inStart[v]; e < inStart[v + 1]; e++) {
        const u = edgeSource[e];
        if (pieceOf[u] === piece) continue;
        if (hasRun[u] === 0) waitsFor[piece]++;
        else readyUs[piece] = Math.max(readyUs[piece], doneUs[u]);
      }
  };
  const addIfRunnable = (piece: number): void => {
    const d = deviceOf[piece];
    if (waitsFor[piece] === 0 && (onCpu[d] || firstPiece[d] === piece)) runnable[runnableCount++] = piece;
  };
  const finish = (piece: number, toUs: number): void => {
    for (let v = firstOp[piece]; v !== -1; v = nextOp[v]) {
      hasRun[v] = 1;
      doneUs[v] = toUs;
      for (let i = outStart[v]; i < outStart[v + 1]; i++) {
        const to = pieceOf[edgeDestination[outEdge[i]]];
        if (to === piece) continue;
        readyUs[to] = Math.max(readyUs[to], toUs);
        waitsFor[to]--;
        addIfRunnable(to);
      }
    }
  };
  const clear = (): void => {
    hasRun.fill(0);
    runnableCount = 0;
  };
  const take = (): number => (runnableCount === 0 ? -1 : runnable[--runnableCount]);
  return { hasRun, doneUs, readyUs, clear, countWaits, addIfRunnable, take, finish };
}

/** Every op as a piece of its own, one after the other: slowest run, inputs in and output out. */
function ceilingUs(scenario: Scenario): number {
  const { graph, cluster } = scenario;
  const deviceCount = cluster.devices.length;
  const runUs = runTimesUs(graph, cluster);
  const transferUs = transferTimesUs(graph, cluster);
  const { start } = dataConsumers(scenario);
  let sum = 1;
  for (let v = 0; v < graph.opCount; v++) {
    let slowest = 0;
    for (let d = 0; d < deviceCount; d++) {
      const us = runUs[v * deviceCount + d];
      if (us !== Number.POSITIVE_INFINITY) slowest = Math.max(slowest, us);
    }
    sum += slowest + transferUs[v] * (1 + start[v + 1] - start[v]);
  }
  return sum;
}
