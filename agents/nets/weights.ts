/**
 * Trainable tensors: made from our own random stream (TensorFlow's could not be replayed), named, and saved as base64 of
 * their float32 bytes, so that loading gives back every bit.
 */
import { InputError } from "../../env/model/errors.ts";
import type { Rng } from "../../env/model/rng.ts";
import type { Tensor, Tf, Variable } from "../tf.ts";

export type SavedWeights = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly data: string }>
>;

export interface Weights {
  /** All variables, in order of declaration. */
  readonly list: readonly Variable[];
  /** Declares a variable; every name once. */
  add(name: string, shape: readonly number[], values: Float32Array): Variable;
  /** Glorot-uniform matrix [inputs x outputs] (Glorot and Bengio, AISTATS 2010). */
  matrix(name: string, inputs: number, outputs: number, rng: Rng): Variable;
  /** He-uniform matrix [inputs x outputs], for a layer with relu (He et al., ICCV 2015). */
  reluMatrix(name: string, inputs: number, outputs: number, rng: Rng): Variable;
  zeros(name: string, shape: readonly number[]): Variable;
  save(): SavedWeights;
  load(saved: SavedWeights): void;
  dispose(): void;
}

export function createWeights(tf: Tf): Weights {
  const list: Variable[] = [];
  const names: string[] = [];

  const weights: Weights = {
    list,
    add(name, shape, values) {
      if (names.includes(name)) throw new Error(`The weights "${name}" are declared twice.`);
      const initial = tf.tensor(values, [...shape], "float32");
      const variable = tf.variable(initial);
      initial.dispose();
      names.push(name);
      list.push(variable);
      return variable;
    },
    matrix: (name, inputs, outputs, rng) =>
      weights.add(name, [inputs, outputs], uniform(inputs * outputs, Math.sqrt(6 / (inputs + outputs)), rng)),
    reluMatrix: (name, inputs, outputs, rng) =>
      weights.add(name, [inputs, outputs], uniform(inputs * outputs, Math.sqrt(6 / inputs), rng)),
    zeros: (name, shape) => weights.add(name, shape, new Float32Array(shape.reduce((a, b) => a * b, 1))),
    save: () => Object.fromEntries(list.map((variable, i) => [names[i], saveTensor(variable)])),
    load(saved) {
      list.forEach((variable, i) => {
        loadTensor(tf, variable, saved[names[i]], names[i]);
      });
    },
    dispose() {
      for (const variable of list) variable.dispose();
    },
  };
  return weights;
}

function uniform(size: number, limit: number, rng: Rng): Float32Array {
  return Float32Array.from({ length: size }, () => limit * (2 * rng.next() - 1));
}

export function saveTensor(tensor: Tensor): SavedWeights[string] {
  const values = tensor.dataSync() as Float32Array;
  return {
    shape: tensor.shape,
    data: Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64"),
  };
}

export function loadTensor(
  tf: Tf,
  variable: Variable,
  saved: SavedWeights[string] | undefined,
  name: string,
): void {
  if (saved === undefined) throw new InputError(`The saved agent has no weights "${name}".`);
  if (saved.shape.join() !== variable.shape.join())
    throw new InputError(
      `The saved weights "${name}" have shape [${saved.shape}], this agent's have [${variable.shape}]: another scenario or other options.`,
    );
  const bytes = Uint8Array.from(Buffer.from(saved.data, "base64"));
  const loaded = tf.tensor(new Float32Array(bytes.buffer), [...saved.shape], "float32");
  variable.assign(loaded);
  loaded.dispose();
}
