/**
 * Language models on the Penn Treebank with recurrent cells from the search space of ENAS (Pham et
 * al., ICML 2018), as Placeto's `ptb` family. A cell has 12 nodes (melodyguan/enas, scripts/ptb.sh:
 * rhn_depth 12). The first node reads the word and the last state. Each other node reads a random
 * earlier node through a weight matrix and one of 4 random activations. The new state is the mean
 * of the nodes that no other node reads. Unrolled over 5 steps with a softmax each (the public code
 * unrolls 35, which would be 500 ops).
 *
 * Relative times are ours. A node multiplies by a matrix of width x 2 width, and its activation
 * adds little. The softmax over 10,000 words costs as much as several nodes.
 */
import type { Rng } from "../../env/model/rng.ts";
import { type Family, fewMembers } from "./family.ts";
import { createShape, type Shape, sized } from "./shape.ts";

const NODES = 12;
const STEPS = 5;
const SOFTMAX_US = 8000;
const COMMUNICATION = 0.5;

const activations = [
  { name: "tanh", us: 2100 },
  { name: "relu", us: 2000 },
  { name: "identity", us: 1900 },
  { name: "sigmoid", us: 2100 },
];

interface Node {
  /** The node that it reads; -1 for the first, which reads the word and the state. */
  readonly from: number;
  readonly activation: (typeof activations)[number];
}

export const enasPtb: Family = {
  name: "enas-ptb",
  summary: "ENAS-like recurrent cells for the Penn Treebank: random trees of 12 nodes, unrolled over 5 steps",
  source: "Pham et al., ICML 2018 (search space); Addanki et al., NeurIPS 2019 (family of 32, 16 held out)",
  ...fewMembers,
  graph: ({ rng }) => sized(network(rng), COMMUNICATION),
};

function network(rng: Rng): Shape {
  const shape = createShape();
  const cell: Node[] = Array.from({ length: NODES }, (_, node) => ({
    from: node === 0 ? -1 : rng.int(node),
    activation: activations[rng.int(activations.length)],
  }));
  const loose = cell.flatMap((_, node) => (cell.some(({ from }) => from === node) ? [] : [node]));
  const jitter = (us: number) => Math.round(us * (0.6 + 0.8 * rng.next()));
  let state: number[] = [];
  for (let step = 0; step < STEPS; step++) {
    const word = shape.op(`step_${step}/word`, "Gather", { us: 500 }, []);
    const nodes: number[] = [];
    for (const [node, { from, activation }] of cell.entries()) {
      const inputs = from === -1 ? [word, ...state] : [nodes[from]];
      const name = `step_${step}/node_${node}_${activation.name}`;
      nodes.push(shape.op(name, "MatMul", { us: jitter(activation.us) }, inputs));
    }
    const ends = loose.map((node) => nodes[node]);
    const mean = shape.op(`step_${step}/state`, "Mean", { us: 400 }, ends);
    shape.op(`step_${step}/softmax`, "MatMul", { us: jitter(SOFTMAX_US) }, [mean]);
    state = [mean];
  }
  return shape;
}
