/**
 * The types of TensorFlow.js that agents use. They come from the core package alone, so importing
 * them loads nothing.
 */
import type * as core from "@tensorflow/tfjs-core";

export type Tf = typeof core;
export type {
  KernelBackend,
  NamedTensorMap,
  Scalar,
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor3D,
  TensorInfo,
  Variable,
} from "@tensorflow/tfjs-core";
