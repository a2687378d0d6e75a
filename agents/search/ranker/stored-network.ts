/**
 * A trained network as text: shape, what it was trained on, and its numbers as base64 of float32 in
 * little-endian order. A hash of the numbers guards against a damaged file.
 */
import { InputError } from "../../../env/model/errors.ts";
import { layout, type Network } from "./network.ts";

/** What is known of a network without its numbers. */
export interface NetworkRecipe {
  readonly inputs: number;
  readonly hidden: number;
  /** FNV-1a of the bytes, eight hexadecimal digits. */
  readonly hash: string;
  /** The command and the data that gave it. */
  readonly recipe: string;
  readonly seed: number;
  /** Splits and workloads that it has learned from. */
  readonly trainedOn: readonly string[];
}

export interface StoredNetwork extends Omit<NetworkRecipe, "trainedOn"> {
  /** Means, scales and weights. */
  readonly base64: string;
}

export function storeNetwork(network: Network, recipe: string, seed: number): StoredNetwork {
  const { inputs, hidden, mean, scale, weights } = network;
  const bytes = new Uint8Array(4 * (2 * inputs + weights.length));
  const view = new DataView(bytes.buffer);
  [...mean, ...scale, ...weights].forEach((value, i) => {
    view.setFloat32(4 * i, value, true);
  });
  return {
    inputs,
    hidden,
    hash: hashOf(bytes),
    recipe,
    seed,
    base64: Buffer.from(bytes).toString("base64"),
  };
}

/** Throws an `InputError` where the numbers are not those that were stored. */
export function openNetwork(stored: StoredNetwork): Network {
  const { inputs, hidden, base64, hash } = stored;
  const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
  const { size } = layout({ inputs, hidden });
  const found = hashOf(bytes);
  if (found !== hash || bytes.length !== 4 * (2 * inputs + size))
    throw new InputError(
      `The network has ${bytes.length} bytes with hash ${found}, expected ${4 * (2 * inputs + size)} with ${hash}.`,
    );
  const view = new DataView(bytes.buffer);
  const read = (from: number, length: number) =>
    Float32Array.from({ length }, (_, i) => view.getFloat32(4 * (from + i), true));
  return {
    inputs,
    hidden,
    mean: read(0, inputs),
    scale: read(inputs, inputs),
    weights: read(2 * inputs, size),
  };
}

function hashOf(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
