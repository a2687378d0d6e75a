/**
 * `Tape`: the forward ops of a network in the order in which its description applies them.
 * backward.ts derives gradient and update ops from it.
 *
 * A tensor knows the op and output port it comes from. Every op has its FLOP (2 per multiply-add)
 * and the bytes that it reads and writes in device memory. By default it touches each input,
 * parameter and output once.
 *
 * Descriptions record in single precision. retape.ts records a tape again in another one.
 */
import type { Windows } from "../../../env/model/layout/halo.ts";
import type { OpType } from "./op-types.ts";

export type Shape = readonly number[];

/** Bits of the numbers that a network computes with. */
export type Precision = 32 | 16;

/**
 * What the elements of a tensor are. A `number` has the tape's precision. A `wide` element has four
 * bytes in any precision: ids, labels, losses, statistics of a normalisation. A `mask` has one
 * byte.
 */
export type ElementKind = "number" | "wide" | "mask";

/** The precision in which descriptions record and give explicit bytes. */
const DESCRIBED: Precision = 32;
const WIDE_BYTES = 4;

export interface Tensor {
  readonly op: ForwardOp;
  readonly port: number;
  readonly shape: Shape;
  readonly bytes: number;
}

export interface ForwardOp {
  readonly name: string;
  readonly type: OpType;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** The recorded spec, for `retape.ts`. */
  readonly spec: ForwardSpec;
  /** Name of the op whose device it shares; by default its own name. */
  readonly home: string;
  /** Bytes of the op's own weights. */
  readonly parameterBytes: number;
  /**
   * Bytes of those weights that one step reads and updates: less than all for an embedding table.
   */
  readonly activeParameterBytes: number;
  /** Number of weights behind `activeParameterBytes`. */
  readonly activeParameters: number;
  readonly flops: number;
  readonly bytesTouched: number;
  /** Runs only on the host: feeds of the input pipeline. */
  readonly onHost: boolean;
  /** It or an ancestor has weights, so a gradient flows back to it. */
  readonly trains: boolean;
}

export interface ForwardSpec {
  readonly name: string;
  readonly type: OpType;
  readonly inputs?: readonly Tensor[];
  readonly outputs: readonly Shape[];
  /** What the elements of each output are; default numbers. */
  readonly kinds?: readonly ElementKind[];
  /** A tensor whose op must be on the same device, such as the table that a lookup reads. */
  readonly beside?: Tensor;
  /** Number of weights. */
  readonly parameters?: number;
  readonly activeParameters?: number;
  readonly flops?: number;
  /** In single precision. */
  readonly bytesTouched?: number;
  /** Axes in letters, where shapes alone do not tell them (iterations/notation.ts). */
  readonly axes?: string;
  /** Windows over height and width, or over time. */
  readonly windows?: Windows;
}

export interface Tape {
  readonly ops: readonly ForwardOp[];
  readonly precision: Precision;
  record(spec: ForwardSpec): readonly Tensor[];
  /** One tensor out of the host's input pipeline. */
  feed(name: string, shape: Shape, kind?: ElementKind, axes?: string): Tensor;
  /** Several tensors of one feed op, one output port each. */
  feeds(name: string, shapes: readonly Shape[], kind?: ElementKind): readonly Tensor[];
}

export const elements = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Bytes of one number. */
export const numberBytes = (precision: Precision): number => precision / 8;

export const createTape = (): Tape => tapeOf(DESCRIBED);

/** An empty tape of the given precision; descriptions use `createTape`. */
export function tapeOf(precision: Precision): Tape {
  const ops: ForwardOp[] = [];
  const bytesOf: Readonly<Record<ElementKind, number>> = {
    number: numberBytes(precision),
    wide: WIDE_BYTES,
    mask: 1,
  };
  const record = (spec: ForwardSpec): readonly Tensor[] => {
    const inputs = spec.inputs ?? [];
    const parameterBytes = (spec.parameters ?? 0) * bytesOf.number;
    const activeParameters = spec.activeParameters ?? spec.parameters ?? 0;
    const activeParameterBytes = activeParameters * bytesOf.number;
    const outputs: Tensor[] = [];
    const outputBytes = spec.outputs.map(
      (shape, port) => elements(shape) * bytesOf[spec.kinds?.[port] ?? "number"],
    );
    const op: ForwardOp = {
      name: spec.name,
      type: spec.type,
      inputs,
      outputs,
      spec,
      home: spec.beside?.op.home ?? spec.name,
      parameterBytes,
      activeParameterBytes,
      activeParameters,
      flops: spec.flops ?? 0,
      bytesTouched:
        spec.bytesTouched === undefined
          ? sum(inputs.map(({ bytes }) => bytes)) + activeParameterBytes + sum(outputBytes)
          : (spec.bytesTouched * precision) / DESCRIBED,
      onHost: spec.type === "Feed",
      trains: parameterBytes > 0 || inputs.some((tensor) => tensor.op.trains),
    };
    spec.outputs.forEach((shape, port) => {
      outputs.push({ op, port, shape, bytes: outputBytes[port] });
    });
    ops.push(op);
    return outputs;
  };
  const feed = (name: string, shapes: readonly Shape[], kind: ElementKind = "number", axes?: string) =>
    record({ name, type: "Feed", outputs: shapes, kinds: shapes.map(() => kind), bytesTouched: 0, axes });
  return {
    ops,
    precision,
    record,
    feed: (name, shape, kind, axes) => feed(name, [shape], kind, axes)[0],
    feeds: feed,
  };
}
