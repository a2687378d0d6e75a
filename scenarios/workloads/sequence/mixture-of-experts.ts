/**
 * A feed-forward layer of many experts, of which a gate chooses two for each token (Shazeer et al.,
 * ICLR 2017; with a capacity for each expert as in GShard, Lepikhin et al., ICLR 2021). Experts are
 * divided into shards. The experts of a shard are one op with a batched product, so that a
 * placement can split the experts by shards.
 *
 * Every expert computes as many tokens as its capacity, 2 x tokens / experts. Missing tokens are
 * padding.
 */
import { matMul } from "../layers/dense-layers.ts";
import { softmax } from "../layers/pointwise.ts";
import { elements, type Tape, type Tensor } from "../tape/tape.ts";

export interface MixtureOptions {
  readonly experts: number;
  readonly shards: number;
  readonly innerWidth: number;
}

const CHOSEN = 2;

export function mixtureOfExperts(
  tape: Tape,
  x: Tensor,
  name: string,
  { experts, shards, innerWidth }: MixtureOptions,
): Tensor {
  const width = x.shape[x.shape.length - 1];
  const tokens = elements(x.shape) / width;
  const shardCount = Math.min(shards, experts);
  const gates = softmax(tape, matMul(tape, x, `${name}/gate`, experts), `${name}/gate_softmax`);
  const sizes = Array.from({ length: shardCount }, (_, s) => expertsOf(s, shardCount, experts));
  const capacity = Math.ceil((CHOSEN * tokens) / experts);
  const dispatched = tape.record({
    name: `${name}/dispatch`,
    type: "Dispatch",
    inputs: [x, gates],
    outputs: sizes.map((held) => [held, capacity, width]),
  });
  const results = dispatched.map((chosen, s) => {
    const inner = expertProduct(tape, chosen, `${name}/shard_${s}/inner`, innerWidth);
    const active = tape.record({
      name: `${name}/shard_${s}/relu`,
      type: "Relu",
      inputs: [inner],
      outputs: [inner.shape],
      flops: elements(inner.shape),
    })[0];
    return expertProduct(tape, active, `${name}/shard_${s}/outer`, width);
  });
  return tape.record({
    name: `${name}/combine`,
    type: "Combine",
    inputs: [gates, ...results],
    outputs: [x.shape],
    flops: 2 * CHOSEN * elements(x.shape),
  })[0];
}

/** Number of experts in a shard; shards differ by at most one expert. */
const expertsOf = (shard: number, shards: number, experts: number): number =>
  Math.floor(((shard + 1) * experts) / shards) - Math.floor((shard * experts) / shards);

/**
 * Each expert's rows against its own weights, [experts, rows, width] x [experts, width, columns].
 */
function expertProduct(tape: Tape, x: Tensor, name: string, columns: number): Tensor {
  const [experts, rows, width] = x.shape;
  return tape.record({
    name,
    type: "MatMul",
    inputs: [x],
    outputs: [[experts, rows, columns]],
    parameters: experts * width * columns,
    flops: 2 * experts * rows * width * columns,
  })[0];
}
