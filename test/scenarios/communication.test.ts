/** The share of communication: what it counts, and that `?comm=` sets it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError, parseGraph, testScenario } from "../../env/index.ts";
import { communicationShare, resolveScenario, withCommunication } from "../../scenarios/index.ts";

describe("communicationShare", () => {
  test("is the time of all data edges over the time of all ops", () => {
    const scenario = testScenario({
      graph: "a 100 400B\nb 50 <- a\nc 50 <- a ^b",
      bytesPerUs: 10,
      latencyUs: 5,
    });
    expect(communicationShare(scenario)).toBeCloseTo((2 * (400 / 10 + 5)) / 200, 12);
  });

  test("counts an op by the accelerators that it may run on", () => {
    const graph = "a GPU:100|CPU:9000 400B\nb GPU:50|CPU:300 kinds=CPU <- a";
    const scenario = testScenario({ graph, devices: ["GPU", "GPU", "CPU"] });
    expect(communicationShare(scenario)).toBeCloseTo(40 / (100 + 300), 12);
  });

  test("is 0 on one device", () => {
    expect(communicationShare(testScenario({ graph: "a 1 4B\nb 1 <- a", devices: 1 }))).toBe(0);
  });
});

describe("withCommunication", () => {
  test("scales all outputs until the share is the one asked for", () => {
    const graph = parseGraph("a 10000 400B,80B\nb 5000 1000B <- a:0 a:1\nc 5000 <- a:1 b ^a");
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), (percent) => {
        const { cluster } = testScenario({ graph, bytesPerUs: 7, latencyUs: 2 });
        const scaled = withCommunication(graph, cluster, percent / 100);
        expect(communicationShare({ graph: scaled, cluster })).toBeCloseTo(percent / 100, 3);
        expect(scaled.outputBytes[0] / scaled.outputBytes[1]).toBeCloseTo(5, 0);
      }),
    );
  });

  test("is ?comm= of any scenario, on its own cluster", async () => {
    for (const uri of ["nmt/test/3/4xP100?comm=25", "resnet-50/2xP100-10gbe?comm=25"])
      expect(communicationShare(await resolveScenario(uri))).toBeCloseTo(0.25, 3);
  });

  test.each([
    ["a 1 4B\nb 1 <- a", 1, /latencies of cluster "2 devices" alone take that long/],
    ["a 1\nb 1 ^a", 0.5, /where nothing is sent/],
  ])("refuses what no sizes can give: %s", (graph, share, sentence) => {
    const scenario = testScenario({ graph: graph.replace("b 1 ^a", "b 1 <- ^a"), latencyUs: 100 });
    expect(() => withCommunication(scenario.graph, scenario.cluster, share)).toThrow(InputError);
    expect(() => withCommunication(scenario.graph, scenario.cluster, share)).toThrow(sentence);
  });
});
