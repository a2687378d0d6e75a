/**
 * The operators on whole numbers modulo a prime. All are polynomials in their inputs, so two graphs
 * that differ agree on random numbers with a probability of at most degree / prime (Schwartz 1980).
 *
 * Functions are replaced by polynomials of each element, and the largest element of a window by a
 * sum of cubes. Nothing but what holds for every function is equal for them.
 */
import type { Rng } from "../../rng.ts";
import { channelAxis, type OperatorName, paddingOf, type Shape } from "./operators.ts";

/** The largest prime below 2^25: products of two residues are exact. */
export const PRIME = 2 ** 25 - 39;

export interface Numbers {
  readonly shape: Shape;
  readonly data: Float64Array;
}

const elements = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

export const randomNumbers = (shape: Shape, rng: Rng): Numbers => ({
  shape,
  data: Float64Array.from({ length: elements(shape) }, () => rng.int(PRIME)),
});

export const equalNumbers = (a: Numbers, b: Numbers): boolean =>
  a.shape.join() === b.shape.join() && a.data.every((value, i) => value === b.data[i]);

/** Pre: `shape` is what the operator makes of the inputs. */
export function execute(
  operator: OperatorName,
  inputs: readonly Numbers[],
  attributes: readonly number[],
  shape: Shape,
): Numbers {
  return { shape, data: kernels[operator](inputs, attributes, shape) };
}

type Kernel = (inputs: readonly Numbers[], attributes: readonly number[], shape: Shape) => Float64Array;

const functionOf =
  (number: number) =>
  (x: number): number =>
    (((x * x) % PRIME) + (number + 3) * x + 7 * number + 1) % PRIME;

const mapped = (data: Float64Array, number: number): Float64Array => data.map(functionOf(number));

const matmul: Kernel = ([x, w]) => {
  const [inner, columns] = w.shape;
  const rows = x.data.length / inner;
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < inner; k++)
      for (let j = 0; j < columns; j++) {
        const at = i * columns + j;
        result[at] = (result[at] + x.data[i * inner + k] * w.data[k * columns + j]) % PRIME;
      }
  return result;
};

const conv: Kernel = ([x, w], windows, shape) => {
  const [batch, filters, height, width] = shape;
  const [, channels, fineHeight, fineWidth] = x.shape;
  const [, , tall, wide] = w.shape;
  const [top, left] = [paddingOf(tall, windows[2]), paddingOf(wide, windows[3])];
  const result = new Float64Array(elements(shape));
  let at = 0;
  for (let b = 0; b < batch; b++)
    for (let f = 0; f < filters; f++)
      for (let i = 0; i < height; i++)
        for (let j = 0; j < width; j++) {
          let sum = 0;
          for (let c = 0; c < channels; c++)
            for (let y = 0; y < tall; y++)
              for (let z = 0; z < wide; z++) {
                const [row, column] = [i * windows[0] + y - top, j * windows[1] + z - left];
                if (row < 0 || row >= fineHeight || column < 0 || column >= fineWidth) continue;
                const image = x.data[((b * channels + c) * fineHeight + row) * fineWidth + column];
                sum = (sum + image * w.data[((f * channels + c) * tall + y) * wide + z]) % PRIME;
              }
          result[at++] = sum;
        }
  return result;
};

/** Sums of a power of the elements of each window. */
const pool =
  (power: (x: number) => number): Kernel =>
  ([x], [tall, wide, down, right, top, left], shape) => {
    const [batch, channels, height, width] = shape;
    const [, , fineHeight, fineWidth] = x.shape;
    const result = new Float64Array(elements(shape));
    let at = 0;
    for (let image = 0; image < batch * channels; image++)
      for (let i = 0; i < height; i++)
        for (let j = 0; j < width; j++) {
          let sum = 0;
          for (let y = 0; y < tall; y++)
            for (let z = 0; z < wide; z++) {
              const [row, column] = [i * down + y - top, j * right + z - left];
              if (row < 0 || row >= fineHeight || column < 0 || column >= fineWidth) continue;
              sum = (sum + power(x.data[(image * fineHeight + row) * fineWidth + column])) % PRIME;
            }
          result[at++] = sum;
        }
    return result;
  };

/** Two numbers for each element: of the channels of an image, or of the columns of rows. */
const alongChannels = ({ shape, data }: Numbers, of: (x: number, channel: number) => number) => {
  const axis = channelAxis(shape);
  const after = elements(shape.slice(axis + 1));
  return data.map((x, i) => of(x, Math.floor(i / after) % shape[axis]) % PRIME);
};

const bias: Kernel = ([x, p]) => alongChannels(x, (value, channel) => value + p.data[channel]);

const concat: Kernel = ([a, b], [axis]) => {
  const place = a.shape.length + axis;
  const [own, other] = [a, b].map(({ shape }) => elements(shape.slice(place)));
  const result = new Float64Array(a.data.length + b.data.length);
  for (let row = 0; row * own < a.data.length; row++) {
    result.set(a.data.subarray(row * own, (row + 1) * own), row * (own + other));
    result.set(b.data.subarray(row * other, (row + 1) * other), row * (own + other) + own);
  }
  return result;
};

const half =
  (second: boolean): Kernel =>
  ([x], [axis, at], shape) => {
    const place = x.shape.length + axis;
    const [whole, part] = [x.shape, shape].map((sizes) => elements(sizes.slice(place)));
    const from = second ? (whole / x.shape[place]) * at : 0;
    const result = new Float64Array(elements(shape));
    for (let row = 0; row * part < result.length; row++)
      result.set(x.data.subarray(row * whole + from, row * whole + from + part), row * part);
    return result;
  };

const enlarge: Kernel = ([w], _, shape) => {
  const [filters, channels, tall, wide] = w.shape;
  const [top, left] = [(shape[2] - tall) / 2, (shape[3] - wide) / 2];
  const result = new Float64Array(elements(shape));
  for (let kernel = 0; kernel < filters * channels; kernel++)
    for (let y = 0; y < tall; y++)
      result.set(
        w.data.subarray((kernel * tall + y) * wide, (kernel * tall + y + 1) * wide),
        (kernel * shape[2] + top + y) * shape[3] + left,
      );
  return result;
};

const kernels: Readonly<Record<OperatorName, Kernel>> = {
  matmul,
  conv,
  map: ([x], [number]) => mapped(x.data, number),
  matmulMap: (inputs, [number], shape) => mapped(matmul(inputs, [], shape), number),
  convMap: (inputs, attributes, shape) => mapped(conv(inputs, attributes, shape), attributes[4]),
  add: ([a, b]) => a.data.map((x, i) => (x + b.data[i]) % PRIME),
  mul: ([a, b]) => a.data.map((x, i) => (x * b.data[i]) % PRIME),
  bias,
  biasMap: (inputs, [number], shape) => mapped(bias(inputs, [], shape), number),
  affine: ([x, p, q]) => alongChannels(x, (value, channel) => value * p.data[channel] + q.data[channel]),
  concat,
  split0: half(false),
  split1: half(true),
  maxPool: pool((x) => (((x * x) % PRIME) * x) % PRIME),
  avgPool: pool((x) => x),
  scaleFilters: ([w, p]) => {
    const size = elements(w.shape.slice(1));
    return w.data.map((x, i) => (x * p.data[Math.floor(i / size)]) % PRIME);
  },
  enlarge,
};
