/** Optimizers: the work of one update op for each weight, and the state that it keeps. */
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
 * Adafactor (Shazeer and Stern, ICML 2018) without first moments, as T5 and GShard use it. It keeps
 * row and column means of the squared gradients, which are too small to count. The gradient is read
 * for the means and again for the step.
 */
export const adafactor: Optimizer = {
  type: "ApplyAdafactor",
  flopsPerWeight: 11,
  bytesTouchedPerByte: 4,
  slots: 0,
};

/**
 * The same optimizer for a network in half precision (Micikevicius et al., "Mixed Precision
 * Training", ICLR 2018). Weights have two bytes; master weights and state have four. Each byte of
 * weights thus comes with two bytes of master weights and of each slot. An update reads the
 * half-precision gradient, reads and writes master weights and state, and writes the half-precision
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
