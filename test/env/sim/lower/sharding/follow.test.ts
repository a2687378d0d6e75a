import { expect, test } from "vitest";
import type { ShardingPlan } from "../../../../../env/model/plan/sharding.ts";
import { shardedProgram } from "../../../../../env/sim/lower/sharding/program.ts";
import { mlp, type NumberedGraph } from "./numbered-graph.ts";
import { megatron, transformerBlock } from "./transformer-block.ts";

/** The dimensions that are divided when an op runs, and the steps that move what it has made. */
function ranAs({ graph }: NumberedGraph, plan: ShardingPlan) {
  const program = shardedProgram({ graph, cluster: { name: "", devices: [], links: [], routes: [] } }, plan);
  const splits = new Map<string, string>();
  for (const each of program.instructions)
    if (each.kind === "run") {
      const { dimensions } = graph.iterations![each.op]!;
      const divided = dimensions.filter((_, d) => each.split![d].length > 0).map(({ name }) => name);
      splits.set(graph.names[each.op], divided.join(" "));
    }
  const kindsAfter = (name: string) =>
    program.instructions.flatMap((each) =>
      each.kind === "move" && graph.names[program.values[each.from].op] === name ? [each.step.kind] : [],
    );
  return { splits, kindsAfter };
}

const splitsOf = (numbered: NumberedGraph, splits: Record<string, number[][]>) =>
  ranAs(numbered, {
    kind: "sharding",
    mesh: { axes: [{ name: "all", size: 2 }], devices: [0, 1] },
    split: numbered.graph.names.map((name) => splits[name] ?? null),
  }).splits;

test("a gradient and an update take over the split of their forward op, by names of dimensions", () => {
  const found = splitsOf(mlp({ b: 4, k: 4, h: 6, n: 4 }), { z: [[], [], [0]] });
  // z has b, k and h; its gradients and its update know h too.
  expect(found.get("z")).toBe("h");
  expect(found.get("dW")).toBe("h");
  expect(found.get("W update")).toBe("h");
  expect(found.get("dV")).toBe("");
});

test("what has no twin, or other dimensions than it, is divided as its inputs are", () => {
  const numbered = mlp({ b: 4, k: 4, h: 6, n: 4 });
  const found = splitsOf(numbered, { target: [[0], []], y: [[0], [], []] });
  // The loss has no twin: it takes the parts of its inputs along b.
  expect(found.get("dy")).toBe("b");
  expect(splitsOf(numbered, {}).get("dy")).toBe("");
});

test("a sum of partial sums is not divided by their mesh axis, and is scattered behind", () => {
  const block = transformerBlock({ b: 2, s: 4, h: 8, a: 2, d: 4, f: 16 });
  const { splits, kindsAfter } = ranAs(block, megatron(block, 2, { sequence: true }));
  // Norms are divided along s; the gradient of the first one is a sum of three partial sums.
  expect(splits.get("norm1")).toBe("s");
  expect(splits.get("dnorm1")).toBe("");
  expect(kindsAfter("dnorm1")).toEqual(["reduce-scatter"]);
  expect(splits.get("dx1")).toBe("s");
});
