/**
 * Alpa's lines "works in the gym when". Those on its intra-operator program are of one mesh
 * (agents/problems/sharding), as `alpa-intra` solves it: by elimination in place of an integer
 * program. Numbers have 8 bytes in place of 4, and so have the closed forms.
 */
import { solveByElimination } from "../../../../agents/exact/sharding/labels/elimination/solve.ts";
import { timesOf } from "../../../../agents/exact/sharding/labels/frontier/problem.ts";
import { solveByProgram } from "../../../../agents/exact/sharding/labels/program.ts";
import { submeshPlan } from "../../../../agents/exact/stages/alpa/submesh-stages.ts";
import {
  type AlpaLinks,
  alpaCollectives,
  alpaPricing,
} from "../../../../agents/problems/sharding/alpa-pricing.ts";
import { labelTables } from "../../../../agents/problems/sharding/labels/label-tables.ts";
import {
  batchOnFirst,
  fullyDivided,
  type Offer,
} from "../../../../agents/problems/sharding/labels/offers.ts";
import { meshOf } from "../../../../agents/problems/sharding/mesh/meshes.ts";
import { createRng } from "../../../../env/index.ts";
import type { OpGraph } from "../../../../env/model/graph/graph.ts";
import { everyPoint } from "../../../agents/exact/sharding/labels/frontier/every-point.ts";
import { bestLatency, drawnProblem } from "../../../agents/exact/stages/alpa/every-submesh-plan.ts";
import { perceptron } from "../../../agents/problems/sharding/labels/small-networks.ts";
import { attentionForward, transformerStack } from "../../../env/sim/lower/sharding/transformer-block.ts";
import { type SystemCheck, seedCount } from "../check.ts";
import { anyProblem, withDrawnMemory } from "../layerwise/drawn-labels.ts";
import { cases, offBy, percent, range } from "./figures.ts";

const PROBLEMS = 200;

const program: SystemCheck = {
  system: "alpa",
  check: `inter-operator program against every plan, ${PROBLEMS} drawn problems of at most 6 layers and 8 devices, half with memory`,
  target: "equal on all",
  seeds: 1,
  async run() {
    let equal = 0;
    let feasible = 0;
    for (const seed of range(0, PROBLEMS - 1)) {
      const rng = createRng(`alpa ${seed}`);
      const [layers, devices, microBatches] = [1 + rng.int(6), 1 + rng.int(8), 1 + rng.int(8)];
      const problem = drawnProblem(seed, { layers, devices, microBatches, hasLimit: seed % 2 === 1 });
      const latency = submeshPlan(problem)?.latency ?? null;
      if (latency === bestLatency(problem)) equal++;
      if (latency !== null) feasible++;
    }
    return {
      measured: `equal ${equal} of ${PROBLEMS}, of which ${feasible} have a plan`,
      passed: equal === PROBLEMS,
    };
  },
};

const BYTES = 8;
const RANDOM = 200;
const SOLVED_TO = 1e-6;
const LIMITS = { nodes: 10_000, iterations: 100_000, seconds: 60, relativeGap: 0 };

/** The program of one mesh, solved; its plan. */
function onMesh(graph: OpGraph, sizes: readonly number[], links: AlpaLinks, offer: Offer = fullyDivided) {
  const mesh = meshOf(range(0, sizes.reduce((product, size) => product * size, 1) - 1), sizes);
  const tables = labelTables(graph, mesh, { offer, pricing: alpaPricing(sizes, links) });
  const found = solveByElimination(timesOf(tables.problem));
  if (found.kind !== "solved") throw new Error(found.kind);
  return { cost: found.cost, plan: tables.planOf(found.labels) };
}

/** Products of h by h in a row. */
const rows = (layers: number, h: number, batch: number): OpGraph =>
  perceptron(new Array<number>(layers + 1).fill(h), batch).graph;

const perceptrons: SystemCheck = {
  system: "alpa",
  check:
    "MLPs on one mesh: 2 and 12 layers on (4,1) and (1,4), large and small batch; 12 layers on (4,8), (8,4) and (3,4)",
  target: "closed forms of all-reduces, within 0.1%",
  seeds: 1,
  async run() {
    const equal = { alpha: [1, 1], beta: [1, 1] };
    const flat = [
      { sizes: [4, 1], axis: 0 },
      { sizes: [1, 4], axis: 1 },
    ].flatMap(({ sizes, axis }) => {
      const { allReduce } = alpaCollectives(sizes, equal);
      return [2, 12].flatMap((layers) => [
        offBy(onMesh(rows(layers, 64, 1024), sizes, equal).cost, layers * allReduce(64 * 64 * BYTES, axis)),
        offBy(
          onMesh(rows(layers, 1024, 128), sizes, equal).cost,
          (layers - 1) * allReduce(128 * 1024 * BYTES, axis),
        ),
      ]);
    });
    const links = { alpha: [1, 1], beta: [1, 0.01] };
    // Nothing here is divisible by 3: parts are rounded up.
    const rounded: Offer = { divides: fullyDivided.divides, fully: "products" };
    const grids = [
      [4, 8],
      [8, 4],
      [3, 4],
    ].map((sizes) => {
      const { allReduce } = alpaCollectives(sizes, links);
      const expected =
        12 * allReduce((128 * 128 * BYTES) / sizes[1], 0) +
        11 * allReduce((1024 * 128 * BYTES) / sizes[0], 1);
      return offBy(onMesh(rows(12, 128, 1024), sizes, links, rounded).cost, expected);
    });
    return {
      measured: `one axis: off by at most ${percent(Math.max(...flat), 4)}; two axes: ${grids.map((off) => percent(off, 4)).join(", ")}`,
      passed: [...flat, ...grids].every((off) => off <= 0.001),
    };
  },
};

