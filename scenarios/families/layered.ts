/**
 * Random layered graphs: layers of random width. Each op reads one to three ops of the layer
 * before, and sometimes one from an earlier layer. List schedulers are usually tested on such
 * graphs (Topcuoglu et al., TPDS 2002).
 */
import type { Rng } from "../../env/model/rng.ts";
import { type Family, manyMembers } from "./family.ts";
import { createShape, type Shape, sized } from "./shape.ts";

const COMMUNICATION = 0.7;
const MOST_INPUTS = 3;
/** One op in this many also reads from an earlier layer. */
const SKIP = 8;

export const layered: Family = {
  name: "layered",
  summary: "random graphs of layers, each op fed by the layer before",
  source: "generator after Topcuoglu, Hariri, Wu, TPDS 2002; numbers ours",
  ...manyMembers,
  options: {
    ops: { describe: "ops of the graph", default: 80, min: 4, max: 100_000 },
    width: { describe: "mean ops of a layer", default: 4, min: 1, max: 1_000 },
  },
  graph: ({ rng, values }) => sized(network(rng, values.ops, values.width), COMMUNICATION),
};

function network(rng: Rng, opCount: number, width: number): Shape {
  const shape = createShape();
  let before: number[] = [];
  for (let layer = 0; shape.ops.length < opCount; layer++) {
    const size = Math.min(1 + rng.int(2 * width - 1), opCount - shape.ops.length);
    const firstOfLayer = shape.ops.length;
    const ops = Array.from({ length: size }, (_, i) => {
      const inputs = before.length === 0 ? [] : draws(rng, before, 1 + rng.int(MOST_INPUTS));
      if (firstOfLayer > 0 && rng.int(SKIP) === 0) inputs.push(rng.int(firstOfLayer));
      const work = { us: 500 + rng.int(3001), size: 1 + rng.int(4) };
      return shape.op(`layer_${layer}/op_${i}`, "Synthetic", work, inputs);
    });
    before = ops;
  }
  return shape;
}

const draws = (rng: Rng, from: readonly number[], count: number): number[] =>
  Array.from({ length: count }, () => from[rng.int(from.length)]);
