/** `FxCall`: a call of an FX graph as its rule sees it, and `Work`, what the rule answers. */
import { InputError } from "../../../env/model/errors.ts";
import { type Argument, isList, isRef } from "./arguments.ts";
import type { TensorType } from "./tensor-type.ts";

export interface Work {
  /** The type that decides the efficiency of devices. */
  readonly type: string;
  /** FLOP, 2 per multiply-add. */
  readonly flops: number;
  /** Bytes read and written; by default each input and output once. */
  readonly bytes?: number;
}

interface Given {
  /** Null where the file does not say them; inputs then stand for them. */
  readonly args: readonly Argument[] | null;
  /** By name of the node. */
  readonly tensors: ReadonlyMap<string, TensorType>;
  readonly inputs: readonly TensorType[];
  readonly own: readonly TensorType[];
  readonly outputs: readonly TensorType[];
}

export class FxCall {
  /** The operator's word, as the rules spell it. */
  readonly word: string;
  /** All tensors that it reads, in the order of its arguments, those of its module last. */
  readonly inputs: readonly TensorType[];
  readonly outputs: readonly TensorType[];
  /** Parameters of the module that it runs. */
  readonly own: readonly TensorType[];
  readonly #args: readonly Argument[] | null;
  readonly #tensors: ReadonlyMap<string, TensorType>;

  constructor(word: string, given: Given) {
    this.word = word;
    this.#args = given.args;
    this.#tensors = given.tensors;
    this.inputs = [...given.inputs, ...given.own];
    this.outputs = given.outputs;
    this.own = given.own;
  }

  /** Undefined where this argument is no tensor. */
  optional(i: number): TensorType | undefined {
    if (this.#args === null || i >= this.#args.length) return this.inputs[i];
    const argument = this.#args[i];
    return isRef(argument) ? this.#tensors.get(argument.node) : undefined;
  }

  tensor(i: number): TensorType {
    const found = this.optional(i) ?? this.inputs[i];
    if (found === undefined) throw new InputError(`${this.word} has no tensor as argument ${i + 1}.`);
    return found;
  }

  /** The tensors of an argument that is a list of them. */
  list(i: number): readonly TensorType[] {
    const argument = this.#args?.[i];
    if (!isList(argument)) return [];
    return argument.flatMap((item) => (isRef(item) ? (this.#tensors.get(item.node) ?? []) : []));
  }

  /** An argument that is no tensor; undefined where the file does not say it. */
  value(i: number): Argument | undefined {
    return this.#args?.[i];
  }

  get output(): TensorType {
    const [first] = this.outputs;
    if (first === undefined) throw new InputError(`${this.word} has no tensor as its result.`);
    return first;
  }
}

export type FxRule = (call: FxCall) => Work;

/** Rules by word, for a text of words with white space between them. */
export const named = <T>(words: string, rule: T): readonly (readonly [string, T])[] =>
  words
    .trim()
    .split(/\s+/)
    .map((word) => [word, rule] as const);

/** A rule for matrix products is the type that devices name so. */
export const product = (flops: number, output: TensorType | undefined): Work => ({
  type: (output?.shape.length ?? 0) > 2 ? "BatchMatMul" : "MatMul",
  flops,
});
