/**
 * The pieces of accelerators as columns of the latency program (latency-program.ts): the ops that
 * each may run, its transfers, and the time of both.
 */
import { dataConsumers } from "../../../env/model/cluster/output-transfers.ts";
import type { SplitProblem } from "../../problems/split/split-problem.ts";
import { type ProgramBuilder, summed, weighted } from "../../solver/linear-program.ts";
import { ABSENT, type PlacementColumns } from "./placement-program.ts";

export interface LatencySlot {
  readonly device: number;
  /**
   * `weight` x the column that is 1 if op v runs in this piece, as terms of a row; none if it
   * cannot.
   */
  terms(v: number, weight: number): number[];
  /** Run times and transfers of the piece, as terms of a row with each column once. */
  readonly load: readonly number[];
}

export interface SlotTimes {
  /** Pieces of each accelerator. With 0 there is one, and only its load counts. */
  readonly pieces: number;
  /**
   * In units of the program: times to run op v on device d at v * devices + d, and to move the
   * output of op v.
   */
  readonly run: Float64Array;
  readonly move: Float64Array;
}

/** Device by device, in the order in which the pieces run. */
export function slotsOf(
  builder: ProgramBuilder,
  problem: SplitProblem,
  placement: PlacementColumns,
  times: SlotTimes,
): LatencySlot[] {
  const accelerators = problem.types.filter((type) => type.paysTransfers).flatMap((type) => type.devices);
  return accelerators.flatMap((device) => {
    const members =
      times.pieces > 1
        ? pieceColumns(builder, problem, placement, device, times.pieces)
        : [(v: number, weight: number) => placement.terms(problem.elements.of[v], device, weight)];
    return members.map((terms) => ({
      device,
      terms,
      load: loadTerms(builder, problem, device, terms, times),
    }));
  });
}

type Members = LatencySlot["terms"];

/** A column for each op and piece; if the op's class is on the device, one of them is 1. */
function pieceColumns(
  builder: ProgramBuilder,
  { elements }: SplitProblem,
  placement: PlacementColumns,
  device: number,
  pieces: number,
): Members[] {
  const columns = Array.from(elements.of, (element) =>
    Array.from({ length: pieces }, () =>
      placement.column[device][element] === ABSENT ? ABSENT : builder.binary(),
    ),
  );
  columns.forEach((own, v) => {
    if (own[0] === ABSENT) return;
    builder.equal([...weighted(own, 1), ...placement.terms(elements.of[v], device, -1)], 0);
  });
  return Array.from({ length: pieces }, (_, piece) => (v: number, weight: number) => {
    const column = columns[v][piece];
    return column === ABSENT ? [] : [column, weight];
  });
}

function loadTerms(
  builder: ProgramBuilder,
  { scenario }: SplitProblem,
  device: number,
  terms: Members,
  { run, move }: SlotTimes,
): number[] {
  const deviceCount = scenario.cluster.devices.length;
  const consumers = dataConsumers(scenario);
  const load: number[] = [];
  for (let u = 0; u < scenario.graph.opCount; u++) {
    load.push(...terms(u, run[u * deviceCount + device]));
    const users = consumers.op.subarray(consumers.start[u], consumers.start[u + 1]);
    if (move[u] === 0 || users.length === 0) continue;
    const sends = builder.real({ upper: 1 });
    const receives = builder.real({ upper: 1 });
    for (const v of users) {
      builder.atMost(summed([...terms(u, 1), ...terms(v, -1), sends, -1]), 0);
      builder.atMost(summed([...terms(v, 1), ...terms(u, -1), receives, -1]), 0);
    }
    load.push(sends, move[u], receives, move[u]);
  }
  return summed(load);
}