const SIZES = { b: 8, s: 8, h: 128, a: 8, d: 16, f: 512 };
const LAYERS = 2;
/** Dimensions that Megatron divides. */
const MEGATRON = { q: "a", k: "a", v: "a", projection: "a", inner: "f", outer: "f" };

/** Whether an axis of the mesh divides weights as Megatron does. */
function isMegatron(
  { names, iterations }: OpGraph,
  split: ReturnType<typeof onMesh>["plan"]["split"],
  axis: number,
) {
  return Object.entries(MEGATRON).every(([name, along]) => {
    const v = names.indexOf(name);
    const d = iterations![v]!.dimensions.findIndex((dimension) => dimension.name === along);
    return split[v]![d].includes(axis);
  });
}

/** All mesh axes divide weights, where an op has any. Free, attention is divided by its batch. */
const dividedWeights: Offer = {
  ...fullyDivided,
  requires: ({ parameters }, split) =>
    parameters.length === 0 ||
    split.every((axes, d) => axes.length === 0 || parameters.some(({ along }) => along.includes(d))),
};

const transformers: SystemCheck = {
  system: "alpa",
  check:
    "a Transformer of 2 blocks, batch 8, 8 tokens, width 128, 8 heads, on (4,1), (1,4), and on (2,2) with the batch on the first axis",
  target: "4L - 1 all-reduces and Megatron's weights; the sums of gradients as well; within 1%",
  seeds: 1,
  async run() {
    const { graph } = transformerStack(SIZES, LAYERS, { inputGradient: false });
    const bytes = SIZES.b * SIZES.s * SIZES.h * BYTES;
    const sums = 4 * LAYERS - 1;
    const equal = { alpha: [1, 1], beta: [1, 1] };
    const flat = [
      { sizes: [4, 1], axis: 0 },
      { sizes: [1, 4], axis: 1 },
    ].map(({ sizes, axis }) => {
      const { cost, plan } = onMesh(graph, sizes, equal);
      const off = offBy(cost, sums * alpaCollectives(sizes, equal).allReduce(bytes, axis));
      return { off, isMegatron: isMegatron(graph, plan.split, axis) };
    });
    const links = { alpha: [2, 2], beta: [1, 0.1] };
    const { allReduce } = alpaCollectives([2, 2], links);
    const gradients = Array.from(graph.parameterBytes).filter((weights) => weights > 0);
    const expected =
      gradients.reduce((sum, weights) => sum + allReduce(weights / 2, 0), 0) + sums * allReduce(bytes / 2, 1);
    const grid = onMesh(graph, [2, 2], links, batchOnFirst);
    const offs = [...flat.map(({ off }) => off), offBy(grid.cost, expected)];
    const all = [...flat.map((each) => each.isMegatron), isMegatron(graph, grid.plan.split, 1)];
    return {
      measured: `off by ${offs.map((off) => percent(off, 3)).join(", ")}, Megatron's weights on ${all.filter(Boolean).length} of 3`,
      passed: offs.every((off) => off <= 0.01) && all.every(Boolean),
    };
  },
};

const attention: SystemCheck = {
  system: "alpa",
  check: "attention alone, forward, batch 4, 128 tokens, width 512, 16 heads, weights divided on (1,4)",
  target: "one all-reduce, within 1%",
  seeds: 1,
  async run() {
    const links = { alpha: [1, 1], beta: [1, 1] };
    const { graph } = attentionForward({ b: 4, s: 128, h: 512, a: 16, d: 32, f: 1 });
    const expected = alpaCollectives([1, 4], links).allReduce(4 * 128 * 512 * BYTES, 1);
    const { cost } = onMesh(graph, [1, 4], links, dividedWeights);
    return {
      measured: `${(cost / expected).toFixed(4)} of an all-reduce`,
      passed: offBy(cost, expected) <= 0.01,
    };
  },
};

const integerProgram: SystemCheck = {
  system: "alpa",
  check: `the integer program on ${RANDOM} drawn graphs of at most 6 ops with at most 6 strategies against all labelings, without and with a limit of memory`,
  target: "equal within the solver's 1e-6 on all",
  seeds: 1,
  async run(scale) {
    const drawn = cases("alpa-program", seedCount(RANDOM, scale)).map((rng) =>
      withDrawnMemory(rng, anyProblem(rng, { layers: 6, labels: 6 }), 1),
    );
    let [free, limited] = [0, 0];
    for (const problem of drawn) {
      const points = everyPoint(problem);
      const memories = points.map(({ memory }) => memory).sort((a, b) => a - b);
      // Every fourth of them fits, or as few as that leaves.
      const memoryLimit = memories[Math.floor(memories.length / 4)];
      const least = (most: number) =>
        Math.min(...points.filter(({ memory }) => memory <= most).map(({ time }) => time));
      const timeOf = async (options: { readonly memoryLimit?: number }) =>
        (await solveByProgram(problem, { limits: LIMITS, ...options })).point?.time ?? Number.NaN;
      if (offBy(await timeOf({}), least(Number.POSITIVE_INFINITY)) <= SOLVED_TO) free++;
      if (offBy(await timeOf({ memoryLimit }), least(memoryLimit)) <= SOLVED_TO) limited++;
    }
    return {
      measured: `${free} and ${limited} of ${drawn.length}`,
      passed: free === drawn.length && limited === drawn.length,
    };
  },
};

export const checks: readonly SystemCheck[] = [perceptrons, transformers, attention, integerProgram, program];
