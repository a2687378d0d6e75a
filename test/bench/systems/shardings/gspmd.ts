/** GSPMD's lines "works in the gym when". */

import { transformerWeights } from "../../../../agents/problems/sharding/transformer-weights.ts";
import { createRng } from "../../../../env/index.ts";
import { Role } from "../../../../env/model/graph/graph.ts";
import { WHOLE } from "../../../../env/model/graph/iteration.ts";
import { type Layout, layoutKey, localElements } from "../../../../env/model/layout/layout.ts";
import { batchDecisions } from "../../../../env/model/layout/propagation/batch-decisions.ts";
import { completeSharding } from "../../../../env/model/layout/propagation/complete.ts";
import { type Decision, decide } from "../../../../env/model/layout/propagation/decisions.ts";
import { Divisions } from "../../../../env/model/layout/propagation/divisions.ts";
import { type PropagationRules, propagationRules } from "../../../../env/model/layout/propagation/rules.ts";
import { createResharder } from "../../../../env/model/layout/reshard.ts";
import { allLayouts, gathered, gatherThenSlice, scatter, stepped } from "../../../env/model/layout/shards.ts";
import { attention, mlp } from "../../../env/sim/lower/sharding/numbered-graph.ts";
import { transformerBlock } from "../../../env/sim/lower/sharding/transformer-block.ts";
import { type SystemCheck, seedCount } from "../check.ts";
import { scenarioOf } from "../runs.ts";
import { allReducesOf, collectivesOf } from "./programs.ts";

const MESH = [2, 4];
const SHAPE = [8, 8];
const SETS = 300;

const annotations: SystemCheck = {
  system: "gspmd",
  check:
    "GPT-2 of one layer on 2 devices: annotations of W_qkv, W_o, W_1 and W_2 alone; of the batch of the token ids alone",
  target: "Megatron's layout, 2 all-reduces forward; data parallelism, all-reduces of gradients alone",
  seeds: 1,
  async run() {
    const scenario = await scenarioOf("gpt2-124m/2xP100?layers=1&batch=4&objective=iteration");
    const { graph } = scenario;
    const rules = propagationRules(graph);
    const completed = (decisions: readonly Decision[]) =>
      completeSharding(rules, [2], decisions, "priority").split;
    const weights = transformerWeights(rules).map(({ op, dimension }) => ({ op, dimension, axis: 0 }));
    const megatron = completed(weights);
    const [forward, all] = [
      allReducesOf(scenario, megatron, 2, Role.forward),
      collectivesOf(scenario, megatron, 2),
    ];
    const tokens = batchDecisions(rules, 0).filter(({ op }) => graph.names[op] === "token_ids");
    const data = collectivesOf(scenario, completed(tokens), 2);
    const sums = data.filter(({ kind, purpose }) => kind === "all-reduce" && purpose === "gradient");
    const updates = graph.role.reduce((sum, role) => sum + Number(role === Role.update), 0);
    return {
      measured:
        `${weights.length} annotations: ${forward} all-reduces forward of ${all.length} collectives; ${tokens.length}: ` +
        `${sums.length} all-reduces of ${updates} gradients of ${data.length} collectives`,
      passed: forward === 2 && all.length === 4 && sums.length === data.length && sums.length === updates,
    };
  },
};

/** Up to four annotations that can be taken. */
function drawnAnnotations(rules: PropagationRules, seed: number): Decision[] {
  const rng = createRng(`gspmd ${seed}`);
  const divisions = new Divisions(rules, MESH, false);
  return Array.from({ length: 1 + rng.int(4) }, (): Decision => {
    const op = rules.ops[rng.int(rules.ops.length)];
    const count = rules.dimensionStart[op + 1] - rules.dimensionStart[op];
    return { op, dimension: rng.int(count), axis: rng.int(MESH.length) };
  }).filter((decision) => {
    try {
      decide(divisions, decision);
      return true;
    } catch {
      return false;
    }
  });
}

