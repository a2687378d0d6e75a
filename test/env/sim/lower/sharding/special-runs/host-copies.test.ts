/** Offloading: bytes on links and in memories counted by hand, and what no plan may change. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Role } from "../../../../../../env/model/graph/graph.ts";
import { iterationOf, type ShardingPlan, type ZeroStage } from "../../../../../../env/model/plan/sharding.ts";
import type { Offload } from "../../../../../../env/model/plan/sharding-fields/offload.ts";
import { shardedProgram } from "../../../../../../env/sim/lower/sharding/program.ts";
import { evaluator } from "../../../../../../env/sim/objectives/evaluator.ts";
import { shardingTimeline } from "../../../../../../env/sim/timeline/sharding/sharding-timeline.ts";
import { drawn } from "../../../../../law-runs.ts";
import { hosted } from "../../hosted.ts";
import { mlp } from "../numbered-graph.ts";
import { shardingPlans } from "../random-plans.ts";
import { collectivesOf, runSharding, shardedScenario } from "../sharded.ts";

const LENGTHS = { b: 8, k: 4, h: 12, n: 4 };
const numbered = mlp(LENGTHS);
const { graph } = numbered;
const ELEMENT = 8;
const SLOTS = 2;
const WEIGHTS = ELEMENT * (LENGTHS.k * LENGTHS.h + LENGTHS.h * LENGTHS.n);

const dataParallel = (ranks: number, rest: Partial<ShardingPlan> = {}): ShardingPlan => ({
  kind: "sharding",
  mesh: { axes: [{ name: "data", size: ranks }], devices: Array.from({ length: ranks }, (_, d) => d) },
  split: Array.from({ length: graph.opCount }, (_, v) =>
    graph.role[v] === Role.forward
      ? iterationOf(graph, v)!.dimensions.map(({ name }) => (name === "b" ? [0] : []))
      : null,
  ),
  ...rest,
});

const flags = (...names: string[]): Uint8Array =>
  Uint8Array.from(graph.names, (name) => (names.includes(name) ? 1 : 0));

const scenario = shardedScenario(numbered, hosted(2, 4), { optimizerSlots: SLOTS });
const residentOf = ({ compiled, device }: ReturnType<typeof runSharding>): number[] => {
  const bytes = new Array<number>(scenario.cluster.devices.length).fill(0);
  compiled.residentBytes.forEach((own, task) => {
    if (own > 0) bytes[device[task]] += own;
  });
  return bytes;
};

describe("the optimizer on the host", () => {
  test.each([
    [0, 1],
    [1, 1 / 2],
    [2, 1 / 2],
    [3, 1 / 2],
  ] as const)(
    "stage %i of ZeRO: each rank sends %f of the gradients and gets as much of new weights",
    (zero, share) => {
      const plan = dataParallel(2, { memory: { zero }, offload: { optimizer: true } });
      const run = runSharding(scenario, plan);
      const stored = collectivesOf(scenario, run).filter(({ kind }) => kind === "store");
      const fetched = collectivesOf(scenario, run).filter(({ kind }) => kind === "fetch");
      const total = (moves: typeof stored, device: number) =>
        moves.reduce((sum, { sent }) => sum + sent[device], 0);
      expect([total(stored, 0), total(stored, 1), total(stored, 2)]).toEqual([
        share * WEIGHTS,
        share * WEIGHTS,
        0,
      ]);
      expect(total(fetched, 2)).toBe(2 * share * WEIGHTS);
      const kept = zero === 3 ? 1 / 2 : 1;
      expect(residentOf(run)).toEqual([kept * WEIGHTS, kept * WEIGHTS, 2 * share * WEIGHTS * (1 + SLOTS)]);
    },
  );

  test("runs the updates of all ranks one after the other on the host", () => {
    const cluster = hosted(2, 1e9);
    const free = shardedScenario(numbered, cluster);
    const run = runSharding(free, dataParallel(2, { offload: { optimizer: true } }));
    const { startUs, endUs } = run.engine;
    const isUpdate = (op: number, task: number): boolean =>
      graph.role[op] === Role.update && run.device[task] === 2;
    const updates = run.opOf.flatMap((op, task) =>
      isUpdate(op, task) ? [[startUs[task], endUs[task]]] : [],
    );
    expect(updates).toHaveLength(4);
    const sorted = updates.sort((a, b) => a[0] - b[0]);
    for (let i = 1; i < sorted.length; i++) expect(sorted[i][0]).toBeGreaterThanOrEqual(sorted[i - 1][1]);
  });

  test("is alone with its copy where it has the weights as well", () => {
    const plan = dataParallel(2, { memory: { zero: 3 }, offload: { optimizer: true, weights: true } });
    const run = runSharding(scenario, plan);
    expect(residentOf(run)).toEqual([0, 0, WEIGHTS * (1 + SLOTS)]);
    const fetched = collectivesOf(scenario, run).filter(({ kind }) => kind === "fetch");
    // Both weights for the forward pass, and V once more for the gradient of the hidden layer.
    const [w, v] = [WEIGHTS / 2, WEIGHTS / 2];
    expect(fetched.reduce((sum, { sent }) => sum + sent[2], 0)).toBe(w + 2 * v);
  });
});

describe("activations on the host", () => {
  const part = (ELEMENT * LENGTHS.b * LENGTHS.h) / 2;

  test("cross the link once each way, and leave the rank in between", () => {
    const run = runSharding(scenario, dataParallel(2, { offload: { activations: flags("z", "a") } }));
    const moves = collectivesOf(scenario, run);
    const sums = (kind: string, device: number) =>
      moves.filter((move) => move.kind === kind).reduce((sum, { sent }) => sum + sent[device], 0);
    expect([sums("store", 0), sums("store", 1), sums("fetch", 2)]).toEqual([2 * part, 2 * part, 4 * part]);
    // The backward pass reads what came back alone.
    const { instructions, values } = run.program;
    const fetched = new Set(instructions.flatMap((each) => (each.kind === "fetch" ? [each.to] : [])));
    for (const each of instructions) {
      if (each.kind === "move" && fetched.has(each.from)) fetched.add(each.to);
      if (each.kind !== "run" || graph.role[each.op] === Role.forward) continue;
      for (const input of each.inputs)
        if (["z", "a"].includes(graph.names[values[input].op])) expect(fetched.has(input)).toBe(true);
    }
  });

  test("go once for all that read them, and no flag changes nothing to the bit", () => {
    const plan = dataParallel(2);
    const away = { ...plan, offload: { activations: flags("y", "target") } };
    const kept = runSharding(scenario, plan);
    const stored = runSharding(scenario, away).moves.filter(({ kind }) => kind === "store");
    expect(stored.map(({ op }) => graph.names[op]).sort()).toEqual(["target", "y"]);
    const none = runSharding(scenario, { ...plan, offload: { activations: flags() } });
    expect(none.iterationUs).toBe(kept.iterationUs);
    expect([...none.peakBytes]).toEqual([...kept.peakBytes]);
  });

  test("of two ranks wait for each other on the link that they share", () => {
    const plan = dataParallel(2, { offload: { activations: flags("z") } });
    const run = runSharding(scenario, plan);
    const stored = run.moves.find(({ kind }) => kind === "store")!;
    const ends = Array.from(
      { length: stored.endTask - stored.firstTask - 2 },
      (_, i) => stored.firstTask + 2 + i,
    );
    const [first, second] = ends.map((task) => run.engine.endUs[task]).sort((a, b) => a - b);
    expect(second - first).toBeCloseTo(part / 4, 9);
  });
});

describe("whatever is offloaded", () => {
  const cluster = hosted(4, 2);
  const own = shardedScenario(numbered, cluster, { optimizerSlots: SLOTS });
  const judge = evaluator(own);
  const work = judge.bounds().find(({ covers }) => covers.includes("sharding"))!.value;

  test("a plan stays between the bounds, and a device holds what its timeline tells", () => {
    fc.assert(
      fc.property(shardingPlans(graph, 4, 0, true), (plan) => {
        const { value, peakBytes } = judge.evaluate(plan);
        expect(value).toBeGreaterThanOrEqual(work);
        expect(value).toBeLessThanOrEqual(judge.ceiling);
        shardingTimeline(own, plan).peakParts.forEach((parts, d) => {
          const told = Object.values(parts ?? {}).reduce((sum, bytes) => sum + bytes, 0);
          expect(told).toBeCloseTo(peakBytes[d], 6);
        });
      }),
      { numRuns: drawn(60) },
    );
  });

  test("weights and state on ranks fall by just what the hosts do not share", () => {
    fc.assert(
      fc.property(shardingPlans(graph, 4), fc.constantFrom<ZeroStage>(0, 1, 2, 3), (drawnPlan, zero) => {
        const { owners: _, ...plan } = { ...drawnPlan, memory: { zero } };
        const residents = (offload?: Offload) => {
          const run = runSharding(own, { ...plan, ...(offload && { offload }) });
          const bytes = new Array<number>(5).fill(0);
          run.compiled.residentBytes.forEach((each, task) => {
            if (each > 0) bytes[run.device[task]] += each;
          });
          return bytes;
        };
        const [before, after] = [residents(), residents({ optimizer: true })];
        const ranks = plan.mesh.devices.length;
        let moved = 0;
        for (let d = 0; d < ranks; d++) {
          expect(after[d]).toBeLessThan(before[d]);
          moved += before[d] - after[d];
        }
        // What leaves are the slots; the host has a copy of the weights beside them.
        expect(after[4]).toBeCloseTo((moved * (1 + SLOTS)) / SLOTS, 6);
      }),
      { numRuns: drawn(40) },
    );
  });

  test("a faster link to the host makes no data-parallel step longer", () => {
    const names = ["z", "a", "y"];
    fc.assert(
      fc.property(
        fc.subarray(names),
        fc.boolean(),
        fc.constantFrom<ZeroStage>(0, 1, 2),
        (away, optimizer, zero) => {
          const plan = dataParallel(4, {
            memory: { zero },
            offload: { optimizer, activations: flags(...away) },
          });
          const times = [1, 2, 4, 8, 1e6].map(
            (speed) => runSharding(shardedScenario(numbered, hosted(4, speed)), plan).iterationUs,
          );
          for (let i = 1; i < times.length; i++)
            expect(times[i]).toBeLessThanOrEqual(times[i - 1] * (1 + 1e-9));
        },
      ),
      { numRuns: drawn(20) },
    );
  });

  test("programs without a word on it are as they were", () => {
    const plan = dataParallel(4);
    const texts = [plan, { ...plan, offload: { optimizer: false, weights: false } }].map((each) =>
      JSON.stringify(shardedProgram(own, each)),
    );
    expect(texts[1]).toBe(texts[0]);
  });
});
