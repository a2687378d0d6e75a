/**
 * RaNNC's lines "works in the gym when", on its parts and on the planner. Problems and graphs are
 * drawn from fixed seeds.
 *
 * The barriers of the first line are ops of an ordinary graph. So the gym's own engine is the event
 * simulation. Costs are whole numbers there, which makes sums exact.
 */

import { paretoStages } from "../../../../agents/exact/stages/rannc/pareto-program.ts";
import { ranncPlan } from "../../../../agents/exact/stages/rannc/planner.ts";
import {
  estimatedTime,
  type RanncProblem,
  type RanncStageCost,
  slowestPasses,
} from "../../../../agents/exact/stages/rannc/problem.ts";
import { QuotientGraph } from "../../../../agents/exact/stages/rannc/quotient.ts";
import { ranncStages } from "../../../../agents/exact/stages/rannc/stage-program.ts";
import { resolveMethod } from "../../../../agents/registry/registry.ts";
import { runMethod } from "../../../../agents/run/run.ts";
import {
  createRng,
  evaluator,
  metered,
  type Rng,
  type Scenario,
  testScenario,
} from "../../../../env/index.ts";
import { isCpu } from "../../../../env/model/cluster/cluster.ts";
import { stronglyConnectedComponents } from "../../../../env/model/graph/components.ts";
import {
  leastPasses,
  randomProblem,
  randomSuccessors,
} from "../../../agents/exact/stages/rannc/random-problem.ts";
import { type SystemCheck, seedCount } from "../check.ts";
import { scenarioOf } from "../runs.ts";

const count = (whole: number) => whole.toLocaleString("en-US");

export const checks: readonly SystemCheck[] = [
  {
    system: "rannc",
    check:
      "estimated time of uniform stages; of any stages against an event simulation with a barrier after each step",
    target: "(MB + S - 1)(f + b) + AR; the same time; on all of 1,000 and 500 drawn",
    seeds: 1,
    async run(scale) {
      const rng = createRng("rannc estimated time");
      const [uniform, any] = [seedCount(1000, scale), seedCount(500, scale)];
      let [asFormula, asSimulated] = [0, 0];
      for (let i = 0; i < uniform; i++) {
        const cost = drawnCost(rng);
        const [stages, microBatches] = [1 + rng.int(8), 1 + rng.int(32)];
        const passUs = cost.forwardUs + cost.backwardUs + 2 * cost.transferUs;
        const expected = (microBatches + stages - 1) * passUs + cost.allReduceUs;
        asFormula += Number(estimateOf(Array(stages).fill(cost), microBatches) === expected);
      }
      for (let i = 0; i < any; i++) {
        const costs = Array.from({ length: 1 + rng.int(6) }, () => drawnCost(rng));
        const microBatches = 1 + rng.int(8);
        asSimulated += Number(estimateOf(costs, microBatches) === withBarriers(costs, microBatches));
      }
      return {
        measured: `equal to the formula ${count(asFormula)} of ${count(uniform)}, to the simulation ${asSimulated} of ${any}`,
        passed: asFormula === uniform && asSimulated === any,
      };
    },
  },
  {
    system: "rannc",
    check:
      "stage program with Pareto labels against all cuts and replicas, at most 8 blocks and 4 devices; the released one",
    target: "equal on all of 5,000 drawn problems; the released one never below",
    seeds: 1,
    async run(scale) {
      const rng = createRng("rannc stage programs");
      const drawn = seedCount(5000, scale);
      let [equal, fitting] = [0, 0];
      const rules = ["released", "compared"] as const;
      const told = rules.map(() => ({ below: 0, above: 0, none: 0, most: 1 }));
      for (let i = 0; i < drawn; i++) {
        const problem = randomProblem(rng, 8);
        const devices = 1 + rng.int(4);
        const shape = {
          stages: 1 + rng.int(Math.min(devices, problem.blocks)),
          devices,
          copies: 1 + rng.int(2),
          microBatches: 2 ** rng.int(3),
        };
        const least = leastPasses(problem, shape);
        const passesOf = (stages: ReturnType<typeof paretoStages>) =>
          stages === null ? Number.POSITIVE_INFINITY : slowestPasses(problem, shape, stages);
        equal += Number(passesOf(paretoStages(problem, shape)) === least);
        if (least === Number.POSITIVE_INFINITY) continue;
        fitting++;
        rules.forEach((rule, r) => {
          const value = passesOf(ranncStages(problem, shape, rule));
          if (value < least) told[r].below++;
          else if (value === Number.POSITIVE_INFINITY) told[r].none++;
          else if (value > least) told[r].above++;
          if (Number.isFinite(value)) told[r].most = Math.max(told[r].most, value / least);
        });
      }
      const [released, compared] = told.map(
        ({ below, above, none, most }) =>
          `below ${below}, above ${above} (at most ${most.toFixed(2)} times), none found ${none}`,
      );
      return {
        measured:
          `equal ${count(equal)} of ${count(drawn)}; of ${count(fitting)} that fit, mode=code ${released}; ` +
          `mode=paper ${compared}`,
        passed: equal === drawn && told.every(({ below }) => below === 0),
      };
    },
  },
  {
    system: "rannc",
    check:
      "merges of random graphs that keep the quotient graph acyclic, by its strongly connected components",
    target: "all of 10,000",
    seeds: 1,
    async run(scale) {
      const rng = createRng("rannc merges");
      const whole = seedCount(10_000, scale);
      let [merges, acyclic, refused] = [0, 0, 0];
      while (merges < whole) {
        const size = 2 + rng.int(30);
        const successors = randomSuccessors(size, rng);
        const quotient = new QuotientGraph(successors);
        for (let left = size; left > 1 && merges < whole; left--) {
          const pairs = quotient.nodes().flatMap((v) => quotient.successors(v).map((w) => [v, w] as const));
          const convex = pairs.filter(([v, w]) => quotient.isConvex(v, w));
          refused += pairs.length - convex.length;
          if (convex.length === 0) break;
          quotient.merge(...convex[rng.int(convex.length)]);
          merges++;
          acyclic += Number(isAcyclic(successors, quotient.members));
        }
      }
      return {
        measured: `${count(acyclic)} of ${count(merges)}; ${count(refused)} pairs were refused for a path around them`,
        passed: acyclic === merges,
      };
    },
  },
  {
    system: "rannc",
    check:
      "stages while the memory of the devices shrinks in 20 steps: 2,000 drawn problems, and the planner on 6 networks",
    target: "never fewer",
    seeds: 1,
    async run(scale) {
      const drawn = seedCount(2000, scale);
      const own = drawnShrinkage(drawn);
      const rows: string[] = [];
      let fewer = own.fewer;
      for (const uri of NETWORKS.slice(0, seedCount(NETWORKS.length, scale)))
        for (const mode of ["paper", "code"]) {
          const found = await plannedShrinkage(await scenarioOf(uri), `rannc?mode=${mode}`);
          fewer += found.fewer;
          rows.push(`${uri.split("?")[0]} ${mode} ${found.words}`);
        }
      return {
        measured: `drawn: fewer ${own.fewer} and more ${count(own.more)} times in ${count(own.steps)} steps; stages (steps): ${rows.join("; ")}`,
        passed: fewer === 0,
      };
    },
  },
];

