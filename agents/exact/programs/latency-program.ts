/**
 * The integer program for single-sample latency of Tarnawski et al. (NeurIPS 2020). It minimises
 * the latency of env/sim/objectives/latency.ts over all plans in which each accelerator runs at
 * most `pieces` pieces, one after the other.
 *
 * Column x[c,d] is 1 if co-location class c is on device d. Column w[v,s] is 1 if op v of an
 * accelerator runs in its piece s; with one piece w is x. For the data edges u -> v
 *
 *   sends[u,s]    >= w[u,s] - w[v,s]
 *   receives[u,s] >= w[v,s] - w[u,s]
 *
 * Minimise L such that
 *
 *   done[v] >= done[u] + time of v     for every edge u -> v, if v is on a CPU
 *   L >= done[v]
 *   start[s] >= done[u]                if v is in piece s and u is not
 *   finish[s] = start[s] + run times in s + transfers of s
 *   done[v] >= finish[s]               if v is in s
 *   start[s + 1] >= finish[s]
 *
 * Conditions are lifted by the latency of a known plan (big-M). A piece that waits for itself never
 * ends. So pieces are contiguous and do not wait in a circle.
 *
 * Two kinds of rows hold for every plan and tighten the relaxation. L is at least all run times and
 * transfers of one accelerator. L is at least the run times of any chain, with the transfers of its
 * edges that leave a piece. With `pieces` 0 there are no other rows; then the optimum is a bound
 * for plans of any number of pieces.
 *
 * CPUs run any number of ops at once: one of each type stands for all.
 */
import { dataConsumers, transferTimesUs } from "../../../env/model/cluster/output-transfers.ts";
import { runTimesUs } from "../../../env/model/cluster/speed.ts";
import type { SplitProblem } from "../../problems/split/split-problem.ts";
import { negated, type ProgramBuilder, programBuilder, summed } from "../../solver/linear-program.ts";
import { type LatencySlot, slotsOf } from "./latency-slots.ts";
import {
  type PlacementColumns,
  type PlacementProgram,
  placementColumns,
  scaleBy,
} from "./placement-program.ts";

export interface LatencyProgramOptions {
  /** Pieces that an accelerator may run; 0 for the relaxation. */
  readonly pieces: number;
  /** Latency of a known plan: worse plans are cut off. */
  readonly upperUs: number;
  /** A known lower bound. */
  readonly lowerUs: number;
}

export interface LatencyParts {
  readonly builder: ProgramBuilder;
  readonly problem: SplitProblem;
  readonly placement: PlacementColumns;
  /** Column of the objective, and its largest value. */
  readonly latency: number;
  readonly upper: number;
  readonly slots: readonly LatencySlot[];
  /**
   * In units of the program: times to run op v on device d at v * devices + d, and to move the
   * output of op v.
   */
  readonly run: Float64Array;
  readonly move: Float64Array;
}

export function latencyProgram(
  given: SplitProblem,
  { pieces, upperUs, lowerUs }: LatencyProgramOptions,
): PlacementProgram {
  const { scenario } = given;
  const { graph, cluster } = scenario;
  const standIn = standInCpus(given);
  const types = given.types.map((type) => ({
    ...type,
    devices: type.devices.filter((d) => standIn[d] === d),
  }));
  const problem = { ...given, types };
  const { unitUs, upper } = scaleBy(upperUs);
  const builder = programBuilder();
  const latency = builder.real({ lower: Math.min(lowerUs / unitUs, upper), upper, cost: 1 });
  const placement = placementColumns(builder, problem, upperUs);
  const run = runTimesUs(graph, cluster).map((us) => us / unitUs);
  const move = transferTimesUs(graph, cluster).map((us) => us / unitUs);
  const slots = slotsOf(builder, problem, placement, { pieces, run, move });
  const parts = { builder, problem, placement, latency, upper, slots, run, move };
  limitMemory(builder, problem, placement);
  limitWork(parts);
  const chain = addChains(parts);
  if (pieces > 0) addPieces(parts, chain);
  return {
    ...placement,
    program: builder.build(),
    unitUs,
    startOf: (deviceOf) => placement.startOf(deviceOf.map((d) => standIn[d])),
  };
}

/** The first CPU of its type for every CPU, and every other device for itself. */
function standInCpus({ scenario, types }: SplitProblem): Int32Array {
  const standIn = Int32Array.from(scenario.cluster.devices, (_, d) => d);
  for (const { devices, paysTransfers } of types)
    for (const d of devices) if (!paysTransfers) standIn[d] = devices[0];
  return standIn;
}

