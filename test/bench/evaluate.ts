/**
 * What an evaluation costs in addition to its simulation, on scenarios of the default suite. Plans
 * are random, and random moves of a group from one of them.
 *
 *     npx tsx test/bench/evaluate.ts [URI...]
 *
 * It prints medians in us: the event engine alone, `Evaluator.evaluate` (with validation and
 * memory), and `Evaluator.move`.
 */
import { performance } from "node:perf_hooks";
import { createRng, evaluator, placement, type Rng, type Scenario } from "../../env/index.ts";
import { allowedDevices } from "../../env/model/cluster/allowed-devices.ts";
import { compile } from "../../env/sim/engine/compile.ts";
import { createEngine } from "../../env/sim/engine/engine.ts";
import { resolveScenario, suites } from "../../scenarios/index.ts";

const PLANS = 300;
const ROUNDS = 9;

function row(uri: string, scenario: Scenario): string {
  const rng = createRng(0);
  const plans = Array.from({ length: PLANS }, () => randomPlan(scenario, rng));
  const moves = Array.from({ length: PLANS }, () => randomMove(scenario, rng));
  const engine = createEngine(compile(scenario));
  const score = evaluator(scenario);
  const sides = [
    () => each(plans, (plan) => engine.run(plan.device)),
    () => each(plans, (plan) => score.evaluate(plan)),
    () => each(moves, ({ group, to }) => score.around(plans[0])!.move(group, to)),
  ];
  const rounds = Array.from({ length: ROUNDS }, () => sides.map((side) => side()));
  const medians = sides.map((_, k) => median(rounds.map((round) => round[k])));
  return uri.padEnd(40) + medians.map((us) => us.toFixed(1).padStart(12)).join("");
}

const pick = (devices: readonly number[], rng: Rng): number => devices[rng.int(devices.length)];

const legal = (scenario: Scenario, group: number): number[] => {
  const { devices } = scenario.cluster;
  const allowed = allowedDevices(scenario);
  const runs = devices.flatMap((_, d) => (allowed[group * devices.length + d] === 1 ? [d] : []));
  const fast = runs.filter((d) => devices[d].kind !== "CPU");
  return fast.length > 0 ? fast : runs;
};

function randomPlan(scenario: Scenario, rng: Rng) {
  const { groupOf, groupCount } = scenario.grouping;
  const device = Array.from({ length: groupCount }, (_, group) => pick(legal(scenario, group), rng));
  return placement(Array.from(groupOf, (group) => device[group]));
}

function randomMove(scenario: Scenario, rng: Rng) {
  const group = rng.int(scenario.grouping.groupCount);
  return { group, to: pick(legal(scenario, group), rng) };
}

/** Mean time of one, us. */
function each<T>(items: readonly T[], run: (item: T) => unknown): number {
  const started = performance.now();
  for (const item of items) run(item);
  return ((performance.now() - started) * 1000) / items.length;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];

console.log(
  "scenario".padEnd(40) + ["engine us", "evaluate us", "move us"].map((head) => head.padStart(12)).join(""),
);
const given = process.argv.slice(2);
for (const uri of given.length > 0 ? given : suites.default)
  console.log(row(uri, await resolveScenario(uri)));
