/**
 * An integer program whose optimum is at most the makespan of every plan. It is a relaxation of the
 * event engine (env/sim/engine/engine.ts). Devices and links serve any number of tasks at once, but
 * no device does more work than the step has time for.
 *
 * x[v,d] is 1 if element v is on device d. Minimise M such that
 *
 *   - an op starts when the step starts or later, and not before its producers end;
 *   - a consumer apart from the producer of its tensor starts a transfer later. For every d,
 *     apart >= x[u,d] - x[v,d]. The transfer takes the fastest route between any two devices;
 *   - M is at least the end of every op;
 *   - M is at least the start of the step plus all run times on any one device. The idle gaps after
 *     ops count too if the step ends with its last event;
 *   - weights with optimizer state are at most the memory, if the fidelity counts memory.
 *
 * Every run of the engine satisfies these rows with its own start times. There an op waits for the
 * same dependencies, and a transfer takes at least its time over the fastest route. A device runs
 * one op at a time, and the peak is at least what is resident. So the optimum is a lower bound, and
 * so is any bound of the solver's.
 */
import { compile, NO_SLOT } from "../../../env/sim/engine/compile.ts";
import type { SplitProblem } from "../../problems/split/split-problem.ts";
import { type ProgramBuilder, programBuilder } from "../../solver/linear-program.ts";
import { apartColumns } from "./apart-columns.ts";
import {
  type PlacementColumns,
  type PlacementProgram,
  placementColumns,
  scaleBy,
} from "./placement-program.ts";

type Compiled = ReturnType<typeof compile>;

export function makespanProgram(
  problem: SplitProblem,
  { upperUs, lowerUs }: { readonly upperUs: number; readonly lowerUs: number },
): PlacementProgram {
  const compiled = compile(problem.scenario);
  const { unitUs, upper } = scaleBy(upperUs);
  const builder = programBuilder();
  const makespan = builder.real({ lower: lowerUs / unitUs, upper, cost: 1 });
  const placement = placementColumns(builder, problem, upperUs);
  const start = startColumns(builder, problem, compiled, placement, { makespan, upper, unitUs });
  addDependencies(builder, problem, compiled, placement, { start, unitUs });
  addDeviceLimits(builder, problem, compiled, placement, { makespan, unitUs });
  return { ...placement, program: builder.build(), unitUs };
}

/** A start for each op, and the rows by which it ends within the makespan. */
function startColumns(
  builder: ProgramBuilder,
  { elements }: SplitProblem,
  compiled: Compiled,
  placement: PlacementColumns,
  { makespan, upper, unitUs }: { makespan: number; upper: number; unitUs: number },
): number[] {
  const earliestUs = earliestStartsUs(compiled);
  return Array.from({ length: compiled.opCount }, (_, v) => {
    const column = builder.real({ lower: Math.min(earliestUs[v] / unitUs, upper), upper });
    const runs = runTerms(compiled, placement, v, elements.of[v], 1 / unitUs);
    builder.atMost([column, 1, makespan, -1, ...runs], 0);
    return column;
  });
}

/** An op starts when all ops on a path to it have ended, each on its fastest device, or later. */
function earliestStartsUs({
  scenario,
  opCount,
  deviceCount,
  runUs,
  fidelity,
  depStart,
  depConsumer,
}: Compiled) {
  const earliestUs = new Float64Array(opCount).fill(fidelity.startUs);
  for (const v of scenario.graph.topologicalOrder) {
    const endUs = earliestUs[v] + Math.min(...runUs.subarray(v * deviceCount, (v + 1) * deviceCount));
    for (let i = depStart[v]; i < depStart[v + 1]; i++)
      earliestUs[depConsumer[i]] = Math.max(earliestUs[depConsumer[i]], endUs);
  }
  return earliestUs;
}

function addDependencies(
  builder: ProgramBuilder,
  { elements }: SplitProblem,
  compiled: Compiled,
  placement: PlacementColumns,
  { start, unitUs }: { start: readonly number[]; unitUs: number },
): void {
  const apart = apartColumns(builder, placement.column.length, placement.terms);
  for (let u = 0; u < compiled.opCount; u++)
    for (let i = compiled.depStart[u]; i < compiled.depStart[u + 1]; i++) {
      const v = compiled.depConsumer[i];
      const slot = compiled.depSlot[i];
      const runs = runTerms(compiled, placement, u, elements.of[u], 1 / unitUs);
      const terms = [start[u], 1, start[v], -1, ...runs];
      const movesUs = slot === NO_SLOT ? 0 : fastestRouteUs(compiled, compiled.slotBytes[slot]);
      if (elements.of[u] !== elements.of[v] && movesUs > 0)
        terms.push(apart(elements.of[u], elements.of[v]), movesUs / unitUs);
      builder.atMost(terms, 0);
    }
}

function addDeviceLimits(
  builder: ProgramBuilder,
  { elements }: SplitProblem,
  { scenario, opCount, deviceCount, runUs, residentBytes, fidelity }: Compiled,
  placement: PlacementColumns,
  { makespan, unitUs }: { makespan: number; unitUs: number },
): void {
  const gapUs = fidelity.makespan === "last-event" ? fidelity.opGapUs : 0;
  for (let d = 0; d < deviceCount; d++) {
    const workUs = new Float64Array(elements.count);
    const bytes = new Float64Array(elements.count);
    for (let v = 0; v < opCount; v++) {
      const us = runUs[v * deviceCount + d];
      workUs[elements.of[v]] += us === 0 ? 0 : us + gapUs;
      bytes[elements.of[v]] += residentBytes[v];
    }
    builder.atMost(
      [makespan, -1, ...placement.overElements(d, (v) => workUs[v] / unitUs)],
      -fidelity.startUs / unitUs,
    );
    const { memoryBytes } = scenario.cluster.devices[d];
    if (fidelity.memory !== "training" || memoryBytes === Number.POSITIVE_INFINITY) continue;
    builder.atMost(
      placement.overElements(d, (v) => bytes[v] / memoryBytes),
      1,
    );
  }
}

/** Run time of op v of element `element` as terms of a row, in us x `scale`. */
function runTerms(
  { runUs, deviceCount }: Compiled,
  placement: PlacementColumns,
  v: number,
  element: number,
  scale: number,
): number[] {
  return placement.overDevices(element, (d) => runUs[v * deviceCount + d] * scale);
}

/**
 * Time of a transfer over the fastest route between any two devices; it crosses the links of a
 * route in turn or all at once.
 */
function fastestRouteUs(
  { routeStart, routeLink, linkBytesPerUs, linkLatencyUs, fidelity }: Compiled,
  bytes: number,
): number {
  const inTurn = fidelity.routing === "store-and-forward";
  let fastest = Number.POSITIVE_INFINITY;
  for (let pair = 0; pair + 1 < routeStart.length; pair++) {
    if (routeStart[pair] === routeStart[pair + 1]) continue;
    let sendUs = 0;
    let latencyUs = 0;
    for (let i = routeStart[pair]; i < routeStart[pair + 1]; i++) {
      const linkUs = bytes / linkBytesPerUs[routeLink[i]];
      sendUs = inTurn ? sendUs + linkUs : Math.max(sendUs, linkUs);
      latencyUs += linkLatencyUs[routeLink[i]];
    }
    fastest = Math.min(fastest, sendUs + latencyUs);
  }
  return fastest === Number.POSITIVE_INFINITY ? 0 : fastest;
}