const drawnCost = (rng: Rng): RanncStageCost => ({
  forwardUs: 1 + rng.int(50),
  backwardUs: 1 + rng.int(100),
  transferUs: rng.int(20),
  bytes: 0,
  allReduceUs: rng.int(200),
});

/** Of stages of one block each. */
function estimateOf(costs: readonly RanncStageCost[], microBatches: number): number {
  const problem: RanncProblem = {
    blocks: costs.length,
    batch: microBatches,
    deviceBytes: 1,
    cost: (first) => costs[first],
  };
  const shape = { stages: costs.length, devices: costs.length, copies: 1, microBatches };
  return estimatedTime(
    problem,
    shape,
    costs.map((_, first) => ({ first, end: first + 1, devices: 1 })),
  );
}

/**
 * Makespan of one op for each pass of a stage and micro-batch, on the stage's device. Nobody begins
 * a step before all have ended the last one: forwards first, then backwards, last step first. Then
 * all stages sum their gradients.
 */
function withBarriers(costs: readonly RanncStageCost[], microBatches: number): number {
  const steps = microBatches + costs.length - 1;
  const lines: string[] = [];
  const device: number[] = [];
  let last: readonly string[] = [];
  const add = (name: string, us: number, on: number): void => {
    lines.push(`${name} ${us} <- ${last.map((op) => `^${op}`).join(" ")}`);
    device.push(on);
  };
  const step = (names: readonly { name: string; us: number; stage: number }[]): void => {
    for (const { name, us, stage } of names) add(name, us, stage);
    last = names.map(({ name }) => name);
    const barrier = `barrier${lines.length}`;
    add(barrier, 0, 0);
    last = [barrier];
  };
  const active = (at: number) =>
    costs.flatMap((cost, stage) => (at >= stage && at - stage < microBatches ? [{ cost, stage }] : []));
  for (let at = 0; at < steps; at++)
    step(
      active(at).map(({ cost, stage }) => ({
        name: `f${stage}_${at}`,
        us: cost.forwardUs + cost.transferUs,
        stage,
      })),
    );
  for (let at = steps - 1; at >= 0; at--)
    step(
      active(at).map(({ cost, stage }) => ({
        name: `b${stage}_${at}`,
        us: cost.backwardUs + cost.transferUs,
        stage,
      })),
    );
  step(costs.map(({ allReduceUs }, stage) => ({ name: `sum${stage}`, us: allReduceUs, stage })));
  const scenario = testScenario({ graph: lines.join("\n"), devices: costs.length });
  return evaluator(scenario).evaluate({ kind: "placement", device: Int32Array.from(device) }).value!;
}

