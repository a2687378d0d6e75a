/**
 * Makespans of neighbouring placements. One run is recorded. A placement that differs from it in a
 * few ops is simulated from the first moment at which the move can matter. The simulation stops
 * where the state equals the recorded one again. The idea is FlexFlow's delta simulation (Jia et
 * al., MLSys 2019), here with states instead of task times. The result is always the makespan of a
 * full run.
 */
import type { Compiled } from "./compile.ts";
import * as slots from "./kernel/layout.ts";
import { startKernel } from "./kernel/start.ts";
import { createMoveEffects } from "./move-effects.ts";

export interface IncrementalEngine {
  /** Simulates a valid placement, from which moves then start; returns its makespan in us. */
  record(device: Int32Array): number;
  /**
   * The makespan with the given ops of the recorded placement on device `to`. Null where only a
   * full run can tell.
   */
  move(ops: Int32Array, to: number): number | null;
}

/**
 * Copies of the state that a recorded run leaves: more copies shorten moves and lengthen recording.
 */
const SNAPSHOTS = 96;

/** Pre: `canSimulateMoves`. */
export function createIncrementalEngine(compiled: Compiled): IncrementalEngine {
  const { opCount } = compiled;
  const { exports, memory } = startKernel(compiled, { snapshots: Math.min(SNAPSHOTS, opCount) });
  const placed = memory.ints(slots.PLACEMENTS).subarray(0, opCount);
  const address = memory.address(slots.PLACEMENTS);
  const moved = memory.ints(slots.MOVED);
  const recorded = new Int32Array(opCount);
  const effects = createMoveEffects(compiled, {
    recorded,
    endUs: memory.floats(slots.BASE_END_US),
    arriveUs: memory.floats(slots.BASE_TRANSFER_ARRIVE_US),
    effectUs: memory.floats(slots.EFFECT_US),
    needUs: memory.floats(slots.NEED_US),
    needStart: memory.ints(slots.NEED_START),
  });

  return {
    record(device) {
      recorded.set(device);
      placed.set(device);
      return exports.record(address);
    },
    move(ops, to) {
      moved.set(ops);
      for (const v of ops) placed[v] = to;
      const effectCount = effects.find(ops, placed);
      const makespanUs = effectCount === 0 ? Number.NaN : exports.rerun(address, ops.length, effectCount);
      for (const v of ops) placed[v] = recorded[v];
      return Number.isNaN(makespanUs) ? null : makespanUs;
    },
  };
}

/** False where links share their speed, or where a transfer is stored and forwarded on its way. */
export function canSimulateMoves({ fidelity, scenario }: Compiled): boolean {
  if (fidelity.contention === "fair") return false;
  return (
    fidelity.routing === "cut-through" || scenario.cluster.routes.flat().every((route) => route.length <= 1)
  );
}
