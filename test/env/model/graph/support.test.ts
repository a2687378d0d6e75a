/** Where ops run: an op known only by measured times is nowhere free. */
import { describe, expect, test } from "vitest";
import {
  InputError,
  parseGraph,
  placement,
  readScenario,
  runTimesUs,
  type TestScenarioOptions,
  testScenario,
  validatePlan,
  writeScenario,
} from "../../../../env/index.ts";
import { kindsOf, onlyTimedKinds, runsOnKind } from "../../../../env/model/graph/support.ts";

const timesOf = (options: TestScenarioOptions) => {
  const { graph, cluster } = testScenario(options);
  return [...runTimesUs(graph, cluster)];
};
const refusal = (options: TestScenarioOptions): string => {
  try {
    testScenario(options);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error("it was accepted");
};
const devices = ["GPU", "CPU"];

describe("an op with measured times alone", () => {
  test("runs on the kinds that it was measured on, and nowhere else", () => {
    expect(timesOf({ graph: "a GPU:300 8B\nb GPU:500 <- a", devices })).toEqual([
      300,
      Infinity,
      500,
      Infinity,
    ]);
    expect(timesOf({ graph: "a CPU:0\nb 1 <- ^a", devices })).toEqual([Infinity, 0, 1, 1]);
  });

  test("runs everywhere where it has a time for any kind", () => {
    const graph = parseGraph("a GPU:3|*:9");
    expect(kindsOf(graph, 0)).toBeNull();
    expect(timesOf({ graph, devices })).toEqual([3, 9]);
  });

  test("has a roofline time on other kinds where FLOP or bytes give one", () => {
    expect(timesOf({ graph: "a GPU:3 flops=2000\nb GPU:3 touched=5000 <- ^a", devices })).toEqual([
      3, 2, 3, 5,
    ]);
  });

  test("runs on kinds that it supports and has a time for", () => {
    const graph = parseGraph("a GPU:3|CPU:5 kinds=CPU|TPU");
    expect(onlyTimedKinds(graph, 0)).toEqual(["CPU", "GPU"]);
    expect(kindsOf(graph, 0)).toEqual(["CPU"]);
    expect(["GPU", "CPU", "TPU"].map((kind) => runsOnKind(graph, 0, kind))).toEqual([false, true, false]);
  });

  test("cannot be placed where it has no time", () => {
    const scenario = testScenario({ graph: "a GPU:300", devices });
    expect(() => validatePlan(scenario, placement([1]))).toThrow(
      /^Op "a" is placed on "cpu:1" \(CPU\), but runs only on GPU\.$/,
    );
    validatePlan(scenario, placement([0]));
  });

  test("is the same after a round trip through a scenario file", () => {
    const scenario = testScenario({ graph: "a GPU:300\nb CPU:2|GPU:1 <- ^a", devices });
    const again = readScenario(JSON.parse(JSON.stringify(writeScenario(scenario))), "again");
    expect(runTimesUs(again.graph, again.cluster)).toEqual(runTimesUs(scenario.graph, scenario.cluster));
    expect(again.graph.supportedKinds).toEqual([null, null]);
  });
});

describe("a scenario without a device for an op", () => {
  test.each([
    [
      "times of another kind",
      "a V100:300",
      /op "a" has no FLOP and measured times for V100 alone, but cluster "2 devices" has devices of GPU, CPU\.$/,
    ],
    [
      "another kind, of several ops",
      "a 1\nb V100:3|T4:2 <- ^a",
      /op "b" has no FLOP and measured times for T4, V100 alone, but/,
    ],
    ["an unknown kind", "a 1 kinds=TPU", /op "a" can run on TPU alone, but cluster/],
    [
      "two statements without a kind in common",
      "a GPU:3 kinds=CPU",
      /op "a" can run on CPU alone and has no FLOP and measured times for GPU alone, but/,
    ],
    [
      "one device for two ops of a class",
      "a GPU:3 group=g\nb CPU:3 group=g",
      /no device of cluster .* can run the group of op "a"/,
    ],
  ])("is one sentence: %s", (_, graph, sentence) => expect(refusal({ graph, devices })).toMatch(sentence));

  test.each([
    ["a GPU:3|cpu:5", "cpu", "CPU"],
    ["a 1\nb gpu:3|CPU:4", "gpu", "GPU"],
    ["a 1 kinds=gpu", "gpu", "GPU"],
    ["a g-p-u:5|CPU:5", "g-p-u", "GPU"],
  ])("%j suggests the kind that is meant", (graph, given, meant) => {
    const sentence = refusal({ graph, devices });
    expect(sentence).toContain(
      `names the device kind "${given}", which no device of cluster "2 devices" has.`,
    );
    expect(sentence).toContain(`Did you mean "${meant}"?`);
  });

  test("takes times for kinds that the cluster lacks besides those that it has", () => {
    expect(timesOf({ graph: "a GPU:3|CPU:5|V100:1", devices })).toEqual([3, 5]);
  });
});
