/**
 * Makespans of neighbouring placements: one run is recorded, and a placement that differs from it in a few ops is simulated
 * only from the first moment that the move can matter until everything is again as recorded (FlexFlow's delta simulation, Jia et
 * al., MLSys 2019, with states instead of task times). Always exactly the makespan of a full run.
 */
import type { Compiled } from "./compile.ts";
import * as at from "./kernel/layout.ts";
import { startKernel } from "./kernel/start.ts";

export interface IncrementalEngine {
  /** Simulates a valid placement and makes it the one that moves start from; its makespan in us. */
  record(device: Int32Array): number;
  /** The makespan with the given ops of the recorded placement on `to`; null where only a full run can tell. */
  move(ops: Int32Array, to: number): number | null;
}

/** Copies of the state that a recorded run leaves: more make moves shorter and recording longer. */
const SNAPSHOTS = 64;

/**
 * Null where the network leaves nothing to gain or to compare by state alone: links that share their speed, or transfers of
 * several hops.
 */
export function createIncrementalEngine(compiled: Compiled): IncrementalEngine | null {
  if (!isSupported(compiled)) return null;
  const { exports, memory } = startKernel(compiled, { snapshots: Math.min(SNAPSHOTS, compiled.opCount) });
  const placed = memory.ints(at.PLACEMENTS).subarray(0, compiled.opCount);
  const address = memory.address(at.PLACEMENTS);
  const moved = memory.ints(at.MOVED);
  const recordedEndUs = memory.floats(at.BASE_END_US);
  return {
    record(device) {
      placed.set(device);
      return exports.record(address);
    },
    move(ops, to) {
      const firstUs = firstEffectUs(compiled, ops, recordedEndUs);
      if (firstUs === null) return null;
      const from = Int32Array.from(ops, (v) => placed[v]);
      moved.set(ops);
      for (const v of ops) placed[v] = to;
      const makespanUs = exports.rerun(address, ops.length, firstUs);
      ops.forEach((v, i) => {
        placed[v] = from[i];
      });
      return Number.isNaN(makespanUs) ? null : makespanUs;
    },
  };
}

function isSupported({ fidelity, scenario }: Compiled): boolean {
  if (fidelity.contention === "fair") return false;
  return (
    fidelity.routing === "cut-through" || scenario.cluster.routes.flat().every((route) => route.length <= 1)
  );
}

/** Nothing changes before the first producer of a moved op ends; null where a moved op has none. */
function firstEffectUs({ scenario }: Compiled, ops: Int32Array, endUs: Float64Array): number | null {
  const { inStart, edgeSource } = scenario.graph;
  let firstUs = Number.POSITIVE_INFINITY;
  for (const v of ops) {
    if (inStart[v] === inStart[v + 1]) return null;
    for (let e = inStart[v]; e < inStart[v + 1]; e++) firstUs = Math.min(firstUs, endUs[edgeSource[e]]);
  }
  return firstUs;
}
