/**
 * Inception-like networks: a chain of 9 blocks of four branches that are concatenated, as the
 * middle of Inception-V3 (Szegedy et al., CVPR 2016). A block draws the lengths of its branches
 * from a short list, so members differ in topology. The real network is the workload
 * `inception-v3`. This family has its shape, at the size that learning was calibrated at.
 */
import type { Rng } from "../../env/model/rng.ts";
import { type Family, fewMembers } from "./family.ts";
import { createShape, type Shape, sized } from "./shape.ts";

const BLOCKS = 9;
/**
 * Lengths of a block's branches; as in Inception-V3 some are a single convolution and some a chain.
 */
const BRANCHES = [
  [1, 2, 3, 2],
  [1, 1, 3, 2],
  [1, 2, 3, 3],
  [2, 2, 3, 1],
];
const COMMUNICATION = 0.65;

export const inceptionFamily: Family = {
  name: "inception",
  summary: "Inception-like networks: 9 blocks of four branches",
  source: "after Szegedy et al., CVPR 2016",
  ...fewMembers,
  graph: ({ rng }) => sized(network(rng), COMMUNICATION),
};

function network(rng: Rng): Shape {
  const shape = createShape();
  const convolution = (name: string, input: readonly number[]) =>
    shape.op(name, "Conv2D", { us: 1000 + rng.int(2001) }, input);
  let joined = convolution("stem", []);
  for (let block = 0; block < BLOCKS; block++) {
    const ends = BRANCHES[rng.int(BRANCHES.length)].map((length, branch) => {
      let end = joined;
      for (let i = 0; i < length; i++) end = convolution(`block_${block}/branch_${branch}/conv_${i}`, [end]);
      return end;
    });
    joined = shape.op(`block_${block}/concat`, "Concat", { us: 400 }, ends);
  }
  return shape;
}
