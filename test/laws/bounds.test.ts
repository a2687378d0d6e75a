/**
 * Every bound of every objective against the optimum by brute force, on random scenarios. They have
 * co-location, memory limits and devices of two speeds. For each network model it prints how near
 * the bounds come.
 */
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import {
  compile,
  createRng,
  defaultFidelity,
  evaluator,
  type Objective,
  objectivesFor,
  readScenario,
  refutationBound,
  type Scenario,
  testScenario,
  writeScenario,
} from "../../env/index.ts";
import { randomFidelity, scenarioWithPlan } from "../env/sim/drawn-scenario.ts";
import { everyPlacement } from "../env/sim/every-placement.ts";
import { drawn } from "../law-runs.ts";
import { countYardsticks } from "../yardstick.ts";
import { type Network, namedNetworks, otherSwitches } from "./networks.ts";

const networks = [...namedNetworks, ...otherSwitches];

/** Every draw has switches of its own. */
const anySwitches: Network = { name: "random switches", set: (scenario) => scenario };

interface Tally {
  gaps: number[];
  simpleGaps: number[];
  refutedGaps: number[];
  arguments: Map<string, number>;
}

const tallies = new Map<string, Tally>();
const SIMPLE = new Set(["critical path", "work", "largest unit"]);

describe("bounds", () => {
  // 11 networks of 60 scenarios, of which memory leaves some without any plan.
  test.each(networks)("never exceed the optimum of the makespan, network $name", (network) => {
    check("makespan", network, { maxOps: 7, maxDevices: 3, runs: drawn(60) });
  });

  test("never exceed the optimum of the makespan, whatever the switches", () => {
    check("makespan", anySwitches, { maxOps: 6, maxDevices: 3, runs: drawn(150) });
  });

  test.each(["max-load", "latency", "peak-memory"] as const)(
    "never exceed the optimum of %s",
    (objective) => {
      for (const network of networks.slice(0, 3))
        check(objective, network, { maxOps: 6, maxDevices: 3, runs: drawn(60) });
    },
  );

  test("are cheap: 1,000 ops on 8 devices in less than five yardsticks", () => {
    const rng = createRng("cheap");
    const lines = Array.from({ length: 1000 }, (_, v) => {
      const inputs = new Set(
        Array.from({ length: Math.min(v, 3) }, () => `op${v - 1 - rng.int(Math.min(v, 40))}`),
      );
      return `op${v} GPU:${1 + rng.int(90)}|CPU:${200 + rng.int(900)} ${rng.int(900)}B params=${rng.int(50)} <- ${[...inputs].join(" ")}`;
    });
    const devices = [...Array.from({ length: 7 }, () => "GPU"), "CPU"];
    const scenario = testScenario({ graph: lines.join("\n"), devices, memoryBytes: 6000, batch: 32 });
    for (const objective of objectivesFor("placement")) {
      const yardsticks = Array.from({ length: 5 }, () => {
        const score = evaluator({ ...scenario, objective });
        const spent = countYardsticks();
        score.bounds();
        return spent();
      });
      const median = quantile(yardsticks, 0.5);
      console.log(`bounds of ${objective}: ${median.toFixed(2)} yardsticks`);
      expect(median, objective).toBeLessThan(5);
    }
  });

  afterAll(() => console.log(tableOf(tallies)));
});

interface Size {
  readonly maxOps: number;
  readonly maxDevices: number;
  readonly runs: number;
}

function check(objective: Objective, network: Network, size: Size): void {
  let feasible = 0;
  fc.assert(
    fc.property(fc.noBias(randomScenario(objective, network, size)), (scenario) => {
      const score = evaluator(scenario);
      const bounds = score.bounds();
      const optimum = leastCost(scenario, score.ceiling);
      for (const { value, argument } of bounds) {
        expect(Number.isFinite(value), argument).toBe(true);
        if (optimum !== null) expect(value, argument).toBeLessThanOrEqual(optimum);
      }
      expect(score.bound()).toBe(
        bounds.find(({ value }) => value === Math.max(...bounds.map((b) => b.value))),
      );
      const refuted = objective === "makespan" ? refutationBound(compile(scenario)).value : 0;
      expect(Number.isFinite(refuted)).toBe(true);
      if (optimum !== null) expect(refuted, "refutation").toBeLessThanOrEqual(optimum);
      if (optimum === null || !(score.bound().value > 0)) return;
      feasible++;
      const simple = bounds.filter(({ argument }) => SIMPLE.has(argument)).map(({ value }) => value);
      record(objective === "makespan" ? network.name : objective, {
        gap: optimum / score.bound().value - 1,
        simpleGap: optimum / Math.max(...simple) - 1,
        refutedGap: optimum / Math.max(refuted, score.bound().value) - 1,
        argument: score.bound().argument,
      });
    }),
    { numRuns: size.runs, seed: 17 + networks.indexOf(network) },
  );
  expect(feasible).toBeGreaterThan(0.3 * size.runs);
}

