/**
 * The label core on PaSE's networks: sizes, and CPU seconds for tables and optimum, and for the
 * frontier of time and memory within 1%. Prints two tables in Markdown.
 *
 *     npx tsx test/bench/labels.ts
 *
 * PaSE has no memory. For the frontier a layer holds its outputs and four copies of its weights,
 * and an edge the words that move.
 */
import { solveByElimination } from "../../agents/exact/sharding/labels/elimination/solve.ts";
import type { TwoCostProblem } from "../../agents/exact/sharding/labels/frontier/problem.ts";
import { solveFrontier } from "../../agents/exact/sharding/labels/frontier/solve.ts";
import { partSize, product } from "../../agents/exact/sharding/labels/pase/layer.ts";
import { problemOfNet } from "../golden/checks/pase-nets.ts";
import { cpuSeconds } from "./cpu-seconds.ts";

const machine = { tflops: 10, gbps: 16 };
const FLOP_PER_WORD = 5000;
const EPSILON = 0.01;

const optima: [string, number, number][] = [
  ["alexnet", 128, 64],
  ["inception3", 128, 8],
  ["inception3", 128, 32],
  ["inception3", 128, 64],
  ["resnet101", 128, 32],
  ["rnnlm", 64, 64],
  ["transformer", 64, 8],
  ["transformer", 64, 32],
  ["transformer", 64, 64],
];
const frontiers: [string, number, number][] = [
  ["alexnet", 128, 8],
  ["inception3", 128, 8],
  ["transformer", 64, 4],
  ["transformer", 64, 8],
];

const print = (...cells: readonly (string | number)[]) => console.log(`| ${cells.join(" | ")} |`);

print("network", "batch", "p", "labels", "largest table", "additions", "CPU s");
print("---", "---:", "---:", "---:", "---:", "---:", "---:");
for (const [net, batch, p] of optima) {
  const before = cpuSeconds();
  const problem = problemOfNet({ net, batch, p, ...machine });
  const { kind, trace } = solveByElimination(problem);
  const seconds = cpuSeconds() - before;
  const labels = problem.nodes.reduce((sum, { length }) => sum + length, 0);
  if (kind !== "solved") throw new Error(`${net} on ${p} devices is ${kind}.`);
  print(net, batch, p, labels, trace.largestTable, trace.additions, seconds.toFixed(2));
}

console.log();
print("network", "batch", "p", "points of the frontier", "peak MB of the process so far", "CPU s");
print("---", "---:", "---:", "---:", "---:", "---:");
for (const [net, batch, p] of frontiers) {
  const problem = withMemory(problemOfNet({ net, batch, p, ...machine }));
  const before = cpuSeconds();
  const found = solveFrontier(problem, { epsilon: EPSILON });
  if (found.kind !== "solved") throw new Error(found.message);
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  print(net, batch, p, found.frontier.length, megabytes, (cpuSeconds() - before).toFixed(2));
}

function withMemory({
  network,
  configurations,
  nodes,
  edges,
}: ReturnType<typeof problemOfNet>): TwoCostProblem {
  const WEIGHTS = new Set(["Conv", "FC", "Einsum"]);
  const WEIGHT_COPIES = 4;
  return {
    nodes: nodes.map((time, layer) => {
      const { kind, space, outputs, outputSplits } = network.layers[layer];
      const memory = Float64Array.from(configurations[layer], (splits) => {
        const weights = (product(space) / space[0]) * (splits[0] / product(splits));
        const held = partSize(outputs[0], outputSplits(splits, 0));
        return held + (WEIGHTS.has(kind) ? WEIGHT_COPIES * weights : 0);
      });
      return { time, memory };
    }),
    edges: edges.map(({ u, v, costs }) => {
      const memory = costs.map((cost) => cost / FLOP_PER_WORD / 2);
      return { u, v, ways: [{ time: costs, memory }] };
    }),
  };
}
