/**
 * HLO's opcodes (openxla.org, XLA operation semantics; `hlo_opcode.h`), by what they cost.
 */
import type { OpCoverage } from "../contract.ts";

/** Instructions that compute nothing: they name, make or move data. */
const workless = new Set(
  `add-dependency after-all all-gather all-gather-done all-gather-start all-to-all bitcast bitcast-convert broadcast
  collective-broadcast collective-permute collective-permute-done collective-permute-start concatenate constant copy copy-done
  copy-start domain dynamic-reshape dynamic-slice dynamic-update-slice gather get-dimension-size get-tuple-element infeed iota
  opt-barrier outfeed pad parameter partition-id ragged-all-to-all recv recv-done replica-id reshape reverse send send-done
  set-dimension-size slice transpose tuple async-done async-update all-reduce-done`.split(/\s+/),
);

const pointwise = new Set(
  `abs acos acosh add and asin asinh atan2 atanh cbrt ceil clamp compare complex convert cosine cosh count-leading-zeros divide
  erf exponential exponential-minus-one floor imag is-finite log log-plus-one logistic maximum minimum multiply negate not or
  popcnt power real reduce-precision remainder round-nearest-afz round-nearest-even rsqrt select shift-left
  shift-right-arithmetic shift-right-logical sign sine sinh sqrt stochastic-convert subtract tan tanh xor`.split(
    /\s+/,
  ),
);

/** Instructions with a formula of their own. */
const withFormula = new Set(
  `all-reduce all-reduce-start async-start batch-norm-grad batch-norm-inference batch-norm-training call cholesky conditional
  convolution dot fft fusion map ragged-dot reduce reduce-scatter reduce-window rng rng-bit-generator
  rng-get-and-update-state scaled-dot scatter select-and-scatter sort topk triangular-solve while`.split(
    /\s+/,
  ),
);

export const isPointwise = (opcode: string): boolean => pointwise.has(opcode);
export const isWorkless = (opcode: string): boolean => workless.has(opcode);

/** All but `custom-call`, whose target decides, and opcodes that are not listed. */
export const isKnownOpcode = (opcode: string): boolean =>
  workless.has(opcode) || pointwise.has(opcode) || withFormula.has(opcode);

export function coverageOf(opcode: string): OpCoverage {
  if (workless.has(opcode)) return "zero-cost";
  return isKnownOpcode(opcode) ? "rule" : "unknown";
}