function limitMemory(
  builder: ProgramBuilder,
  { types, memoryBytes }: SplitProblem,
  placement: PlacementColumns,
): void {
  for (const type of types)
    for (const d of type.memoryBytes === Number.POSITIVE_INFINITY ? [] : type.devices)
      builder.atMost(
        placement.overElements(d, (c) => memoryBytes[c] / type.memoryBytes),
        1,
      );
}

/** An accelerator's pieces run one after the other. */
function limitWork({ builder, latency, slots }: LatencyParts): void {
  for (const device of new Set(slots.map((slot) => slot.device))) {
    const own = slots.filter((slot) => slot.device === device);
    builder.atMost(summed([latency, -1, ...own.flatMap(({ load }) => load)]), 0);
  }
}

/** For each op, a column that is at least the time of any chain up to the end of its run. */
function addChains(parts: LatencyParts): number[] {
  const { builder, problem, latency, upper, slots, move } = parts;
  const { graph } = problem.scenario;
  const consumers = dataConsumers(problem.scenario);
  const chain = Array.from({ length: graph.opCount }, (_, v) => {
    const column = builder.real({ upper });
    builder.atMost([...runTerms(parts, v), column, -1], 0);
    builder.atMost([column, 1, latency, -1], 0);
    return column;
  });
  for (let e = 0; e < graph.edgeCount; e++) {
    const u = graph.edgeSource[e];
    const v = graph.edgeDestination[e];
    const terms = [chain[u], 1, ...runTerms(parts, v), chain[v], -1];
    const moves = consumers.op.subarray(consumers.start[u], consumers.start[u + 1]).includes(v);
    if (moves && move[u] > 0) {
      const leaves = builder.real({ upper: 1 });
      const enters = builder.real({ upper: 1 });
      for (const slot of slots) {
        builder.atMost(summed([...slot.terms(u, 1), ...slot.terms(v, -1), leaves, -1]), 0);
        builder.atMost(summed([...slot.terms(v, 1), ...slot.terms(u, -1), enters, -1]), 0);
      }
      terms.push(leaves, move[u], enters, move[u]);
    }
    builder.atMost(terms, 0);
  }
  return chain;
}

/** The start and finish of each piece. `upper` lifts a row whose condition does not hold. */
function addPieces(
  { builder, problem, placement, latency, upper, slots, ...times }: LatencyParts,
  chain: readonly number[],
): void {
  const { graph, cluster } = problem.scenario;
  const deviceCount = cluster.devices.length;
  const cpus = problem.types.filter((type) => !type.paysTransfers).flatMap((type) => type.devices);
  const done = chain.map((chained) => {
    const column = builder.real({ upper });
    builder.atMost([chained, 1, column, -1], 0);
    builder.atMost([column, 1, latency, -1], 0);
    return column;
  });
  const timed = slots.map((slot) => {
    const start = builder.real({ upper });
    const finish = builder.real({ upper });
    builder.equal([finish, 1, start, -1, ...negated(slot.load)], 0);
    return { ...slot, start, finish };
  });
  timed.forEach(({ device, start, finish, terms }, i) => {
    const next = timed[i + 1];
    if (next?.device === device) builder.atMost([finish, 1, next.start, -1], 0);
    for (let v = 0; v < graph.opCount; v++)
      builder.atMost([finish, 1, done[v], -1, ...terms(v, upper)], upper);
    for (let e = 0; e < graph.edgeCount; e++) {
      const [u, v] = [graph.edgeSource[e], graph.edgeDestination[e]];
      builder.atMost(summed([done[u], 1, start, -1, ...terms(v, upper), ...terms(u, -upper)]), upper);
    }
  });
  for (let e = 0; e < graph.edgeCount; e++) {
    const [u, v] = [graph.edgeSource[e], graph.edgeDestination[e]];
    const onCpus = cpus.flatMap((d) =>
      placement.terms(problem.elements.of[v], d, times.run[v * deviceCount + d]),
    );
    builder.atMost([done[u], 1, done[v], -1, ...onCpus], 0);
  }
}

/** Run time of op v on the device that it is on, as terms of a row. */
function runTerms({ problem, placement, run }: LatencyParts, v: number): number[] {
  const deviceCount = problem.scenario.cluster.devices.length;
  return placement.overDevices(problem.elements.of[v], (d) => run[v * deviceCount + d]);
}
