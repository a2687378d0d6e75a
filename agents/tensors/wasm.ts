/**
 * What the WebAssembly backend of TensorFlow.js 4.22 lacks for training.
 *
 * 1. `UnsortedSegmentSum`, which the gradient of `gather` calls, is not there at all.
 * 2. Its matrix product is fast (XNNPACK) only for two plain matrices without transposed operands.
 *    The gradient of a product asks for transposed ones. Here the gradient transposes first and
 *    multiplies plain matrices.
 * 3. Its `Identity` copies all values. TensorFlow.js calls it for every tensor that a gradient
 *    saves. Here both tensors share the values, as on the other backends.
 * 4. Its `GatherV2` finds the place of every element by divisions. Rows of a table are copied whole
 *    here, ten times as fast.
 *
 * Post-condition: the same numbers as on the other backends to float32 rounding, for every
 * operation that they share.
 */

import type { KernelBackend, Tensor, TensorInfo, Tf } from "./types.ts";

/** The part of the backend that kernels use; the package exports no type for it. */
interface WasmBackend extends KernelBackend {
  makeOutput(shape: number[], dtype: string): TensorInfo;
  incRef(dataId: object): void;
  typedArrayFromHeap(info: TensorInfo): Float32Array | Int32Array;
}

export function completeWasmBackend(tf: Tf): void {
  registerSegmentSum(tf);
  registerProductGradient(tf);
  registerSharedIdentity(tf);
  registerRowGather(tf);
}

/** Only for the first axis; the backend's own kernel does the rest, and says what is wrong. */
function registerRowGather(tf: Tf): void {
  const own = tf.getKernel("GatherV2", "wasm");
  tf.unregisterKernel("GatherV2", "wasm");
  tf.registerKernel({
    ...own,
    kernelFunc: (given) => {
      const { x, indices } = given.inputs as { x: TensorInfo; indices: TensorInfo };
      const { axis, batchDims } = given.attrs as unknown as { axis: number; batchDims: number };
      const backend = given.backend as unknown as WasmBackend;
      const rows = x.shape[0];
      const isInside = (row: number) => row >= 0 && row < rows;
      if (axis !== 0 || batchDims !== 0 || !backend.typedArrayFromHeap(indices).every(isInside))
        return own.kernelFunc(given);
      const out = backend.makeOutput([...indices.shape, ...x.shape.slice(1)], x.dtype);
      // Views of the heap are taken after the allocation, which may move the heap.
      const chosen = backend.typedArrayFromHeap(indices);
      const from = backend.typedArrayFromHeap(x);
      const to = backend.typedArrayFromHeap(out);
      const width = from.length / rows;
      for (let i = 0, at = 0; i < chosen.length; i++)
        for (let k = 0, row = chosen[i] * width; k < width; k++) to[at++] = from[row + k];
      return out;
    },
  });
}

function registerSharedIdentity(tf: Tf): void {
  tf.unregisterKernel("Identity", "wasm");
  tf.registerKernel({
    kernelName: "Identity",
    backendName: "wasm",
    kernelFunc: ({ inputs, backend }) => {
      const { dataId, shape, dtype } = (inputs as { x: TensorInfo }).x;
      (backend as unknown as WasmBackend).incRef(dataId);
      return { dataId, shape, dtype };
    },
  });
}

function registerSegmentSum(tf: Tf): void {
  tf.registerKernel({
    kernelName: "UnsortedSegmentSum",
    backendName: "wasm",
    kernelFunc: ({ inputs, backend, attrs }) => {
      const { x, segmentIds } = inputs as { x: TensorInfo; segmentIds: TensorInfo };
      const { numSegments } = attrs as { numSegments: number };
      const wasm = backend as unknown as WasmBackend;
      const rows = x.shape[0];
      const out = wasm.makeOutput([numSegments, ...x.shape.slice(1)], x.dtype);
      // Views of the heap are taken after the allocation, which may move the heap.
      const to = wasm.typedArrayFromHeap(out).fill(0);
      const from = wasm.typedArrayFromHeap(x);
      const segment = wasm.typedArrayFromHeap(segmentIds);
      const width = rows === 0 ? 0 : from.length / rows;
      for (let row = 0; row < rows; row++) {
        const target = segment[row] * width;
        // TensorFlow drops the rows of segments outside the range.
        if (segment[row] < 0 || segment[row] >= numSegments) continue;
        for (let k = 0, at = row * width; k < width; k++, at++) to[target + k] += from[at];
      }
      return out;
    },
  });
}

function registerProductGradient(tf: Tf): void {
  const plain = (x: Tensor, transposed: boolean): Tensor => (transposed ? lastAxesSwapped(tf, x) : x);
  tf.unregisterGradient("BatchMatMul");
  tf.registerGradient({
    kernelName: "BatchMatMul",
    inputsToSave: ["a", "b"],
    gradFunc: (dy, [a, b], attrs) => {
      const { transposeA, transposeB } = attrs as unknown as { transposeA: boolean; transposeB: boolean };
      const upstream = dy as Tensor;
      return {
        a: () => {
          const gradient = tf.matMul(upstream, plain(b, !transposeB));
          return transposeA ? lastAxesSwapped(tf, gradient) : gradient;
        },
        b: () => {
          const gradient = tf.matMul(plain(a, !transposeA), upstream);
          return transposeB ? lastAxesSwapped(tf, gradient) : gradient;
        },
      };
    },
  });
}

function lastAxesSwapped(tf: Tf, x: Tensor): Tensor {
  const axes = x.shape.map((_, axis) => axis);
  [axes[x.rank - 2], axes[x.rank - 1]] = [axes[x.rank - 1], axes[x.rank - 2]];
  return tf.transpose(x, axes);
}
