/**
 * Work of instructions that run an algorithm, from its textbook count:
 *
 *   sort, topk         comparisons: elements x log2 of the length, or of the number kept
 *   fft                5 x elements x log2 of the transform's length
 *   cholesky           a third of n^3 for each matrix
 *   triangular-solve   n for each element of the right side
 *   LU                 two thirds of n^3 for each matrix
 *   batch-norm         8 for each element in training, 2 in inference, 11 backward
 */
import { mainArray } from "./shape.ts";
import { elementsAt, inputElements, outputElements, rankAt, sizeAt } from "./shape-work.ts";
import { type Computation, type Instruction, numbersOf } from "./text.ts";

const perElement: ReadonlyMap<string, number> = new Map([
  ["batch-norm-training", 8],
  ["batch-norm-inference", 2],
  ["batch-norm-grad", 11],
]);

/** Undefined for all other instructions. */
export function algorithmFlops(instruction: Instruction, within: Computation): number | undefined {
  const { opcode } = instruction;
  const last = () => rankAt(instruction, within, 0) - 1;
  switch (opcode) {
    case "sort": {
      const [dim = 0] = numbersOf(instruction, "dimensions") ?? [];
      return inputElements(instruction, within) * bits(sizeAt(instruction, within, 0, dim));
    }
    case "topk":
      return inputElements(instruction, within) * bits(Number(instruction.attributes.get("k") ?? 2));
    case "fft": {
      const lengths = numbersOf(instruction, "fft_length") ?? [];
      const elements = Math.max(inputElements(instruction, within), outputElements(instruction));
      return 5 * elements * lengths.reduce((sum, length) => sum + Math.log2(Math.max(1, length)), 0);
    }
    case "cholesky":
      return Math.ceil((inputElements(instruction, within) * sizeAt(instruction, within, 0, last())) / 3);
    case "triangular-solve":
      return elementsAt(instruction, within, 1) * sizeAt(instruction, within, 0, last());
    default: {
      const each = perElement.get(opcode);
      return each === undefined ? undefined : each * inputElements(instruction, within);
    }
  }
}

const bits = (length: number): number => Math.ceil(Math.log2(Math.max(2, length)));

/** Targets of custom calls: XLA's own TopK, factorisations and solvers of LAPACK and cuSOLVER. */
const calls = /^TopK$|(potrf|trsm|getrf)/;

export const isAlgorithmCall = (target: string): boolean => calls.test(target);

export function callFlops(target: string, instruction: Instruction, within: Computation): number {
  const elements = inputElements(instruction, within);
  const size = sizeAt(instruction, within, 0, rankAt(instruction, within, 0) - 1);
  if (target === "TopK") return elements * bits(lastSize(instruction));
  if (target.includes("potrf")) return Math.ceil((elements * size) / 3);
  if (target.includes("getrf")) return Math.ceil((2 * elements * size) / 3);
  return elementsAt(instruction, within, 1) * size;
}

/** Length of the last dimension of the first result. */
function lastSize({ shape }: Instruction): number {
  const dims = mainArray(shape)?.dims ?? [];
  return dims[dims.length - 1] ?? 1;
}
