import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WHOLE } from "../../../../../env/model/graph/iteration.ts";
import { rankCount } from "../../../../../env/model/layout/mesh.ts";
import {
  completeSharding,
  type PropagationPolicy,
  propagationPolicies,
} from "../../../../../env/model/layout/propagation/complete.ts";
import type { Decision } from "../../../../../env/model/layout/propagation/decisions.ts";
import { propagationRules } from "../../../../../env/model/layout/propagation/rules.ts";
import { replicatedPlan, type ShardingPlan } from "../../../../../env/model/plan/sharding.ts";
import { shardedProgram } from "../../../../../env/sim/lower/sharding/program.ts";
import { execute } from "../../../../env/sim/lower/sharding/execute.ts";
import { attention, mlp, numberedGraph } from "../../../../env/sim/lower/sharding/numbered-graph.ts";
import { transformerBlock } from "../../../../env/sim/lower/sharding/transformer-block.ts";
import { drawn } from "../../../../law-runs.ts";
import { decisionsOn } from "./random-decisions.ts";

const NO_DEVICES = { name: "none", devices: [], links: [], routes: [] };
const numbered = [
  ["an MLP", mlp({ b: 4, k: 4, h: 6, n: 2 })],
  ["attention", attention({ b: 2, s: 4, h: 4, d: 2 })],
] as const;
const meshes = [[2], [2, 2], [3], [4, 2]];

const meshOf = (sizes: readonly number[]) => ({
  axes: sizes.map((size, axis) => ({ name: `axis ${axis}`, size })),
  devices: Array.from({ length: rankCount(sizes) }, (_, rank) => rank),
});

/** All that a split says, as decisions. */
const decisionsOf = (split: ShardingPlan["split"]): Decision[] =>
  split.flatMap((own, op) =>
    (own ?? []).flatMap((axes, dimension) => axes.map((axis) => ({ op, dimension, axis }))),
  );

describe.each(propagationPolicies)("propagation by %s", (policy: PropagationPolicy) => {
  test.each(numbered)(
    "is idempotent and changes no decision, and plans compute the numbers of one device: %s",
    (_, each) => {
      const { graph } = each;
      const rules = propagationRules(graph);
      const programOf = (plan: ShardingPlan) => shardedProgram({ graph, cluster: NO_DEVICES }, plan);
      const expected = Object.fromEntries(execute(each, programOf(replicatedPlan(graph, meshOf([1])))));
      let divided = 0;
      fc.assert(
        fc.property(
          fc
            .constantFrom(...meshes)
            .chain((sizes) => fc.tuple(fc.constant(sizes), decisionsOn(rules, sizes, policy === "conflict"))),
          ([sizes, decisions]) => {
            const { split, whole } = completeSharding(rules, sizes, decisions, policy);
            for (const { op, dimension, axis } of decisions) {
              if (dimension === WHOLE) expect(split[op]?.flat() ?? []).not.toContain(axis);
              else expect(split[op]![dimension]).toContain(axis);
            }
            const keeps = decisions.filter(({ dimension }) => dimension === WHOLE);
            for (const each of whole) keeps.push({ ...each, dimension: WHOLE });
            const again = completeSharding(rules, sizes, [...keeps, ...decisionsOf(split)], policy);
            expect(again.split).toEqual(split);
            const own = decisions.filter(({ dimension }) => dimension !== WHOLE);
            divided += decisionsOf(split).length - own.length;
            const plan: ShardingPlan = { kind: "sharding", mesh: meshOf(sizes), split };
            expect(Object.fromEntries(execute(each, programOf(plan)))).toEqual(expected);
          },
        ),
        { numRuns: drawn(40), seed: 1 },
      );
      expect(divided).toBeGreaterThan(0);
    },
  );

  test("one tile of W_1 makes the inner part of an MLP and the rows of W_2, with one all-reduce forward", () => {
    const { graph } = mlp({ b: 4, k: 4, h: 6, n: 2 });
    const rules = propagationRules(graph);
    const z = graph.names.indexOf("z");
    const h = graph.iterations![z]!.dimensions.findIndex(({ name }) => name === "h");
    const { split } = completeSharding(rules, [2], [{ op: z, dimension: h, axis: 0 }], policy);
    const divided = split.flatMap((own, v) => (own === null ? [] : [graph.names[v]]));
    expect(divided).toEqual(["z", "a", "y"]);
    const { instructions, values } = shardedProgram(
      { graph, cluster: NO_DEVICES },
      { kind: "sharding", mesh: meshOf([2]), split },
    );
    const sums = instructions.flatMap((each) =>
      each.kind === "move" && each.step.kind === "all-reduce" ? [graph.names[values[each.from].op]] : [],
    );
    expect(sums).toEqual(["y"]);
  });

  test("four weights of a block complete to Megatron's splits, the residual stream whole", () => {
    const { graph } = transformerBlock({ b: 2, s: 4, h: 8, a: 4, d: 2, f: 16 });
    const rules = propagationRules(graph);
    const wanted = { q: "a", k: "a", v: "a", projection: "a", inner: "f", outer: "f" };
    const decisions = Object.entries(wanted).map(([name, along]) => {
      const op = graph.names.indexOf(name);
      const dimension = graph.iterations![op]!.dimensions.findIndex((each) => each.name === along);
      return { op, dimension, axis: 0 };
    });
    const { split, stuck } = completeSharding(rules, [4], decisions, policy);
    const divided = split.flatMap((own, v) => (own === null ? [] : [graph.names[v]]));
    expect(divided.sort()).toEqual([...Object.keys(wanted), "scores", "softmax", "context", "gelu"].sort());
    expect(stuck).toEqual([]);
  });

  test("a decision to keep an op whole stops what would pass through it", () => {
    const { graph } = mlp({ b: 4, k: 4, h: 6, n: 2 });
    const [z, a] = ["z", "a"].map((name) => graph.names.indexOf(name));
    const h = graph.iterations![z]!.dimensions.findIndex(({ name }) => name === "h");
    const keep = { op: a, dimension: WHOLE, axis: 0 };
    const { split } = completeSharding(
      propagationRules(graph),
      [2],
      [keep, { op: z, dimension: h, axis: 0 }],
      policy,
    );
    expect(split.flatMap((own, v) => (own === null ? [] : [graph.names[v]]))).toEqual(["z"]);
  });

  test("refuses what no plan may have, with a sentence", () => {
    const { graph } = mlp({ b: 4, k: 4, h: 6, n: 2 });
    const rules = propagationRules(graph);
    const of = (decisions: Decision[]) => () => completeSharding(rules, [4], decisions, policy);
    const z = graph.names.indexOf("z");
    const n = { op: graph.names.indexOf("y"), axis: 0 };
    const along = (op: number, name: string) =>
      graph.iterations![op]!.dimensions.findIndex((each) => each.name === name);
    expect(of([{ ...n, dimension: along(n.op, "n") }])).toThrow(
      /cannot be divided along "n" of 2 into 4 parts/,
    );
    expect(of([{ op: 99, dimension: 0, axis: 0 }])).toThrow(/names op 99/);
    expect(of([{ op: graph.names.indexOf("dy"), dimension: 0, axis: 0 }])).toThrow(/take a forward op/);
    expect(of([{ op: z, dimension: 9, axis: 0 }])).toThrow(/names dimension 9, expected -1\.\.2/);
    expect(of([{ op: z, dimension: 0, axis: 1 }])).toThrow(/names mesh axis 1, expected 0\.\.0/);
    const b = { op: z, dimension: along(z, "b"), axis: 0 };
    expect(of([b, b])).toThrow(/has a decision on mesh axis 0 already/);
  });
});

