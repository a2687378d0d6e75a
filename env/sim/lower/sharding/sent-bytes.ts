/**
 * Bytes that the collectives of a sharded program send, counted message by message: a message is of
 * the collective whose task receives it.
 */
import type { LoweredMove } from "./lowering.ts";
import type { LoweredSharding } from "./tasks.ts";

/** Bytes that each device sends in each collective, [move][device of the scenario]. */
export function sentBytes(
  { compiled, device, moves }: Pick<LoweredSharding, "compiled" | "device" | "moves">,
  deviceCount: number,
): Float64Array[] {
  const moveOf = new Int32Array(compiled.opCount).fill(-1);
  moves.forEach(({ firstTask, endTask }: LoweredMove, move) => {
    moveOf.fill(move, firstTask, endTask);
  });
  const bytes = moves.map(() => new Float64Array(deviceCount));
  for (let v = 0; v < compiled.opCount; v++)
    for (let i = compiled.depStart[v]; i < compiled.depStart[v + 1]; i++) {
      const slot = compiled.depSlot[i];
      const move = moveOf[compiled.depConsumer[i]];
      if (slot >= 0 && move !== -1) bytes[move][device[v] % deviceCount] += compiled.slotBytes[slot];
    }
  return bytes;
}
