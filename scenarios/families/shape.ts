/**
 * `Shape`: a generated graph before it has sizes. Ops have times on the reference machine and
 * relative output sizes. The function `sized` gives them FLOP and bytes. All transfers together
 * then take a given share of the compute on that machine.
 *
 * The reference machine is Placeto's: K80 dies of a p2.8xlarge, 7,600 bytes/us and 25 us for a
 * transfer. scenarios/clusters says where the figures come from. They are repeated here because a
 * better device sheet must not change graphs that hashes pin. A test compares both. One op is a
 * whole block's share of a training step.
 */

import { InputError } from "../../env/model/errors.ts";
import { graphBuilder } from "../../env/model/graph/builder.ts";
import type { OpGraph } from "../../env/model/graph/graph.ts";

export interface ShapeOp {
  readonly name: string;
  readonly type: string;
  /** Time on a reference device. */
  readonly us: number;
  /** Size of the output in any unit. */
  readonly size: number;
  /** The ops that it reads, each once. */
  readonly inputs: readonly number[];
}

export interface Shape {
  readonly ops: readonly ShapeOp[];
  /** Adds an op and returns its number; inputs that are named twice are read once. */
  op(name: string, type: string, work: { us: number; size?: number }, inputs: readonly number[]): number;
}

export const reference = {
  launchUs: 5.7,
  flopsPerUs: 4.37e6,
  /** Share of the peak that ops of a type sustain. */
  efficiency: { Conv2D: 0.3, MatMul: 0.3, "*": 0.25 } as Readonly<Record<string, number>>,
  bytesPerUs: 7_600,
  latencyUs: 25,
} as const;

/**
 * Weights grow with work: 2 ms of work has 20 MB. An LSTM cell of width 1024 has that within a
 * factor of two.
 */
const WEIGHT_BYTES_PER_US = 10_000;

export function createShape(): Shape {
  const ops: ShapeOp[] = [];
  return {
    ops,
    op(name, type, { us, size = 1 }, inputs) {
      return ops.push({ name, type, us, size, inputs: [...new Set(inputs)] }) - 1;
    },
  };
}

/**
 * `communication` is the time of all transfers over the time of all ops, each edge sent once, on
 * the reference machine. `weights` is the factor on the usual weights.
 */
export function sized({ ops }: Shape, communication: number, weights = 1): OpGraph {
  const computeUs = ops.reduce((sum, { us }) => sum + us, 0);
  const edges = ops.flatMap(({ inputs }) => inputs);
  const sizes = edges.reduce((sum, from) => sum + ops[from].size, 0);
  const sendingUs = communication * computeUs - edges.length * reference.latencyUs;
  if (sendingUs <= 0)
    throw new InputError(
      `Transfers cannot take ${communication} of the compute time: their latencies alone take longer.`,
    );
  const bytesPerSize = sizes === 0 ? 0 : (sendingUs * reference.bytesPerUs) / sizes;

  const builder = graphBuilder();
  for (const { name, type, us, size } of ops) {
    const share = reference.efficiency[type] ?? reference.efficiency["*"];
    builder.op({
      name,
      type,
      flops: Math.round((us - reference.launchUs) * reference.flopsPerUs * share),
      parameterBytes: Math.round(Math.round(us) * WEIGHT_BYTES_PER_US * weights),
      outputs: [Math.round(bytesPerSize * size)],
    });
  }
  for (const { name, inputs } of ops)
    for (const from of inputs) builder.edge({ from: ops[from].name, to: name });
  return builder.build();
}
