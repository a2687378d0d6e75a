/**
 * What one update op does for each weight, and how much state it keeps: the same for every network
 * that trains with it.
 */
export interface Optimizer {
  /** Type of the update op. */
  readonly type: string;
  readonly flopsPerWeight: number;
  /**
   * Device memory traffic for each byte of weights: gradient and state read, weights and state read
   * and written.
   */
  readonly bytesTouchedPerByte: number;
  /** State kept for each byte of weights, in bytes. */
  readonly slots: number;
}

/** Stochastic gradient descent with momentum: v = m v + g; w = w - r v. */
export const momentum: Optimizer = {
  type: "ApplyMomentum",
  flopsPerWeight: 4,
  bytesTouchedPerByte: 5,
  slots: 1,
};

/** Plain stochastic gradient descent: w = w - r g. */
export const sgd: Optimizer = {
  type: "ApplyGradientDescent",
  flopsPerWeight: 2,
  bytesTouchedPerByte: 3,
  slots: 0,
};

/** RMSProp (Tieleman and Hinton, 2012) without momentum: keeps a running mean of squares. */
export const rmsprop: Optimizer = {
  type: "ApplyRMSProp",
  flopsPerWeight: 9,
  bytesTouchedPerByte: 5,
  slots: 1,
};

/** Adam (Kingma and Ba, ICLR 2015), with bias correction folded into the step size. */
export const adam: Optimizer = { type: "ApplyAdam", flopsPerWeight: 12, bytesTouchedPerByte: 7, slots: 2 };

/**
 * Adafactor (Shazeer and Stern, ICML 2018) without first moments, as T5 and GShard use it: of the
 * squared gradients it keeps row and column means, too few to count. The gradient is read for the
 * means and again for the step.
 */
export const adafactor: Optimizer = {
  type: "ApplyAdafactor",
  flopsPerWeight: 11,
  bytesTouchedPerByte: 4,
  slots: 0,
};

/**
 * The same optimizer where the network computes in half precision (Micikevicius et al., "Mixed
 * Precision Training", ICLR 2018): weights of two bytes, beside them master weights and state of
 * four. Each byte of weights then stands for two bytes of master weights and of each slot; an
 * update reads the half gradient, reads and writes master weights and state, and writes the half
 * weights.
 */
export function mixedPrecision({ type, flopsPerWeight, bytesTouchedPerByte, slots }: Optimizer): Optimizer {
  const gradientReads = bytesTouchedPerByte - 2 - 2 * slots;
  return {
    type,
    flopsPerWeight,
    bytesTouchedPerByte: gradientReads + 4 + 4 * slots + 1,
    slots: 2 + 2 * slots,
  };
}
