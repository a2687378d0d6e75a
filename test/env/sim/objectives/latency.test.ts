import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  evaluator,
  isCpu,
  placement,
  runTimesUs,
  type Scenario,
  simulateLatency,
  type TestScenarioOptions,
  testScenario,
  transferTimesUs,
} from "../../../../env/index.ts";
import { randomSplit } from "../../../agents/exact/random-split.ts";

const latency = (options: TestScenarioOptions) =>
  evaluator(testScenario({ ...options, objective: "latency" }));
const scored = (options: TestScenarioOptions, device: number[]) =>
  latency(options).evaluate(placement(device)).value;

const accelerators = ["GPU", "GPU"];
const withHost = ["GPU", "GPU", "CPU"];

describe("latency", () => {
  test("lets a CPU run everything at once that is ready, and move nothing", () => {
    expect(scored({ graph: "a 10 transfer=7 8B\nb 20 <- a\nc 30 <- a", devices: ["CPU"] }, [0, 0, 0])).toBe(
      40,
    );
    const cpus = { graph: "a 10 transfer=7 8B\nb 20 <- a", devices: ["CPU", "cpu"] };
    expect(scored(cpus, [0, 1])).toBe(30);
  });

  test("lets an accelerator run its ops one after the other", () => {
    expect(scored({ graph: "a 10\nb 20\nc 30", devices: accelerators }, [0, 0, 0])).toBe(60);
    expect(scored({ graph: "a 10\nb 20\nc 30", devices: accelerators }, [0, 1, 0])).toBe(40);
  });

  test("charges sender and receiver, once each, and makes consumers wait for the whole piece", () => {
    const graph = "a 10 transfer=3 8B\nb 20\nc 30 <- a\nd 40 <- a";
    // The piece of a and b takes 10 + 20 + 3, then that of c and d 3 + 30 + 40.
    expect(scored({ graph, devices: accelerators }, [0, 0, 1, 1])).toBe(33 + 73);
    expect(scored({ graph, devices: withHost }, [0, 0, 2, 2])).toBe(33 + 40);
    expect(scored({ graph, devices: withHost }, [2, 2, 0, 0])).toBe(10 + 73);
  });

  test("cuts what a path leaves and comes back to, and charges both pieces", () => {
    const graph = "a 10 transfer=1 8B\nb 20 transfer=2 8B <- a\nc 30 transfer=4 8B <- b\nd 5 <- a";
    // a and d | b | c: d runs with a, since only c is behind an op elsewhere.
    expect(scored({ graph, devices: accelerators }, [0, 1, 0, 0])).toBe(10 + 5 + 1 + (1 + 20 + 2) + (2 + 30));
    expect(scored({ graph, devices: accelerators }, [0, 0, 0, 0])).toBe(65);
  });

  test("cuts one of two pieces that wait for each other", () => {
    const graph = "a 10 transfer=1 8B\nb 20 <- a\nc 30 transfer=2 8B\nd 40 <- c";
    // {a, d} needs c, {c, b} needs a. What can run of the first is a: 10 + 1, then {c, b}: 1 + 20 +
    // 30 + 2, then d: 2 + 40.
    expect(scored({ graph, devices: accelerators }, [0, 1, 1, 0])).toBe(11 + 53 + 42);
  });

  test("counts an ordering without data as an ordering", () => {
    const graph = "a 10 transfer=3 8B\nb 20 <- ^a";
    expect(scored({ graph, devices: accelerators }, [0, 1])).toBe(30);
    expect(scored({ graph, devices: accelerators, fidelity: { controlEdges: "output-0" } }, [0, 1])).toBe(36);
  });

  test("names the accelerator over its memory and never a CPU", () => {
    const options = { graph: "a 1 params=60\nb 1 params=70", devices: withHost, memoryBytes: 100 };
    const over = latency(options).evaluate(placement([1, 1, 2].slice(0, 2)));
    expect(over).toMatchObject({ feasible: false, value: null });
    expect(over.violation).toMatchObject({ device: 1, excessBytes: 30 });
    expect(latency(options).evaluate(placement([2, 2])).value).toBe(1);
  });

  test("lays the ops of a piece out between its transfers, for pictures", () => {
    const graph = "a 10 transfer=3 8B\nb 20\nc 30 transfer=1 8B <- a\nd 40 <- a c";
    const scenario = testScenario({ graph, devices: withHost, objective: "latency" });
    const { makespanUs, startUs, endUs, deviceBusyUs } = simulateLatency(scenario, placement([0, 0, 1, 2]));
    expect([...startUs]).toEqual([0, 10, 33 + 3, 33 + 34]);
    expect([...endUs]).toEqual([10, 30, 66, 107]);
    expect([...deviceBusyUs]).toEqual([33, 34, 40]);
    expect(makespanUs).toBe(107);
  });

  test("equals the slow model on every random plan, whatever was evaluated before", () => {
    let cut = 0;
    fc.assert(
      fc.property(
        randomSplit({ maxOps: 10, maxClasses: 10, maxAccelerators: 3 }),
        fc.array(fc.nat(), { minLength: 30, maxLength: 30 }),
        (scenario, seeds) => {
          const free = withoutLimits(scenario);
          const score = evaluator(free);
          for (let k = 0; k < 3; k++) {
            const device = somePlacement(free, seeds.slice(10 * k, 10 * k + 10));
            const { value } = score.evaluate(placement(device));
            const slow = slowLatency(free, device);
            expect(value).toBeCloseTo(slow.latencyUs, 9);
            if (slow.cuts > 0) cut++;
            expect(value!).toBeLessThanOrEqual(score.ceiling);
          }
        },
      ),
      { numRuns: 300, seed: 5 },
    );
    // Pieces that wait for each other do occur.
    expect(cut).toBeGreaterThan(20);
  });
});

