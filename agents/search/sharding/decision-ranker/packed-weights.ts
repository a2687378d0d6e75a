/**
 * Weights of a network as one text, for networks that the package ships: base64 of all float32
 * numbers in the order of their declaration, little-endian. Names and shapes are the network's own.
 */
import { InputError } from "../../../../env/model/errors.ts";
import type { SavedWeights, Weights } from "../../../nets/weights.ts";

export function packWeights(weights: Weights): string {
  const parts = Object.values(weights.save()).map(({ data }) => Buffer.from(data, "base64"));
  return Buffer.concat(parts).toString("base64");
}

/** Throws a sentence where the text has another number of weights. */
export function unpackWeights(weights: Weights, text: string): void {
  const bytes = Buffer.from(text, "base64");
  const own = Object.entries(weights.save());
  const sizes = own.map(([, { data }]) => Buffer.byteLength(data, "base64"));
  const expected = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes.length !== expected)
    throw new InputError(`The stored weights have ${bytes.length} bytes, expected ${expected}.`);
  let start = 0;
  const saved: SavedWeights = Object.fromEntries(
    own.map(([name, { shape }], i) => {
      const data = bytes.subarray(start, start + sizes[i]).toString("base64");
      start += sizes[i];
      return [name, { shape, data }];
    }),
  );
  weights.load(saved);
}