const idempotence: SystemCheck = {
  system: "gspmd",
  check: `${SETS} drawn sets of annotations on an MLP, attention and a Transformer block, ${MESH.join("x")} mesh, completed twice`,
  target: "the second time changes nothing; annotations unchanged",
  seeds: 1,
  async run(scale) {
    const graphs = [
      mlp({ b: 8, k: 8, h: 8, n: 8 }),
      attention({ b: 8, s: 8, h: 8, d: 8 }),
      transformerBlock({ b: 8, s: 8, h: 8, a: 8, d: 8, f: 16 }),
    ].map(({ graph }) => propagationRules(graph));
    const count = seedCount(SETS, scale);
    let [same, kept] = [0, 0];
    for (let seed = 0; seed < count; seed++) {
      const rules = graphs[seed % graphs.length];
      const decisions = drawnAnnotations(rules, seed);
      const { split } = completeSharding(rules, MESH, decisions, "priority");
      const all = split.flatMap((own, op) =>
        (own ?? []).flatMap((axes, dimension) => axes.map((axis): Decision => ({ op, dimension, axis }))),
      );
      const again = completeSharding(rules, MESH, all, "priority").split;
      if (JSON.stringify(again) === JSON.stringify(split)) same++;
      if (
        decisions.every(
          ({ op, dimension, axis }) => dimension !== WHOLE && split[op]![dimension].includes(axis),
        )
      )
        kept++;
    }
    return {
      measured: `unchanged ${same} of ${count}, annotations kept in ${kept}`,
      passed: same === count && kept === count,
    };
  },
};

const uneven: SystemCheck = {
  system: "gspmd",
  check: "a 10 x 10 tensor by rows over 4 devices, then by columns, executed on numbers",
  target: "padded parts, the result exact",
  seeds: 1,
  async run() {
    const [shape, sizes] = [[10, 10], [4]];
    const rows: Layout = { axes: [[0], []], partial: [] };
    const columns: Layout = { axes: [[], [0]], partial: [] };
    const whole = Array.from({ length: 100 }, (_, i) => i * i);
    const first = scatter(whole, shape, rows, sizes);
    const { steps } = createResharder(sizes).path(shape, rows, columns);
    const last = steps.reduce((held, step) => stepped(held, step, shape, sizes), first);
    const isExact =
      gathered(first, shape, rows, sizes).join() === whole.join() &&
      gathered(last, shape, columns, sizes).join() === whole.join();
    const padded = localElements(shape, rows, sizes);
    return {
      measured: `parts of ${first.map(({ size }) => size).join(", ")} in ${padded} by ${steps.map(({ kind }) => kind).join(", ")}, ${isExact ? "exact" : "not exact"}`,
      passed: padded === 30 && isExact,
    };
  },
};

const resharding: SystemCheck = {
  system: "gspmd",
  check: `steps between all pairs of layouts of an ${SHAPE.join("x")} tensor on a ${MESH.join("x")} mesh, executed on numbers`,
  target: "the right parts on every rank, and never more sent than to gather and slice",
  seeds: 1,
  async run() {
    const layouts = allLayouts(SHAPE.length, MESH);
    const resharder = createResharder(MESH);
    const whole = Array.from({ length: SHAPE[0] * SHAPE[1] }, (_, i) => i * i);
    let [pairs, right, dearer, cheaper] = [0, 0, 0, 0];
    for (const from of layouts)
      for (const to of layouts) {
        if (to.partial.some((axis) => !from.partial.includes(axis))) continue;
        const { steps, elements } = resharder.path(SHAPE, from, to);
        const shards = steps.reduce(
          (held, step) => stepped(held, step, SHAPE, MESH),
          scatter(whole, SHAPE, from, MESH),
        );
        const isThere = layoutKey(steps.at(-1)?.to ?? from) === layoutKey(to);
        const most = gatherThenSlice(SHAPE, from, to, MESH);
        pairs++;
        right += Number(isThere && gathered(shards, SHAPE, to, MESH).join() === whole.join());
        dearer += Number(elements > most);
        cheaper += Number(elements < most);
      }
    return {
      measured: `right ${right} of ${pairs}; ${cheaper} send less than to gather and slice, ${dearer} more`,
      passed: right === pairs && dearer === 0,
    };
  },
};

export const checks: readonly SystemCheck[] = [annotations, idempotence, resharding, uneven];