const withoutLimits = (scenario: Scenario): Scenario => ({
  ...scenario,
  objective: "latency",
  cluster: {
    ...scenario.cluster,
    devices: scenario.cluster.devices.map((device) => ({ ...device, memoryBytes: Infinity })),
  },
});

function somePlacement({ grouping, cluster, graph }: Scenario, seeds: readonly number[]): Int32Array {
  return Int32Array.from(grouping.groupOf, (g) => {
    const legal = cluster.devices.flatMap((device, d) =>
      graph.supportedKinds.every(
        (kinds, v) => grouping.groupOf[v] !== g || (kinds?.includes(device.kind) ?? true),
      )
        ? [d]
        : [],
    );
    return legal[seeds[g] % legal.length];
  });
}

/** The definition with sets of ops, nothing reused and nothing fast. */
function slowLatency(scenario: Scenario, device: ArrayLike<number>): { latencyUs: number; cuts: number } {
  const { graph, cluster } = scenario;
  const runUs = runTimesUs(graph, cluster);
  const transferUs = transferTimesUs(graph, cluster);
  const ops = [...graph.topologicalOrder];
  const edges = Array.from(graph.edgeSource, (u, e) => ({
    u,
    v: graph.edgeDestination[e],
    data: graph.edgeOutput[e] >= 0,
  }));
  const producers = (v: number) => edges.filter((edge) => edge.v === v).map(({ u }) => u);
  const onCpu = (v: number) => isCpu(cluster.devices[device[v]]);

  const reaches = (from: number, to: number): boolean =>
    from === to || edges.some(({ u, v }) => u === from && reaches(v, to));
  const lines = cluster.devices.map((_, d) => {
    const own = ops.filter((v) => device[v] === d);
    if (own.length === 0 || isCpu(cluster.devices[d])) return [];
    const between = (x: number) =>
      device[x] !== d && own.some((u) => reaches(u, x)) && own.some((v) => reaches(x, v));
    if (!ops.some(between)) return [new Set(own)];
    const number = (v: number): number =>
      Math.max(0, ...producers(v).map((u) => number(u) + (device[u] === d ? 0 : 1)));
    const numbers = [...new Set(own.map(number))].sort((a, b) => a - b);
    return numbers.map((n) => new Set(own.filter((v) => number(v) === n)));
  });

  const doneUs = new Map<number, number>();
  const freeUs = cluster.devices.map(() => 0);
  const isReady = (v: number, piece: ReadonlySet<number>) =>
    producers(v).every((u) => doneUs.has(u) || piece.has(u));
  const runPiece = (d: number, piece: ReadonlySet<number>): void => {
    const members = [...piece];
    const outside = edges.filter(({ u, v }) => piece.has(v) && !piece.has(u));
    const received = new Set(outside.filter(({ data }) => data).map(({ u }) => u));
    const sent = members.filter((u) => edges.some((edge) => edge.data && edge.u === u && !piece.has(edge.v)));
    const loadUs =
      members.reduce((sum, v) => sum + runUs[v * cluster.devices.length + d], 0) +
      [...received, ...sent].reduce((sum, u) => sum + transferUs[u], 0);
    const startUs = Math.max(freeUs[d], 0, ...outside.map(({ u }) => doneUs.get(u)!));
    freeUs[d] = startUs + loadUs;
    for (const v of members) doneUs.set(v, freeUs[d]);
  };

  let cuts = 0;
  while (doneUs.size < ops.length) {
    const cpuOp = ops.find((v) => onCpu(v) && !doneUs.has(v) && isReady(v, new Set()));
    if (cpuOp !== undefined) {
      const readyUs = Math.max(0, ...producers(cpuOp).map((u) => doneUs.get(u)!));
      doneUs.set(cpuOp, readyUs + runUs[cpuOp * cluster.devices.length + device[cpuOp]]);
      continue;
    }
    const d = lines.findIndex((line) => line.length > 0 && [...line[0]].every((v) => isReady(v, line[0])));
    if (d !== -1) {
      runPiece(d, lines[d].shift()!);
      continue;
    }
    cuts++;
    const first = ops.find((v) => !doneUs.has(v))!;
    const whole = lines[device[first]].find((piece) => piece.has(first))!;
    const part = new Set<number>();
    for (const v of ops) if (whole.has(v) && isReady(v, part)) part.add(v);
    runPiece(device[first], part);
    for (const v of part) whole.delete(v);
  }
  return { latencyUs: Math.max(...doneUs.values()), cuts };
}
