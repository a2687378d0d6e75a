/**
 * pase-nets: the networks of PaSE's released code under its cost model. Compared are the optimum,
 * the sizes of the graph and of the elimination, and the cost of the file's own strategy. The
 * file's full tables are compared entry by entry, matched by configuration.
 */
import { solveByElimination } from "../../../agents/exact/sharding/labels/elimination/solve.ts";
import type { Network } from "../../../agents/exact/sharding/labels/pase/layer.ts";
import { machineOf } from "../../../agents/exact/sharding/labels/pase/machine.ts";
import { type PaseProblem, paseProblem } from "../../../agents/exact/sharding/labels/pase/tables.ts";
import { costOf } from "../../../agents/exact/sharding/labels/problem.ts";
import type { Compared, GoldenCheck } from "./contract.ts";
import { alexnet } from "./pase/alexnet.ts";
import { inception3 } from "./pase/inception3.ts";
import { resnet101 } from "./pase/resnet101.ts";
import { rnnlm } from "./pase/rnnlm.ts";
import { transformer } from "./pase/transformer.ts";

type Splits = readonly number[];

export interface PaseRow {
  readonly net: string;
  readonly batch: number;
  readonly p: number;
  readonly tflops: number;
  readonly gbps: number;
}

interface Row extends PaseRow {
  readonly cost: number;
  readonly vertices: number;
  readonly edges: number;
  readonly maxConfigs: number;
  readonly sumConfigs: number;
  readonly maxTableVars: number;
  readonly strategy?: readonly Splits[];
  readonly types?: readonly string[];
}

interface Tables {
  readonly net: string;
  readonly batch: number;
  readonly p: number;
  readonly vertices: readonly {
    readonly type: string;
    readonly configs: readonly Splits[];
    readonly costs: Splits;
  }[];
  readonly edges: readonly { readonly u: number; readonly v: number; readonly costs: readonly Splits[] }[];
}

/** The file's tables are of the released code's default machine. */
const defaultMachine = { tflops: 10, gbps: 16 };

export const paseNets: GoldenCheck = {
  name: "pase-nets",
  tolerance: 1e-9,
  *compare(content) {
    const { tables, rows } = content as { readonly tables: readonly Tables[]; readonly rows: readonly Row[] };
    for (const each of tables) yield* comparedTables(each);
    for (const row of rows) yield* comparedRow(row);
  },
};

/** Each network with the least elements of a part. */
const networks: Readonly<
  Record<string, { readonly of: (batch: number) => Network; readonly cutoff: number }>
> = {
  alexnet: { of: alexnet, cutoff: 4 },
  inception3: { of: inception3, cutoff: 4 },
  resnet101: { of: resnet101, cutoff: 4 },
  rnnlm: { of: rnnlm, cutoff: 1 },
  transformer: { of: transformer, cutoff: 1 },
};

export function problemOfNet({ net, batch, p, ...machine }: PaseRow): PaseProblem & { network: Network } {
  const { of, cutoff } = networks[net];
  const network = of(batch);
  return { network, ...paseProblem(network, { machine: machineOf(machine), devices: p, cutoff }) };
}

function* comparedRow(golden: Row): Iterable<Compared> {
  const row = `${golden.net} batch ${golden.batch} p ${golden.p}, ${golden.tflops} TFLOPS, ${golden.gbps} GB/s`;
  const problem = problemOfNet(golden);
  const found = solveByElimination(problem);
  const configurations = problem.nodes.map(({ length }) => length);
  yield { row, expected: golden.cost, found: found.kind === "solved" ? found.cost : found.kind };
  yield {
    row,
    expected: [golden.vertices, golden.edges, golden.maxConfigs, golden.sumConfigs, golden.maxTableVars],
    found: [
      problem.nodes.length,
      problem.edges.length,
      Math.max(...configurations),
      configurations.reduce((sum, each) => sum + each, 0),
      found.trace.mostNodes,
    ],
  };
  if (golden.types !== undefined)
    yield {
      row,
      expected: golden.types.join(" "),
      found: problem.network.layers.map(({ kind }) => kind).join(" "),
    };
  if (golden.strategy === undefined) return;
  const labels = golden.strategy.map((splits, node) => numbersOf(problem, node).get(String(splits)) ?? -1);
  yield { row, expected: golden.cost, found: costOf(problem, labels) };
}

function* comparedTables({ vertices, edges, ...golden }: Tables): Iterable<Compared> {
  const row = `tables of ${golden.net} batch ${golden.batch} p ${golden.p}`;
  const problem = problemOfNet({ ...golden, ...defaultMachine });
  const labels = vertices.map(({ configs }, node) => {
    const numbers = numbersOf(problem, node);
    return configs.map((splits) => numbers.get(String(splits)) ?? -1);
  });
  for (const [node, { costs }] of vertices.entries())
    yield { row, expected: costs, found: labels[node].map((label) => problem.nodes[node][label]) };
  yield { row, expected: edges.length, found: problem.edges.length };
  for (const { u, v, costs } of edges) {
    const edge = problem.edges.find((each) => each.u === u && each.v === v);
    const width = problem.nodes[v].length;
    const found = labels[u].flatMap((a) => labels[v].map((b) => edge?.costs[a * width + b] ?? Number.NaN));
    yield { row, expected: costs.flat(), found };
  }
}

/** The label of each configuration of a layer. */
const numbersOf = ({ configurations }: PaseProblem, node: number): Map<string, number> =>
  new Map(configurations[node].map((splits, label) => [String(splits), label]));
