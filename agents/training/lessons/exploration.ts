/**
 * Random tilts: a normal offset per device, shared by all groups of one placement. Where the logits
 * are flat, a tilt makes a placement prefer few devices. Early batches thus hold concentrated and
 * spread placements. Independent draws per group would practically never put a whole graph on one
 * device.
 */
import type { Rng } from "../../../env/model/rng.ts";

/**
 * Offsets in logits, shape [batch x devices]. All are zero where `deviation` is below a thousandth.
 */
export function deviceTilts(rng: Rng, batch: number, devices: number, deviation: number): Float32Array {
  const tilts = new Float32Array(batch * devices);
  if (deviation < 1e-3) return tilts;
  return tilts.map(() => deviation * rng.normal());
}
