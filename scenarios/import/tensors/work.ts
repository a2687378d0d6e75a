/**
 * FLOP per element of the result, of ops that treat every element alike. Ops of the built-in
 * workloads have the FLOP they have there (scenarios/workloads). Others count 4 for a
 * transcendental function, 1 for any other instruction and 0 for moving data. Names are in small
 * letters without underscores, so that ONNX and TensorFlow share the table.
 */
const perElement: Readonly<Record<string, number>> = {
  tanh: 4,
  sigmoid: 4,
  exp: 4,
  log: 4,
  erf: 4,
  sin: 4,
  cos: 4,
  tan: 4,
  asin: 4,
  acos: 4,
  atan: 4,
  sinh: 4,
  cosh: 4,
  asinh: 4,
  acosh: 4,
  atanh: 4,
  pow: 4,
  softplus: 5,
  softsign: 3,
  gelu: 9,
  fastgelu: 9,
  quickgelu: 6,
  biasgelu: 10,
  swish: 5,
  mish: 10,
  elu: 5,
  celu: 6,
  selu: 6,
  softmax: 5,
  logsoftmax: 6,
  clip: 2,
  hardsigmoid: 4,
  hardswish: 5,
  hardtanh: 2,
  leakyrelu: 2,
  prelu: 2,
  thresholdedrelu: 2,
  lrn: 8,
  squareddifference: 2,
  rsqrt: 2,
  log1p: 5,
  expm1: 5,
  dequantizelinear: 2,
  quantizelinear: 3,
  identity: 0,
  cast: 0,
  castlike: 0,
  dropout: 0,
  where: 0,
  select: 0,
  selectv2: 0,
  stopgradient: 0,
  trilu: 0,
};

export const flopsPerElement = (type: string): number =>
  perElement[type.toLowerCase().replaceAll("_", "")] ?? 1;

/** Normalisation with learnt scale and offset over statistics of the input itself. */
export const NORMALISATION_FLOPS = 8;
/** Batch normalisation with stored statistics: one multiply-add. */
export const STORED_STATISTICS_FLOPS = 2;
