import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createRng,
  criticalPath,
  explain,
  lastChain,
  placement,
  placetoFidelity,
  type Scenario,
  type Segment,
  simulate,
  tasksOf,
  testScenario,
} from "../../../../../env/index.ts";
import { scenarioWithPlan } from "../../drawn-scenario.ts";

const draws = scenarioWithPlan({ maxOps: 14, maxDevices: 4 });

describe("the critical path and the last chain", () => {
  test.each([
    { name: "critical path", walk: criticalPath },
    { name: "last chain", walk: lastChain },
  ])("tile the step without hole or overlap: $name", ({ walk }) => {
    fc.assert(
      fc.property(draws, ({ scenario, plan }) => {
        const timeline = simulate(scenario, plan);
        const segments = walk(tasksOf(scenario, timeline));
        expect(segments[0].fromUs).toBe(scenario.fidelity.startUs);
        expect(segments[segments.length - 1].toUs).toBe(timeline.makespanUs);
        for (let i = 1; i < segments.length; i++) expect(segments[i].fromUs).toBe(segments[i - 1].toUs);
        for (const { fromUs, toUs } of segments) expect(toUs).toBeGreaterThanOrEqual(fromUs);
        const sum = segments.reduce((us, { fromUs, toUs }) => us + toUs - fromUs, scenario.fidelity.startUs);
        expect(sum).toBeCloseTo(timeline.makespanUs, 9);
      }),
      { numRuns: 150 },
    );
  });

  test("end with the gap behind an op whose run is lost in the rounding of its end", () => {
    const graph = "a 42000000 4B\nb 1e-9 <- a";
    const scenario = testScenario({ graph, fidelity: placetoFidelity });
    const timeline = simulate(scenario, placement([0, 0]));
    expect(timeline.endUs[1]).toBe(timeline.startUs[1]);
    expect(criticalPath(tasksOf(scenario, timeline)).at(-1)?.toUs).toBe(timeline.makespanUs);
  });

  test("tile the step of a plan that orders the ops of each device", () => {
    fc.assert(
      fc.property(draws, fc.integer(), ({ scenario, plan }, seed) => {
        const opPriority = new Float64Array(scenario.graph.opCount);
        someTopologicalOrder(scenario, seed).forEach((v, position) => {
          opPriority[v] = position;
        });
        const { timeline, criticalPath: path, lastChain: chain } = explain(scenario, { ...plan, opPriority });
        for (const { segments } of [path, chain]) {
          expect(segments[0].fromUs).toBe(scenario.fidelity.startUs);
          expect(segments[segments.length - 1].toUs).toBe(timeline.makespanUs);
          for (let i = 1; i < segments.length; i++) expect(segments[i].fromUs).toBe(segments[i - 1].toUs);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("consist of tasks that ran where and when they say", () => {
    fc.assert(
      fc.property(draws, ({ scenario, plan }) => {
        const { timeline, criticalPath: path, lastChain: chain } = explain(scenario, plan);
        for (const {
          kind,
          resource,
          task: { op },
          fromUs,
          toUs,
        } of [...path.segments, ...chain.segments]) {
          if (kind === "compute") {
            expect([resource, fromUs, toUs]).toEqual([
              { kind: "device", index: timeline.device[op] },
              timeline.startUs[op],
              timeline.endUs[op],
            ]);
          }
          if (kind !== "transfer") continue;
          const isIt = (hop: (typeof timeline.transfers)[number]) =>
            hop.producer === op && hop.link === resource.index && hop.startUs === fromUs;
          expect(timeline.transfers.some(isIt)).toBe(true);
          expect(toUs).toBeLessThanOrEqual(timeline.makespanUs);
        }
        expect(path.segments.some(({ kind }) => kind === "wait")).toBe(false);
      }),
      { numRuns: 120 },
    );
  });

  test("put every hop of the log on one journey, in the order of its route", () => {
    fc.assert(
      fc.property(draws, ({ scenario, plan }) => {
        const timeline = simulate(scenario, plan);
        const { journeys } = tasksOf(scenario, timeline);
        const hops = journeys.flatMap((journey) => journey.hops);
        expect(new Set(hops).size).toBe(timeline.transfers.length);
        expect(hops.length).toBe(timeline.transfers.length);
        for (const { producer, consumers, hops: own } of journeys) {
          const to = timeline.device[consumers[0]];
          expect(own.map(({ link }) => link)).toEqual(scenario.cluster.routes[timeline.device[producer]][to]);
          expect(own[0].startUs).toBeGreaterThanOrEqual(timeline.endUs[producer]);
          if (scenario.fidelity.routing === "store-and-forward")
            for (let i = 1; i < own.length; i++)
              expect(own[i].startUs).toBeGreaterThanOrEqual(own[i - 1].endUs);
          for (const consumer of consumers)
            expect(timeline.startUs[consumer]).toBeGreaterThanOrEqual(own[own.length - 1].endUs);
        }
      }),
      { numRuns: 120 },
    );
  });
});

describe("what determined a start", () => {
  test("is the busy device on the critical path and a wait on the last chain", () => {
    const scenario = testScenario({ graph: "a 10 8B\nb 30 8B\nc 5 8B <- a\nd 1 <- c", devices: 1 });
    const told = explain(scenario, placement([0, 0, 0, 0]));
    expect(wordsOf(scenario, told.criticalPath.segments)).toEqual([
      "a compute gpu:0 0-10",
      "b compute gpu:0 10-40",
      "c compute gpu:0 40-45",
      "d compute gpu:0 45-46",
    ]);
    expect(wordsOf(scenario, told.lastChain.segments)).toEqual([
      "a compute gpu:0 0-10",
      "c wait gpu:0 10-40",
      "c compute gpu:0 40-45",
      "d compute gpu:0 45-46",
    ]);
    expect(told.bottleneck).toMatchObject({
      kind: "devices",
      us: 30,
      resource: { kind: "device", index: 0 },
    });
  });

  test("is the busy link, and what crosses it, with its latency apart", () => {
    const graph = "a 10 100B\nb 10 100B <- a\nc 1 <- a\nd 1 <- b";
    const scenario = testScenario({ graph, devices: 2, bytesPerUs: 2, latencyUs: 3 });
    const told = explain(scenario, placement([0, 0, 1, 1]));
    expect(wordsOf(scenario, told.criticalPath.segments)).toEqual([
      "a compute gpu:0 0-10",
      "a transfer gpu:0 out 10-60",
      "b transfer gpu:0 out 60-110",
      "b latency gpu:0 out 110-113",
      "d compute gpu:1 113-114",
    ]);
    expect(wordsOf(scenario, told.lastChain.segments)).toEqual([
      "a compute gpu:0 0-10",
      "b compute gpu:0 10-20",
      "b wait gpu:0 out 20-60",
      "b transfer gpu:0 out 60-110",
      "b latency gpu:0 out 110-113",
      "d compute gpu:1 113-114",
    ]);
    expect(told.bottleneck).toMatchObject({
      kind: "links",
      us: 93,
      resource: { kind: "link", index: 0 },
    });
  });

  test("is the gap after the last op where the step ends with its last event", () => {
    const fidelity = { opGapUs: 4, makespan: "last-event" } as const;
    const scenario = testScenario({ graph: "a 10 8B\nb 30 <- a", devices: 1, fidelity });
    const told = explain(scenario, placement([0, 0]));
    expect(wordsOf(scenario, told.criticalPath.segments)).toEqual([
      "a compute gpu:0 0-10",
      "a gap gpu:0 10-14",
      "b compute gpu:0 14-44",
      "b gap gpu:0 44-48",
    ]);
  });

  test("is the chain itself where nothing waits", () => {
    const scenario = testScenario({ graph: "a 10 8B\nb 30 <- a", bytesPerUs: 8 });
    const { bottleneck, criticalPath: path } = explain(scenario, placement([0, 1]));
    expect(bottleneck).toMatchObject({
      kind: "chain",
      us: 40,
      resource: { kind: "device", index: 1 },
      resourceUs: 30,
    });
    expect(path.shares.map(({ kind, resource, us }) => [kind, resource.index, us])).toEqual([
      ["compute", 1, 30],
      ["compute", 0, 10],
      ["transfer", 0, 1],
    ]);
  });
});

function wordsOf({ graph, cluster }: Scenario, segments: readonly Segment[]): string[] {
  return segments.map(({ kind, resource, task: { op }, fromUs, toUs }) => {
    const named = resource.kind === "device" ? cluster.devices : cluster.links;
    return `${graph.names[op]} ${kind} ${named[resource.index].name} ${fromUs}-${toUs}`;
  });
}

/** Ready ops in random order. */
function someTopologicalOrder({ graph }: Scenario, seed: number): number[] {
  const rng = createRng(seed);
  const missing = Array.from({ length: graph.opCount }, (_, v) => graph.inStart[v + 1] - graph.inStart[v]);
  const ready = [...missing.keys()].filter((v) => missing[v] === 0);
  const order: number[] = [];
  while (ready.length > 0) {
    const [v] = ready.splice(rng.int(ready.length), 1);
    order.push(v);
    for (let i = graph.outStart[v]; i < graph.outStart[v + 1]; i++) {
      const w = graph.edgeDestination[graph.outEdge[i]];
      if (--missing[w] === 0) ready.push(w);
    }
  }
  return order;
}
