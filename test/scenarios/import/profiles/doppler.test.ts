/**
 * Compute graphs of DOPPLER: what a file means, by a hand simulation of the published rules, and
 * each mistake.
 */
import { describe, expect, test } from "vitest";
import { createRng, createSimulator, evaluator, InputError, placement } from "../../../../env/index.ts";
import { importFile } from "../../../../scenarios/index.ts";
import { dopplerSamples } from "../samples/doppler.ts";
import { CHAIN_INPUTS, drawn, faultyChain, lastEnd, readyAt, textOf } from "./doppler-rules.ts";

const read = (content: string, options: Record<string, string> = {}, name = "graph.txt") =>
  importFile(content, name, new Map(Object.entries(options)));
const refusal = (content: string, options: Record<string, string> = {}): string => {
  try {
    read(content, { format: "doppler", ...options });
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error("it was accepted");
};

describe("a compute graph of DOPPLER", () => {
  test.each([
    ["4", 1e12],
    ["8", 1e9],
  ])("gives 200 random placements on %s devices the time of a hand simulation", (devices, largest) => {
    const rng = createRng(devices);
    for (let g = 0; g < 4; g++) {
      const graph = drawn(24, largest, 1, rng);
      const { evaluate } = evaluator(read(textOf(graph), { devices }).scenario);
      for (let i = 0; i < 50; i++) {
        const device = graph.compute.map(() => rng.int(Number(devices)));
        const us = lastEnd(graph, device) / 1e7;
        expect(Math.abs(evaluate(placement(device)).value! / us - 1)).toBeLessThan(1e-12);
      }
    }
  });

  test("keeps the rules where many nodes are ready at once, as in the published files", () => {
    const rng = createRng("ties");
    const graph = drawn(24, 3, 1e7, rng);
    const simulate = createSimulator(read(textOf(graph)).scenario);
    for (let i = 0; i < 50; i++) {
      const device = graph.compute.map(() => rng.int(4));
      const { startUs, endUs } = simulate(placement(device));
      const end = endUs.map((us) => us * 1e7);
      const ready = graph.compute.map((_, node) => readyAt(node, graph, device, end) / 1e7);
      for (let d = 0; d < 4; d++) {
        const own = [...device.keys()].filter((node) => device[node] === d);
        own.sort((a, b) => startUs[a] - startUs[b]);
        own.forEach((node, k) => {
          const freeUs = k === 0 ? 0 : endUs[own[k - 1]];
          expect(startUs[node]).toBe(Math.max(ready[node], freeUs));
          expect(endUs[node] - startUs[node]).toBe(graph.compute[node] / 1e7);
          if (k > 0) expect(ready[node]).toBeGreaterThanOrEqual(ready[own[k - 1]]);
        });
      }
    }
  });

  test("has no memory limit, and an output waits for no other", () => {
    const { scenario } = read("4\n\n0,0,0\n1,2,3\n10000000,30000000\n10000000,0\n10000000,0\n10000000,0");
    const { feasible, value } = evaluator(scenario).evaluate(placement([0, 1, 1, 2]));
    expect([feasible, value]).toEqual([true, 1 + 3 + 2]);
  });

  test("says what it assumed and dropped", () => {
    const { report, scenario } = read(String(dopplerSamples[1].content));
    expect(report.recognised).toBe("DOPPLER compute graph, 5 nodes, 6 edges");
    expect(report.assumed[0]).toMatch(/^1e10 units of compute or transfer are 1 ms/);
    expect(report.dropped).toEqual([
      "2 inputs, which the file gives no work.",
      "1 edge that repeats another.",
    ]);
    expect(scenario.graph.types).toEqual(["einsummable", "formation", "select", "einsummable", "formation"]);
    expect(scenario.graph.measuredUs.get("*")).toEqual(Float64Array.of(10, 3, 0.5, 0, 2));
  });

  test("has 4 devices, 8 where the name says 8gpu, or as many as asked for", () => {
    const content = String(dopplerSamples[0].content);
    const devices = (options: Record<string, string>, name?: string) =>
      read(content, options, name).scenario.cluster.devices.length;
    expect(devices({})).toBe(4);
    expect(devices({}, "8gpu_block.txt")).toBe(8);
    expect(devices({ devices: "2" }, "8gpu_block.txt")).toBe(2);
  });

  test("tells the known fault of the published chain_mm, and mends it where asked to", () => {
    const chain = faultyChain();
    const content = textOf(chain, CHAIN_INPUTS);
    const inputsOf = (node: number, options: Record<string, string> = {}) => {
      const { graph } = read(content, options).scenario;
      return [...graph.edgeSource.slice(graph.inStart[node], graph.inStart[node + 1])];
    };
    expect(read(content).report.assumed.join(" ")).toMatch(/Line 4, entry 2, is 6 .* it is read as it is/);
    expect(read(content, { mend: "true" }).report.assumed.join(" ")).toMatch(/; mend=true reads 16\./);
    expect([inputsOf(6), inputsOf(16).includes(1)]).toEqual([[1], false]);
    expect([inputsOf(6, { mend: "true" }), inputsOf(16, { mend: "true" }).includes(1)]).toEqual([[], true]);
    const mended = chain.edges.map((edge) => (edge[1] === 6 ? ([1, 16] as const) : edge));
    const sound = textOf({ ...chain, edges: mended }, CHAIN_INPUTS);
    expect(read(sound).report.assumed.join(" ")).not.toMatch(/entry 2/);
  });

  test.each([
    ["7", /line 2 is missing/],
    ["7x\n0,\n0,\n1,\n1,1", /line 1 is "7x", expected a whole number\.$/],
    ["2\n0,1,\n\n\n", /line 2 names 2 inputs of 2 nodes, expected fewer than all\.$/],
    ["2\n\n0,\n1,1,\n1,1\n1,1", /line 3 has 1 sources and line 4 has 2 targets/],
    ["2\n\n0,\n2,\n1,1\n1,1", /line 4 names node 2, expected 0\.\.1\.$/],
    ["2\n\n0,x\n1,1\n1,1\n1,1", /line 3, entry 2 is "x", expected a whole number\.$/],
    ["3\n\n0,\n1,\n1,1\n1,1", /costs of 2 nodes, expected 3: 3 nodes less 0 inputs\.$/],
    ["2\n\n0,\n1,\n1,1\n1,1\n1,1", /line 7 is one too many/],
    ["2\n\n0,\n1,\n1,1\n1", /line 6 is "1", expected "COMPUTE,TRANSFER"/],
    ["2\n\n0,\n1,\n1,1\n-1,1", /line 6, compute is "-1", expected a whole number\.$/],
    ["2\n\n0,\n1,\n1,1\n1,99999999999999999", /line 6, transfer is "9+", expected a whole number\.$/],
    ["2\n\n0,1\n1,0\n1,1\n1,1", /The graph has a cycle/],
    ["2\n\n0,\n0,\n1,1\n1,1", /an edge leads from the op to itself/],
  ])("%j is one sentence", (text, sentence) => expect(refusal(text)).toMatch(sentence));

  test.each([
    [{ devices: "0" }, /option "devices" is "0", expected a whole number from 1 to 64\.$/],
    [{ mend: "yes" }, /option "mend" is "yes", expected true or false\.$/],
    [{ cluster: "4xP100" }, /the file describes its cluster \("4 like devices"\)/],
  ])("option %j is one sentence", (options, sentence) =>
    expect(refusal(String(dopplerSamples[0].content), options)).toMatch(sentence),
  );
});
