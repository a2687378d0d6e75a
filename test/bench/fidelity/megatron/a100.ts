/**
 * Device model of an A100 in half precision: time of a layer from its FLOP and bytes.
 *
 *     x = flops / (efficiency x peak) + traffic x bytes / bandwidth
 *     time = sqrt((floor + sums x launch)^2 + x^2)
 *
 * The floor is what launching the kernels of a layer takes, and `launch` what each collective adds
 * to it. Large layers hide both. Peaks are those of the data sheet (40 GB).
 *
 * The four constants were fitted by the mean error over the 960 visible rows of
 * `ground_truth_single.csv`. They hold for every A100 row of every set. docs/fidelity.md tells how
 * well these rows determine them.
 */
import type { Work } from "./transformer.ts";

const TENSOR_FLOPS_PER_S = 312e12;
/** Half precision without tensor cores. */
const VECTOR_FLOPS_PER_S = 78e12;
const MEMORY_BYTES_PER_S = 1.555e12;

export interface DeviceModel {
  /** Share of the peak that matrix products reach. */
  readonly efficiency: number;
  /** Traffic for each byte of an activation that is kept. */
  readonly traffic: number;
  /** Seconds that a layer takes at least, forward and backward. */
  readonly floorS: number;
  /** What each collective adds to the floor. */
  readonly launchS: number;
}

export const a100: DeviceModel = { efficiency: 0.83, traffic: 2.5, floorS: 2.83e-3, launchS: 0.115e-3 };

/** Bytes that Adam moves for a parameter: its gradient once, the weight and two moments twice. */
const UPDATE_BYTES = 4 + 2 * (4 + 4 + 4);

/** All passes of a layer together, `sums` collectives among them. Their own time is not in it. */
export function layerS(work: Work, sums: number, model: DeviceModel): number {
  const floor = model.floorS + sums * model.launchS;
  return Math.hypot(floor, roofline(work, model, model.efficiency * TENSOR_FLOPS_PER_S));
}

/** Logits and loss. Products of odd width cannot use tensor cores. */
export function headS(work: Work, width: number, model: DeviceModel): number {
  const usesCores = width % 2 === 0;
  return roofline(work, model, usesCores ? model.efficiency * TENSOR_FLOPS_PER_S : VECTOR_FLOPS_PER_S);
}

const roofline = ({ flops, bytes }: Work, { traffic }: DeviceModel, flopsPerS: number): number =>
  flops / flopsPerS + (traffic * bytes) / MEMORY_BYTES_PER_S;

export const updateS = (parameters: number): number => (UPDATE_BYTES * parameters) / MEMORY_BYTES_PER_S;
