/**
 * Networks for CIFAR-10 from the micro search space of ENAS (Pham, Guan, Zoph, Le, Dean, ICML
 * 2018), as Placeto's `cifar10` family. A cell has 5 nodes, and each node adds two branches. A
 * branch is one of 5 operations on an earlier node or on the output of one of the two cells before.
 * Both are random. Nodes that no other node reads are concatenated. Of 8 cells the third and the
 * sixth are reduction cells; all cells of a kind are equal. These numbers are those of the public
 * code (melodyguan/enas, scripts/cifar10_micro_search.sh): 5 cells, 5 branches, 6 layers and 2
 * reductions.
 *
 * A branch is an op here, and the ops that read a node take its sum. Relative times are ours:
 * separable convolutions by their multiply-adds at 36 channels (3x3 : 5x5 = 1 : 1.36), the others
 * as memory-bound.
 */
import type { Rng } from "../../env/model/rng.ts";
import { type Family, fewMembers } from "./family.ts";
import { createShape, type Shape, sized } from "./shape.ts";

const CELLS = 8;
const REDUCTIONS = [2, 5];
const NODES = 5;
const COMMUNICATION = 0.75;

const operations = [
  { name: "identity", type: "Identity", us: 300 },
  { name: "sep_conv_3x3", type: "Conv2D", us: 2000 },
  { name: "sep_conv_5x5", type: "Conv2D", us: 2720 },
  { name: "avg_pool", type: "AvgPool", us: 800 },
  { name: "max_pool", type: "MaxPool", us: 800 },
];

interface Branch {
  /** 0 and 1 are the cells before, then the nodes. */
  readonly from: number;
  readonly operation: (typeof operations)[number];
}
type Cell = readonly (readonly [Branch, Branch])[];

export const enasCifar: Family = {
  name: "enas-cifar",
  summary: "ENAS-like networks for CIFAR-10: random cells of the micro search space, 90 ops",
  source: "Pham et al., ICML 2018 (search space); Addanki et al., NeurIPS 2019 (family of 32, 16 held out)",
  ...fewMembers,
  graph: ({ rng }) => sized(network(rng), COMMUNICATION),
};

function network(rng: Rng): Shape {
  const shape = createShape();
  const [normal, reduction] = [randomCell(rng), randomCell(rng)];
  const stem = shape.op("stem", "Conv2D", { us: 2000 }, []);
  let before: readonly [number, number] = [stem, stem];
  for (let c = 0; c < CELLS; c++) {
    const cell = REDUCTIONS.includes(c) ? reduction : normal;
    before = [before[1], addCell(shape, `cell_${c}`, cell, before, rng)];
  }
  shape.op("head", "MatMul", { us: 1000 }, [before[1]]);
  return shape;
}

function randomCell(rng: Rng): Cell {
  const branch = (node: number): Branch => ({
    from: rng.int(node + 2),
    operation: operations[rng.int(operations.length)],
  });
  return Array.from({ length: NODES }, (_, node) => [branch(node), branch(node)] as const);
}

/** Returns the op that concatenates the nodes that no other node reads. */
function addCell(
  shape: Shape,
  name: string,
  cell: Cell,
  before: readonly [number, number],
  rng: Rng,
): number {
  const summands: number[][] = [[before[0]], [before[1]]];
  const read = new Set<number>();
  for (const [node, branches] of cell.entries()) {
    const ops = branches.map(({ from, operation: { name: operation, type, us } }, b) => {
      read.add(from);
      const work = { us: Math.round(us * (0.8 + 0.4 * rng.next())) };
      return shape.op(`${name}/node_${node}/${b === 0 ? "a" : "b"}_${operation}`, type, work, summands[from]);
    });
    summands.push(ops);
  }
  const loose = summands.flatMap((ops, node) => (node >= 2 && !read.has(node) ? ops : []));
  return shape.op(`${name}/concat`, "Concat", { us: 600 }, loose);
}
