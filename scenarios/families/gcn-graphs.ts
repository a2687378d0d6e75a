/**
 * Graph convolutions over drawn data graphs: the partition of the data graph is what is placed, as
 * Roc does (Jia et al., MLSys 2020). Members differ in their data graph alone. By default it is
 * like that of Reddit, with a heavy tail of degrees, 602 features and 41 classes; `exponent=1000`
 * makes it near-regular, as graphs of proteins are.
 *
 * The paper's data sets cannot be had by a generator. These have 16,384 vertices where Reddit has
 * 232,965, and ids that follow communities unless they are shuffled.
 */
import { drawDataGraph } from "../workloads/data-graphs/data-graph.ts";
import { gcnBlocks } from "../workloads/data-graphs/gcn-blocks.ts";
import { adam } from "../workloads/tape/optimizers.ts";
import { type Family, manyMembers } from "./family.ts";

const MB = 1_000_000;

export const gcnGraphs: Family = {
  name: "gcn-graphs",
  summary: "graph convolutions over drawn data graphs, in blocks of vertices: a partition of data",
  source: "generator after Chung and Lu, 2002; the problem of Roc (Jia et al., MLSys 2020); numbers ours",
  ...manyMembers,
  optimizerSlots: adam.slots,
  options: {
    vertices: { describe: "vertices of the data graph", default: 16_384, min: 64, max: 262_144 },
    degree: {
      describe: "mean neighbours as drawn, before repeats are dropped",
      default: 64,
      min: 2,
      max: 512,
    },
    exponent: {
      describe: "hundredths of the exponent of the degrees' power law",
      default: 210,
      min: 201,
      max: 10_000,
    },
    communities: { describe: "communities of vertices", default: 16, min: 1, max: 64 },
    shuffled: { describe: "1 for ids at random, 0 for those of communities", default: 0, min: 0, max: 1 },
    blocks: { describe: "blocks of vertices that are placed", default: 64, min: 2, max: 256 },
    layers: { describe: "graph convolutions", default: 2, min: 1, max: 16 },
    features: { describe: "numbers that a vertex comes with", default: 602, min: 1, max: 8192 },
    width: { describe: "hidden width", default: 256, min: 1, max: 8192 },
    classes: { describe: "classes of vertices", default: 41, min: 2, max: 8192 },
    cache: { describe: "MB of a device's cache; 0 makes times linear", default: 4, min: 0, max: 1024 },
  },
  graph({ rng, values }) {
    const { vertices, degree, communities } = values;
    const data = drawDataGraph(
      { vertices, degree, communities, exponent: values.exponent / 100, shuffled: values.shuffled === 1 },
      rng,
    );
    return gcnBlocks(data, {
      blocks: values.blocks,
      layers: values.layers,
      features: values.features,
      width: values.width,
      classes: values.classes,
      cacheBytes: values.cache * MB,
    });
  },
};
