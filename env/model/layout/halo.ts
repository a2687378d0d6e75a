/**
 * Halos of windows: how far a part of an image reaches into its neighbours. A window of `kernel`
 * taps begins at `stride` x i - `padding` on the fine axis and makes element i of the coarse one.
 * The dimension has the coarse axis' size, and cuts both axes in proportion (iteration.ts).
 */
import type { Window } from "../graph/iteration.ts";

/** Of each spatial axis in turn: height and width, or time alone. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  /** Negative where the first window begins inside. */
  readonly padding: readonly number[];
  readonly dilation?: number;
}

export interface Halo {
  readonly size: number;
  readonly window: Window;
  /** Rows of the fine axis, where parts make the coarse one. */
  readonly forward: number;
  /** Rows of the coarse axis, where parts make the fine one. */
  readonly backward: number;
}

/** The largest reach over all places where a part may begin. */
export function haloOf(fine: number, coarse: number, window: Window): Halo {
  const { stride, padding, dilation = 1 } = window;
  const kernel = dilation * (window.kernel - 1) + 1;
  let [forward, backward] = [0, 0];
  for (let cut = 1; cut < coarse; cut++) {
    const fineCut = Math.floor((fine * cut) / coarse);
    const needsUpTo = Math.min(fine, (cut - 1) * stride - padding + kernel);
    const needsFrom = Math.max(0, cut * stride - padding);
    forward = Math.max(forward, needsUpTo - fineCut, fineCut - needsFrom);

    const readUpTo = Math.min(coarse, Math.floor((fineCut - 1 + padding) / stride) + 1);
    const readFrom = Math.max(0, Math.ceil((fineCut + padding - kernel + 1) / stride));
    backward = Math.max(backward, readUpTo - cut, cut - readFrom);
  }
  return { size: coarse, window, forward, backward };
}

/** Halos of the spatial letters, one for each axis of the windows. */
export function halosOf(
  letters: string,
  fine: readonly number[],
  coarse: readonly number[],
  { kernel, stride, padding, dilation }: Windows,
): Readonly<Record<string, Halo>> {
  const entries = [...letters].map((letter, i) => {
    const window: Window = {
      kernel: kernel[i],
      stride: stride[i],
      padding: padding[i],
      ...(dilation !== undefined && dilation !== 1 && { dilation }),
    };
    return [letter, haloOf(fine[i], coarse[i], window)] as const;
  });
  return Object.fromEntries(entries);
}