function isAcyclic(successors: readonly (readonly number[])[], members: readonly (readonly number[])[]) {
  const nodeOf = new Map(members.flatMap((own, node) => own.map((v) => [v, node] as const)));
  const quotient = members.map((own, node) => [
    ...new Set(own.flatMap((v) => successors[v].map((w) => nodeOf.get(w)!)).filter((to) => to !== node)),
  ]);
  return stronglyConnectedComponents(quotient).count === members.length;
}

const STEPS = 20;
const shares = Array.from({ length: STEPS }, (_, i) => 1 - i / STEPS);

/** Times that stages become fewer and more; where nothing fits they count as infinitely many. */
function changesOf(stages: readonly number[]) {
  const changes = stages.slice(1).map((of, i) => Math.sign(of === stages[i] ? 0 : of - stages[i]));
  const of = (sign: number) => changes.filter((change) => change === sign).length;
  return { fewer: of(-1), more: of(1), steps: changes.length };
}

/** By both rules of the stage program in turn, under `search=first`. */
function drawnShrinkage(drawn: number) {
  const rng = createRng("rannc memory");
  const total = { fewer: 0, more: 0, steps: 0 };
  for (let i = 0; i < drawn; i++) {
    const problem = randomProblem(rng, 8);
    const cluster = { nodes: 1 + rng.int(3), devicesPerNode: 1 + rng.int(4) };
    const stored = i % 2 === 0 ? "released" : "compared";
    const stages = shares.map((share) => {
      const plan = ranncPlan({ ...problem, deviceBytes: problem.deviceBytes * share }, cluster, {
        search: "first",
        microBatches: [1, 2, 4],
        program: (each, shape) => ranncStages(each, shape, stored),
      });
      return plan?.stages.length ?? Number.POSITIVE_INFINITY;
    });
    const { fewer, more, steps } = changesOf(stages);
    total.fewer += fewer;
    total.more += more;
    total.steps += steps;
  }
  return total;
}

const NETWORKS = [
  "bert-large/2x4xV100?granularity=layer&batch=64&objective=iteration",
  "gpt2-1.5b/8xA100-switch?granularity=layer&batch=64&objective=iteration",
  "gnmt-8/8xV100-nvlink?granularity=layer&objective=iteration",
  "resnet-50/8xP100?objective=iteration",
  "vgg-16/4xP100?objective=iteration",
  "bert-base/4xP100?objective=iteration",
];

/** From the whole memory down to a twentieth of it. */
async function plannedShrinkage(scenario: Scenario, spec: string) {
  const { module, options } = await resolveMethod(spec);
  const stages: number[] = [];
  for (const share of shares) {
    const smaller = withMemory(scenario, share);
    const meter = metered(evaluator(smaller), { evaluations: 50 });
    const { best } = await runMethod({ module, options, scenario: smaller, meter, rng: createRng(0) });
    const plan = best?.plan;
    stages.push(plan?.kind === "pipeline" ? plan.stages.length : Number.POSITIVE_INFINITY);
  }
  const { fewer } = changesOf(stages);
  const found = stages.filter(Number.isFinite);
  const numbers = [...new Set(found)].map((of) => `${of} (${found.filter((each) => each === of).length})`);
  return { fewer, words: `${numbers.join(" ")}${found.length < STEPS ? " none" : ""}` };
}

const withMemory = (scenario: Scenario, share: number): Scenario => ({
  ...scenario,
  cluster: {
    ...scenario.cluster,
    devices: scenario.cluster.devices.map((device) =>
      isCpu(device) ? device : { ...device, memoryBytes: device.memoryBytes * share },
    ),
  },
});
