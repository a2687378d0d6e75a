/**
 * Halos of windows: how far a part of an image reaches into its neighbours. A window of `kernel`
 * taps begins at `stride` x i - `padding` on the fine axis and makes element i of the coarse one.
 * The dimension has the coarse axis' size, and cuts both axes in proportion (iteration.ts).
 */

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
  /** Rows of the fine axis, where parts make the coarse one. */
  readonly forward: number;
  /** Rows of the coarse axis, where parts make the fine one. */
  readonly backward: number;
}

interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

/** The largest reach over all places where a part may begin. */
export function haloOf(fine: number, coarse: number, { kernel, stride, padding }: Window): Halo {
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
  return { size: coarse, forward, backward };
}

/** Halos of the spatial letters, one for each axis of the windows. */
export function halosOf(
  letters: string,
  fine: readonly number[],
  coarse: readonly number[],
  { kernel, stride, padding, dilation = 1 }: Windows,
): Readonly<Record<string, Halo>> {
  const entries = [...letters].map((letter, i) => {
    const window = {
      kernel: dilation * (kernel[i] - 1) + 1,
      stride: stride[i],
      padding: padding[i],
    };
    return [letter, haloOf(fine[i], coarse[i], window)] as const;
  });
  return Object.fromEntries(entries);
}
