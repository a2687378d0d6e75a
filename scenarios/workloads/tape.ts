/**
 * `Tape`: the forward ops of a network in the order in which its description applies them. What `backward.ts` derives
 * gradient and update ops from.
 *
 * A tensor knows the op and output port it comes from. Every op says what it computes and moves: FLOP (2 per multiply-add)
 * and the bytes that it reads and writes in device memory, by default each input, parameter and output once.
 */
import type { GradientRuleName } from "./gradients.ts";

export type Shape = readonly number[];

/** All tensors are float32 or int32. */
export const ELEMENT_BYTES = 4;

export interface Tensor {
  readonly op: ForwardOp;
  readonly port: number;
  readonly shape: Shape;
  readonly bytes: number;
}

export interface ForwardOp {
  readonly name: string;
  readonly type: GradientRuleName;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Bytes of the weights that live with the op. */
  readonly parameterBytes: number;
  /** Bytes of those weights that one step reads and updates: less than all for an embedding table. */
  readonly activeParameterBytes: number;
  readonly flops: number;
  readonly bytesTouched: number;
  /** Runs only on the host: feeds of the input pipeline. */
  readonly onHost: boolean;
  /** Weights lie in it or before it, so a gradient flows back to it. */
  readonly trains: boolean;
}

export interface ForwardSpec {
  readonly name: string;
  readonly type: GradientRuleName;
  readonly inputs?: readonly Tensor[];
  readonly outputs: readonly Shape[];
  /** Number of weights. */
  readonly parameters?: number;
  readonly activeParameters?: number;
  readonly flops?: number;
  readonly bytesTouched?: number;
}

export interface Tape {
  readonly ops: readonly ForwardOp[];
  record(spec: ForwardSpec): readonly Tensor[];
  /** One tensor out of the host's input pipeline. */
  feed(name: string, shape: Shape): Tensor;
  /** Several tensors of one feed op, one output port each. */
  feeds(name: string, shapes: readonly Shape[]): readonly Tensor[];
}

export const elements = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export function createTape(): Tape {
  const ops: ForwardOp[] = [];
  const append = (spec: ForwardSpec, onHost: boolean): readonly Tensor[] => {
    const inputs = spec.inputs ?? [];
    const parameterBytes = (spec.parameters ?? 0) * ELEMENT_BYTES;
    const activeParameterBytes = (spec.activeParameters ?? spec.parameters ?? 0) * ELEMENT_BYTES;
    const outputs: Tensor[] = [];
    const outputBytes = spec.outputs.map((shape) => elements(shape) * ELEMENT_BYTES);
    const op: ForwardOp = {
      name: spec.name,
      type: spec.type,
      inputs,
      outputs,
      parameterBytes,
      activeParameterBytes,
      flops: spec.flops ?? 0,
      bytesTouched:
        spec.bytesTouched ?? sum(inputs.map(({ bytes }) => bytes)) + activeParameterBytes + sum(outputBytes),
      onHost,
      trains: parameterBytes > 0 || inputs.some((tensor) => tensor.op.trains),
    };
    spec.outputs.forEach((shape, port) => {
      outputs.push({ op, port, shape, bytes: outputBytes[port] });
    });
    ops.push(op);
    return outputs;
  };
  return {
    ops,
    record: (spec) => append(spec, false),
    feed: (name, shape) => append({ name, type: "Feed", outputs: [shape], bytesTouched: 0 }, true)[0],
    feeds: (name, shapes) => append({ name, type: "Feed", outputs: shapes, bytesTouched: 0 }, true),
  };
}