/** p is a table of rows that x repeats for all examples: x + p, then its square. */
const broadcast = numberedGraph({ b: 4, s: 4 }, [
  { name: "x", rule: "input", outputs: ["b s"] },
  { name: "p", rule: "input", outputs: ["s"] },
  { name: "add", rule: "sum", inputs: ["x b s", "p s"], outputs: ["b s"] },
  { name: "out", rule: "square", inputs: ["add b s"], outputs: ["b s"] },
]);

describe("the policies differ where neighbours want different things", () => {
  const { graph } = broadcast;
  const rules = propagationRules(graph);
  const [x, p, add, out] = ["x", "p", "add", "out"].map((name) => graph.names.indexOf(name));
  const decisions = [
    { op: x, dimension: 0, axis: 0 },
    { op: p, dimension: 0, axis: 0 },
  ];

  test("by priority, the preserving wire comes before the broadcast", () => {
    const { split } = completeSharding(rules, [2], decisions, "priority");
    expect([split[add], split[out]]).toEqual([
      [[0], []],
      [[0], []],
    ]);
  });

  test("by conflict, the op is stuck, then takes what leaves the fewest bytes to gather", () => {
    const { split, stuck } = completeSharding(rules, [2], decisions, "conflict");
    expect(stuck).toEqual([{ op: add, axis: 0 }]);
    expect(split[add]).toEqual([[0], []]);
  });

  test("by priority, axes of two offers are merged where both fit", () => {
    const { split } = completeSharding(
      rules,
      [2, 2],
      [decisions[0], { ...decisions[1], axis: 1 }],
      "priority",
    );
    expect(split[out]).toEqual([[0], [1]]);
  });

  test("parts are rounded up by priority, and equal by conflict", () => {
    const uneven = [{ op: x, dimension: 0, axis: 0 }];
    expect(completeSharding(rules, [3], uneven, "priority").split[out]).toEqual([[0], []]);
    expect(() => completeSharding(rules, [3], uneven, "conflict")).toThrow(/into 3 parts/);
  });
});
