/**
 * Named trainable tensors. They are made from our own random stream, because TensorFlow's could not
 * be replayed. They are saved as base64 of their float32 bytes, so loading gives back every bit.
 */
import { InputError } from "../../env/model/errors.ts";
import type { Rng } from "../../env/model/rng.ts";
import type { Tensor, Tf, Variable } from "../tensors/types.ts";

export type SavedWeights = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly data: string }>
>;

export interface Weights {
  /** The variables to train, in order of declaration. */
  readonly list: readonly Variable[];
  /** Declares a variable; every name once. */
  add(name: string, shape: readonly number[], values: Float32Array): Variable;
  /** Glorot-uniform matrix [inputs x outputs] (Glorot and Bengio, AISTATS 2010). */
  matrix(name: string, inputs: number, outputs: number, rng: Rng): Variable;
  /** He-uniform matrix [inputs x outputs], for a layer with relu (He et al., ICCV 2015). */
  reluMatrix(name: string, inputs: number, outputs: number, rng: Rng): Variable;
  zeros(name: string, shape: readonly number[]): Variable;
  /** A variable that is saved and freed with the others but not trained. */
  statistic(name: string, shape: readonly number[], value: number): Variable;
  save(): SavedWeights;
  /** Throws a sentence, and changes nothing, where a name is missing or a shape differs. */
  load(saved: SavedWeights): void;
  dispose(): void;
}

export function createWeights(tf: Tf): Weights {
  const list: Variable[] = [];
  const named = new Map<string, Variable>();
  const declare = (name: string, shape: readonly number[], values: Float32Array): Variable => {
    if (named.has(name)) throw new Error(`The weights "${name}" are declared twice.`);
    const initial = tf.tensor(values, [...shape], "float32");
    const variable = tf.variable(initial);
    initial.dispose();
    named.set(name, variable);
    return variable;
  };

  const weights: Weights = {
    list,
    add(name, shape, values) {
      const variable = declare(name, shape, values);
      list.push(variable);
      return variable;
    },
    matrix: (name, inputs, outputs, rng) =>
      weights.add(name, [inputs, outputs], uniform(inputs * outputs, Math.sqrt(6 / (inputs + outputs)), rng)),
    reluMatrix: (name, inputs, outputs, rng) =>
      weights.add(name, [inputs, outputs], uniform(inputs * outputs, Math.sqrt(6 / inputs), rng)),
    zeros: (name, shape) => weights.add(name, shape, new Float32Array(sizeOf(shape))),
    statistic: (name, shape, value) => declare(name, shape, new Float32Array(sizeOf(shape)).fill(value)),
    save: () => Object.fromEntries([...named].map(([name, variable]) => [name, saveTensor(variable)])),
    load(saved) {
      for (const [name, variable] of named) checkedTensor(variable, saved[name], name);
      for (const [name, variable] of named) loadTensor(tf, variable, saved[name], name);
    },
    dispose() {
      for (const variable of named.values()) variable.dispose();
    },
  };
  return weights;
}

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

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

/** Throws a sentence where there is no tensor of the variable's shape. */
function checkedTensor(
  variable: Variable,
  saved: SavedWeights[string] | undefined,
  name: string,
): SavedWeights[string] {
  if (saved === undefined) throw new InputError(`The saved agent has no weights "${name}".`);
  if (saved.shape.join() !== variable.shape.join())
    throw new InputError(
      `The saved weights "${name}" have shape [${saved.shape}], this agent's have [${variable.shape}]: another scenario or other options.`,
    );
  return saved;
}

export function loadTensor(
  tf: Tf,
  variable: Variable,
  saved: SavedWeights[string] | undefined,
  name: string,
): void {
  const { shape, data } = checkedTensor(variable, saved, name);
  const bytes = Uint8Array.from(Buffer.from(data, "base64"));
  const loaded = tf.tensor(new Float32Array(bytes.buffer), [...shape], "float32");
  variable.assign(loaded);
  loaded.dispose();
}

/** Gate biases that start with open forget gates (Jozefowicz et al., ICML 2015). */
export function openForgetGates(hidden: number): Float32Array {
  return new Float32Array(4 * hidden).fill(1, hidden, 2 * hidden);
}
