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
const SNAPSHOTS = 96;

/** Pre: `canSimulateMoves`. */
export function createIncrementalEngine(compiled: Compiled): IncrementalEngine {
  const { opCount, scenario } = compiled;
  const { inStart, edgeSource } = scenario.graph;
  const { exports, memory } = startKernel(compiled, { snapshots: Math.min(SNAPSHOTS, opCount) });
  const placed = memory.ints(at.PLACEMENTS).subarray(0, opCount);
  const address = memory.address(at.PLACEMENTS);
  const moved = memory.ints(at.MOVED);
  const recordedEndUs = memory.floats(at.BASE_END_US);
  const effectUs = memory.floats(at.EFFECT_US);
  const before = new Int32Array(opCount);

  /**
   * Writes down when the producers of the moved ops end, ascending: nothing changes before or between. Returns how many
   * there are, 0 where a moved op has no producer or there are more than there is room for.
   */
  function findEffects(ops: Int32Array): number {
    let count = 0;
    for (const v of ops) {
      if (inStart[v] === inStart[v + 1] || count + inStart[v + 1] - inStart[v] > effectUs.length) return 0;
      for (let e = inStart[v]; e < inStart[v + 1]; e++) {
        const endUs = recordedEndUs[edgeSource[e]];
        let i = count++;
        for (; i > 0 && effectUs[i - 1] > endUs; i--) effectUs[i] = effectUs[i - 1];
        effectUs[i] = endUs;
      }
    }
    return count;
  }

  return {
    record(device) {
      placed.set(device);
      return exports.record(address);
    },
    move(ops, to) {
      const effectCount = findEffects(ops);
      if (effectCount === 0) return null;
      moved.set(ops);
      for (let i = 0; i < ops.length; i++) {
        before[i] = placed[ops[i]];
        placed[ops[i]] = to;
      }
      const makespanUs = exports.rerun(address, ops.length, effectCount);
      for (let i = 0; i < ops.length; i++) placed[ops[i]] = before[i];
      return Number.isNaN(makespanUs) ? null : makespanUs;
    },
  };
}

/** Not where links share their speed, nor where transfers are stored and forwarded over several. */
export function canSimulateMoves({ fidelity, scenario }: Compiled): boolean {
  if (fidelity.contention === "fair") return false;
  return (
    fidelity.routing === "cut-through" || scenario.cluster.routes.flat().every((route) => route.length <= 1)
  );
}
