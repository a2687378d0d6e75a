/**
 * PaSE's machine: what a word that moves costs, in floating-point operations. A word has 8 bytes in
 * the released code, and defaults are 10 TFLOPS and 16 GB/s.
 */
import { InputError } from "../../../../../env/model/errors.ts";

export interface Machine {
  /** Operations that a device makes in the time that a word takes. */
  readonly flopPerWord: number;
}

const WORD_BYTES = 8;

export function machineOf({ tflops, gbps }: { readonly tflops: number; readonly gbps: number }): Machine {
  if (!(tflops > 0) || !(gbps > 0))
    throw new InputError(`A machine of PaSE has ${tflops} TFLOPS and ${gbps} GB/s; both must be above 0.`);
  return { flopPerWord: (tflops * 1000) / (gbps / WORD_BYTES) };
}

/** The cost of an all-reduce of so many words of each of so many parts, on a ring. */
export const allReduce = (words: number, parts: number, { flopPerWord }: Machine): number =>
  flopPerWord * ((2 * (parts - 1)) / parts) * words;
