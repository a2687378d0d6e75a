/**
 * When the ops of a piece run. A piece takes its transfers in, runs its ops in topological order,
 * then takes its transfers out; a piece on a CPU moves nothing. An output that crosses is paid once
 * by the piece that sends it and once by each piece that receives it.
 */
import { isCpu } from "../../model/cluster/cluster.ts";
import { dataConsumers, reversed, transferTimesUs } from "../../model/cluster/output-transfers.ts";
import { runTimesUs } from "../../model/cluster/speed.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { Pieces } from "./pieces.ts";

export interface PieceLayout {
  /** When each op runs within its piece, us; the arrays are reused. */
  readonly startUs: Float64Array;
  readonly endUs: Float64Array;
  /** To be called before the first piece of a plan. */
  clear(): void;
  /** Lays a piece out from `fromUs`; returns its end. */
  layOut(piece: number, fromUs: number): number;
}

export function createPieceLayout(
  scenario: Scenario,
  { pieceOf, firstOp, nextOp, deviceOf }: Pieces,
): PieceLayout {
  const { graph, cluster } = scenario;
  const deviceCount = cluster.devices.length;
  const runUs = runTimesUs(graph, cluster);
  const transferUs = transferTimesUs(graph, cluster);
  const onCpu = cluster.devices.map(isCpu);
  const consumers = dataConsumers(scenario);
  const producers = reversed(consumers, graph.opCount);
  const startUs = new Float64Array(graph.opCount);
  const endUs = new Float64Array(graph.opCount);
  /** The piece that received each op's output last. */
  const receivedBy = new Int32Array(graph.opCount);

  const layOut = (piece: number, fromUs: number): number => {
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

  return { startUs, endUs, clear: () => receivedBy.fill(-1), layOut };
}
