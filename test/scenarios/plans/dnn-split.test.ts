import { describe, expect, test } from "vitest";
import { asPlacement, writeScenario } from "../../../env/index.ts";
import { importFile, readPlanFile } from "../../../scenarios/index.ts";

const node = (id: number, more: object) => ({
  id,
  name: `n${id}`,
  supportedOnFpga: 1,
  cpuLatency: 10 * id,
  fpgaLatency: id,
  isBackwardNode: 0,
  size: 10,
  ...more,
});
const workload = {
  maxSizePerFPGA: 100,
  maxFPGAs: 2,
  maxCPUs: 1,
  nodes: [node(5, { colorClass: 1 }), node(7, {}), node(9, { isBackwardNode: 1, colorClass: 1 })],
  edges: [
    { sourceId: 5, destId: 7, cost: 1 },
    { sourceId: 7, destId: 9, cost: 2 },
  ],
};
const { scenario } = importFile(JSON.stringify(workload), "small.json");
const read = (split: unknown, of = scenario) =>
  readPlanFile(of, { content: JSON.stringify(split), name: "split.json" });
const part = (...nodes: number[]) => ({ load: -1, nodes });

describe("a split of dnn-partitioning", () => {
  test("places nodes by id; a node that it leaves out goes with its colour class", () => {
    const { plan, format } = read({ fpgas: [part(7), part(5)], cpus: [part()] });
    expect(format).toBe("dnn-partitioning");
    expect(Array.from(asPlacement(plan).device)).toEqual([1, 0, 1]);
  });

  test("is still read after the workload was written in our own form", () => {
    const own = importFile(JSON.stringify(writeScenario(scenario)), "own.json").scenario;
    expect(Array.from(asPlacement(read({ fpgas: [part(5)], cpus: [part(7)] }, own).plan).device)).toEqual([
      0, 2, 0,
    ]);
  });

  test("claims its loads in ms; -1 and 0 claim nothing", () => {
    // Node 7 with one transfer in and one out; nodes 5 and 9 with the same two.
    const loads = (max: number, ...each: number[]) => ({
      fpgas: [
        { load: each[0], nodes: [7] },
        { load: each[1], nodes: [5] },
      ],
      maxLoad: max,
    });
    expect(read(loads(17, 10, 17)).plan.kind).toBe("placement");
    expect(read(loads(0, -1, 0)).plan.kind).toBe("placement");
    expect(() => read(loads(8.5, -1, -1))).toThrow(/claims a max-load of 8500 us, .* gives 17000 us/);
    expect(() => read(loads(-1, 5, -1))).toThrow(/claims a load of 5000 us on "accelerator:0", .* 10000 us/);
  });

  test.each([
    [{ fpgas: [part(5, 8)] }, /node 8 is none of the 3 nodes/],
    [{ fpgas: [part(5), part(5, 7)] }, /node 5 is on "accelerator:0" and on "accelerator:1"/],
    [{ fpgas: [part(5)] }, /gives no device for op "n7"/],
    [{ fpgas: [part(5), part(7), part(9)] }, /nodes on 3 accelerators, and the scenario has 2/],
    [{ fpgas: [part(5)], cpus: [part(), part(7)] }, /nodes on 1 CPUs?, and the scenario has 1/],
    [{ fpgas: [{ load: -1, nodes: ["5"] }] }, /nodes/],
  ])("%j is refused in one sentence", (split, sentence) => {
    expect(() => read(split)).toThrow(sentence);
  });

  test("on a scenario without ids says what is missing", () => {
    const { meta: _, ...bare } = scenario;
    expect(() => read({ fpgas: [part(5)] }, { ...bare, meta: {} })).toThrow(
      /ids, and the ops of scenario .* have none/,
    );
  });
});