/** The value of the best plan, null where none fits; no plan costs more than the ceiling allows. */
function leastCost(scenario: Scenario, ceiling: number): number | null {
  const score = evaluator(scenario);
  let least: number | null = null;
  for (const plan of everyPlacement(scenario)) {
    const { value } = score.evaluate(plan);
    if (value === null) continue;
    if (value > ceiling) throw new Error(`A plan takes ${value}, more than the ceiling of ${ceiling}.`);
    if (least === null || value < least) least = value;
  }
  return least;
}

/**
 * Like drawn-scenario.ts, with co-location classes, ops that only one kind can run, and memory
 * that some plans exceed.
 */
function randomScenario(
  objective: Objective,
  network: Network,
  { maxOps, maxDevices }: Size,
): fc.Arbitrary<Scenario> {
  const perOp = { minLength: maxOps, maxLength: maxOps };
  return fc
    .record({
      memoryBytes: fc.constantFrom(undefined, undefined, 10, 16),
      classes: fc.array(fc.constantFrom(null, null, null, null, "x", "y"), perOp),
      onlyFast: fc.array(fc.integer({ min: 0, max: 9 }), perOp),
      cpu: fc.boolean(),
    })
    .chain(({ memoryBytes, classes, onlyFast, cpu }) =>
      scenarioWithPlan({
        maxOps,
        maxDevices,
        memoryBytes,
        fidelity: network === anySwitches ? randomFidelity : fc.constant(defaultFidelity),
      })
        .filter(({ scenario }) => scenario.graph.opCount >= maxOps - 2)
        .map(({ scenario }) => {
          const { groups: _groups, ...file } = writeScenario(network.set({ ...scenario, objective }));
          const slow = cpu ? "cpu" : "slow";
          const ops = file.graph.ops.map((op, v) => ({
            ...op,
            ...(op.measuredUs && { measuredUs: renamed(op.measuredUs, slow) }),
            ...(classes[v] !== null && { colocation: classes[v] }),
            ...(onlyFast[v] === 0 && { supportedKinds: ["fast"] }),
          }));
          const devices = file.cluster.devices.map((device) => ({
            ...device,
            kind: device.kind === "slow" ? slow : device.kind,
          }));
          return readScenario(
            { ...file, graph: { ...file.graph, ops }, cluster: { ...file.cluster, devices } },
            "random",
          );
        }),
    );
}

const renamed = (times: Record<string, number>, slow: string): Record<string, number> =>
  Object.fromEntries(Object.entries(times).map(([kind, us]) => [kind === "slow" ? slow : kind, us]));

function record(
  key: string,
  {
    gap,
    simpleGap,
    refutedGap,
    argument,
  }: Record<"gap" | "simpleGap" | "refutedGap", number> & { argument: string },
) {
  const tally: Tally = tallies.get(key) ?? {
    gaps: [],
    simpleGaps: [],
    refutedGaps: [],
    arguments: new Map(),
  };
  tallies.set(key, tally);
  tally.gaps.push(gap);
  tally.refutedGaps.push(refutedGap);
  if (Number.isFinite(simpleGap)) tally.simpleGaps.push(simpleGap);
  tally.arguments.set(argument, (tally.arguments.get(argument) ?? 0) + 1);
}

function tableOf(all: ReadonlyMap<string, Tally>): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  const rows = [...all].map(([key, { gaps, simpleGaps, refutedGaps, arguments: named }]) => {
    const simple =
      simpleGaps.length > 0
        ? `${percent(quantile(simpleGaps, 0.5))} / ${percent(quantile(simpleGaps, 0.9))}`
        : "-";
    const most = [...named].sort(([, a], [, b]) => b - a).slice(0, 4);
    return [
      key,
      String(gaps.length),
      `${percent(quantile(gaps, 0.5))} / ${percent(quantile(gaps, 0.9))}`,
      percent(gaps.filter((gap) => gap < 1e-9).length / gaps.length),
      simple,
      `${percent(quantile(refutedGaps, 0.5))} / ${percent(quantile(refutedGaps, 0.9))}`,
      most.map(([argument, count]) => `${argument} ${count}`).join(", "),
    ];
  });
  const header = [
    "network or objective",
    "runs",
    "gap p50 / p90",
    "tight",
    "simple bounds alone",
    "with refutation",
    "best by",
  ];
  const widths = header.map((_, c) => Math.max(...[header, ...rows].map((row) => row[c].length)));
  const line = (row: string[]) =>
    row
      .map((cell, c) => cell.padEnd(widths[c]))
      .join("  ")
      .trimEnd();
  return ["Bounds against brute force:", line(header), ...rows.map(line)].join("\n");
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))];
}
