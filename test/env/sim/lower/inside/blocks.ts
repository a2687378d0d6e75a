/**
 * A stack of blocks of two products each, with a loss, and hybrid plans of it. Block
 * i is `in`, a square and `out`; Megatron divides `in` by its columns and `out` by its rows.
 */
import type { Cluster, Scenario } from "../../../../../env/index.ts";
import type { Fidelity } from "../../../../../env/model/fidelity/fidelity.ts";
import { Role } from "../../../../../env/model/graph/graph.ts";
import type { OpSplit } from "../../../../../env/model/layout/natural.ts";
import { ranksOf } from "../../../../../env/model/plan/inside.ts";
import type { PipelinePlan, PipelineStage } from "../../../../../env/model/plan/pipeline.ts";
import { iterationOf } from "../../../../../env/model/plan/sharding.ts";
import { type NumberedGraph, numberedGraph, type OpText } from "../sharding/numbered-graph.ts";
import { shardedScenario } from "../sharding/sharded.ts";

export const LENGTHS = { b: 8, k: 4, h: 8 };
export const ELEMENT_BYTES = 8;

export const blocks = (
  count: number,
  lengths: Readonly<Record<"b" | "k" | "h", number>> = LENGTHS,
): NumberedGraph => {
  const all = Array.from({ length: count }, (_, i) => i);
  return numberedGraph(lengths, [
    { name: "x", rule: "input", outputs: ["b k"] },
    ...all.flatMap((i) => forward(i)),
    { name: "loss", rule: "square", inputs: [`out${count - 1} b k`], outputs: ["b k"] },
    {
      name: "dy",
      rule: "square",
      role: "backward",
      twin: "loss",
      inputs: ["loss b k"],
      outputs: ["b k"],
    },
    ...all.reverse().flatMap((i) => backward(i, count)),
  ]);
};

const forward = (i: number): OpText[] => [
  product(`in${i}`, [`${i === 0 ? "x" : `out${i - 1}`} b k`], "k h", "b h", "k"),
  { name: `square${i}`, rule: "square", inputs: [`in${i} b h`], outputs: ["b h"] },
  product(`out${i}`, [`square${i} b h`], "h k", "b k", "h"),
];

const backward = (i: number, count: number): OpText[] => {
  const dy = i === count - 1 ? "dy b k" : `dx${i + 1} b k`;
  const back = (text: OpText, twin: string): OpText => ({ ...text, role: "backward", twin: `${twin}${i}` });
  const pair = (name: string, inputs: string[], output: string, sums: string): OpText => ({
    name: `${name}${i}`,
    rule: "product",
    inputs,
    outputs: [output],
    operands: [[0, 1]],
    sums,
  });
  return [
    back(product(`dsquare${i}`, [dy], "h k", "b h", "k"), "out"),
    back(pair("dOut", [dy, `square${i} b h`], "h k", "b"), "out"),
    back(pair("din", [`dsquare${i} b h`, `in${i} b h`], "b h", ""), "square"),
    back(product(`dx${i}`, [`din${i} b h`], "k h", "b k", "h"), "in"),
    back(pair("dIn", [`din${i} b h`, `${i === 0 ? "x" : `out${i - 1}`} b k`], "k h", "b"), "in"),
    update(`update out${i}`, `out${i}`, `dOut${i} h k`, "h k"),
    update(`update in${i}`, `in${i}`, `dIn${i} k h`, "k h"),
  ];
};

const product = (name: string, inputs: string[], weight: string, output: string, sums: string): OpText => ({
  name,
  rule: "product",
  inputs,
  parameters: [weight],
  outputs: [output],
  operands: [[0, 1]],
  sums,
  linearIn: [0],
});

const update = (name: string, twin: string, input: string, axes: string): OpText => ({
  name,
  rule: "update",
  role: "update",
  twin,
  inputs: [input],
  parameters: [axes],
});

export const blockScenario = (count: number, cluster: Cluster, fidelity: Partial<Fidelity> = {}): Scenario =>
  shardedScenario(blocks(count), cluster, fidelity);

/** Blocks go to stages in equal runs; every stage has a mesh of the given sizes inside. */
export function hybridPlan(
  { graph }: Scenario,
  stages: readonly (Omit<PipelineStage, "share"> & Partial<Pick<PipelineStage, "share">>)[],
  splitOf: (name: string, dimension: string) => readonly number[],
  rest: Partial<PipelinePlan> = {},
): PipelinePlan {
  const blockOf = graph.names.map((name) =>
    name === "x" ? 0 : Number(/(\d+)$/.exec(name)?.[1] ?? Number.NaN),
  );
  const count = Math.max(...blockOf.filter((block) => !Number.isNaN(block))) + 1;
  const stageOf = Int32Array.from(blockOf, (block) =>
    Math.floor(((Number.isNaN(block) ? count - 1 : block) * stages.length) / count),
  );
  const split = graph.names.map((name, v): OpSplit | null =>
    graph.role[v] === Role.forward && ranksOf({ share: "split", ...stages[stageOf[v]] }) > 1
      ? iterationOf(graph, v)!.dimensions.map((dimension) => [...splitOf(name, dimension.name)])
      : null,
  );
  return {
    kind: "pipeline",
    stageOf,
    stages: stages.map((stage) => ({ share: "split" as const, ...stage })),
    microBatches: 1,
    schedule: { name: "gpipe" },
    ...(split.some((own) => own !== null) && { split }),
    ...rest,
  };
}

/** Columns of the first product and rows of the second. */
export const megatronSplit =
  (axis: number) =>
  (_name: string, dimension: string): readonly number[] =>
    dimension === "h" ? [axis] : [];

export const dataSplit =
  (axis: number) =>
  (_name: string, dimension: string): readonly number[] =>
    dimension === "b" ? [axis] : [];
