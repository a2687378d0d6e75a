/**
 * The latency objective: how long one sample takes from end to end, after "Efficient Algorithms for
 * Device Placement of DNN Graph Operators" (Tarnawski, Phanishayee, Devanur, Mahajan, Nina
 * Paravecino; NeurIPS 2020). The value is the end of the last op in us, where
 *
 *   - a CPU has as many cores as it needs: an op there runs as soon as its inputs are ready, and
 *     moves nothing;
 *   - an accelerator runs its ops in *pieces* (pieces.ts), one after the other. A piece starts when
 *     everything it needs from outside is ready, then takes the transfers in, the run times of its
 *     ops and the transfers out; its outputs are ready together at its end. An output that crosses
 *     is paid by the piece that sends it and by each piece that receives it, once each, at the
 *     times of max-load.ts.
 *
 * Pieces may wait for each other in a circle, which the paper's integer program forbids. Then the
 * piece with the first op in topological order that has not run is cut: all of its ops that can run
 * do so as a piece of their own.
 *
 * Memory is that of weight-memory.ts.
 */
import { isCpu } from "../../model/cluster/cluster.ts";
import { dataConsumers, reversed, transferTimesUs } from "../../model/cluster/output-transfers.ts";
import { runTimesUs } from "../../model/cluster/speed.ts";
import type { Scenario } from "../../model/scenario.ts";
import { latencyBounds } from "../bounds/latency/bounds.ts";
import type { Evaluator } from "../evaluator/contract.ts";
import { createPieces } from "./pieces.ts";
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
  /**
   * Time in which each device runs pieces, transfers included; for a CPU the sum over its cores.
   */
  readonly busyUs: Float64Array;
  /** From the device of each op to the latency, memory ignored. */
  latencyUs(device: Int32Array): number;
}

export function createLatencyModel(scenario: Scenario): LatencyModel {
  const { graph, cluster } = scenario;
  const { opCount, inStart, edgeSource, edgeDestination, outStart, outEdge, topologicalOrder } = graph;
  const deviceCount = cluster.devices.length;
  const runUs = runTimesUs(graph, cluster);
  const transferUs = transferTimesUs(graph, cluster);
  const onCpu = cluster.devices.map(isCpu);
  const consumers = dataConsumers(scenario);
  const producers = reversed(consumers, opCount);
  const pieces = createPieces(scenario);
  const { pieceOf, firstOp, nextOp, deviceOf, firstPiece, nextPiece } = pieces;

  const startUs = new Float64Array(opCount);
  const endUs = new Float64Array(opCount);
  const busyUs = new Float64Array(deviceCount);
  const doneUs = new Float64Array(opCount);
  const hasRun = new Uint8Array(opCount);
  const receivedBy = new Int32Array(opCount);
  /**
   * Of each piece: edges from ops elsewhere that have not run, and the latest end of those that
   * have.
   */
  const waitsFor = new Int32Array(2 * opCount);
  const readyUs = new Float64Array(2 * opCount);
  const freeUs = new Float64Array(deviceCount);
  const runnable = new Int32Array(2 * opCount);
  let runnableCount = 0;

  const wait = (piece: number): void => {
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
  const listIfRunnable = (piece: number): void => {
    const d = deviceOf[piece];
    if (waitsFor[piece] === 0 && (onCpu[d] || firstPiece[d] === piece)) runnable[runnableCount++] = piece;
  };
  /**
   * Lays the piece out from `fromUs`: transfers in, ops in topological order, transfers out;
   * returns its end.
   */
  const layOutPiece = (piece: number, fromUs: number): number => {
    const d = deviceOf[piece];
    let inUs = 0;
    let outUs = 0;
    for (let v = firstOp[piece]; v !== -1 && !onCpu[d]; v = nextOp[v]) {
      for (let i = consumers.start[v]; i < consumers.start[v + 1]; i++) {
        if (pieceOf[consumers.op[i]] === piece) continue;
        outUs += transferUs[v];
        break;
      }
      for (let i = producers.start[v]; i < producers.start[v + 1]; i++) {
        const u = producers.op[i];
        if (pieceOf[u] === piece || receivedBy[u] === piece) continue;
        receivedBy[u] = piece;
        inUs += transferUs[u];
      }
    }
    let nowUs = fromUs + inUs;
    for (let v = firstOp[piece]; v !== -1; v = nextOp[v]) {
      startUs[v] = nowUs;
      nowUs += runUs[v * deviceCount + d];
      endUs[v] = nowUs;
    }
    return nowUs + outUs;
  };
  const run = (piece: number): void => {
    const d = deviceOf[piece];
    const fromUs = onCpu[d] ? readyUs[piece] : Math.max(readyUs[piece], freeUs[d]);
    const toUs = layOutPiece(piece, fromUs);
    freeUs[d] = toUs;
    busyUs[d] += toUs - fromUs;
    for (let v = firstOp[piece]; v !== -1; v = nextOp[v]) {
      hasRun[v] = 1;
      doneUs[v] = toUs;
      for (let i = outStart[v]; i < outStart[v + 1]; i++) {
        const to = pieceOf[edgeDestination[outEdge[i]]];
        if (to === piece) continue;
        readyUs[to] = Math.max(readyUs[to], toUs);
        waitsFor[to]--;
        listIfRunnable(to);
      }
    }
  };
  const runListed = (): void => {
    while (runnableCount > 0) {
      const piece = runnable[--runnableCount];
      const d = deviceOf[piece];
      run(piece);
      if (onCpu[d]) continue;
      firstPiece[d] = nextPiece[piece];
      if (firstPiece[d] !== -1) listIfRunnable(firstPiece[d]);
    }
  };
  const runPart = (piece: number, part: number): void => {
    pieces.split(piece, part, (v) => {
      for (let e = inStart[v]; e < inStart[v + 1]; e++)
        if (hasRun[edgeSource[e]] === 0 && pieceOf[edgeSource[e]] !== part) return false;
      return true;
    });
    wait(part);
    wait(piece);
    run(part);
  };

  const latencyUs = (device: Int32Array): number => {
    let pieceCount = pieces.cut(device);
    hasRun.fill(0);
    receivedBy.fill(-1);
    freeUs.fill(0);
    busyUs.fill(0);
    runnableCount = 0;
    for (let piece = 0; piece < pieceCount; piece++) wait(piece);
    for (let piece = 0; piece < pieceCount; piece++) listIfRunnable(piece);
    let latestUs = 0;
    for (const v of topologicalOrder) {
      runListed();
      if (hasRun[v] === 0) runPart(pieceOf[v], pieceCount++);
      latestUs = Math.max(latestUs, doneUs[v]);
    }
    return latestUs;
  };
  return { startUs, endUs, busyUs, latencyUs };
}

/**
 * Every op a piece of its own, one after the other: its slowest run, its inputs in and its output
 * out.
 */
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
