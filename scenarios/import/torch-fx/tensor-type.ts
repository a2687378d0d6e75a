/** Tensors of an FX graph: element type by PyTorch's name, and shape. */
import { InputError } from "../../../env/model/errors.ts";

export interface TensorType {
  readonly dtype: string;
  /** NaN is a size that the file does not tell. */
  readonly shape: readonly number[];
  /** Name of the parameter, where the tensor is one that a module owns. */
  readonly name?: string;
}

/** NaN where a size is not known. */
export const elementsOf = ({ shape }: TensorType): number =>
  shape.reduce((product, size) => product * size, 1);

export const isSized = (tensor: TensorType): boolean => !tensor.shape.some(Number.isNaN);

const bitsByName: ReadonlyMap<string, number> = new Map(
  Object.entries({ half: 16, float: 32, double: 64, long: 64, int: 32, short: 16, bool: 8, cfloat: 64 }),
);

/** The name of every numeric type contains its bits; a boolean takes a byte. */
export function bytesOf(tensor: TensorType): number {
  const word = tensor.dtype.replace(/^torch\./, "");
  const bits = bitsByName.get(word) ?? Number(/(\d+)/.exec(word)?.[1] ?? Number.NaN);
  if (Number.isNaN(bits) || bits > 1024)
    throw new InputError(
      `the type "${tensor.dtype.slice(0, 40)}" is not known, expected one such as torch.float32.`,
    );
  return Math.ceil((elementsOf(tensor) * bits) / 8);
}

export const bytesOfAll = (tensors: readonly TensorType[]): number =>
  tensors.reduce((sum, each) => sum + bytesOf(each), 0);
