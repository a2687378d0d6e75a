/**
 * Layer profiles of PipeDream, DAPPLE and Piper: effects of the options, both modes of the backward
 * pass, and each mistake.
 */
import { describe, expect, test } from "vitest";
import { evaluator, InputError, placement, Role } from "../../../../env/index.ts";
import { importFile } from "../../../../scenarios/index.ts";
import { piperSamples } from "../samples/json-formats.ts";
import { pipedreamSamples } from "../samples/pipedream.ts";

const read = (content: string | Uint8Array, options: Record<string, string> = {}) =>
  importFile(content, "profile", new Map(Object.entries(options)));
const refusal = (content: string, options: Record<string, string> = {}): string => {
  try {
    read(content, options);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error("it was accepted");
};
const profile = String(pipedreamSamples[0].content);
const times = "forward_compute_time=1, backward_compute_time=2, activation_size=8, parameter_size=4";

describe("a layer profile", () => {
  test("holds times in ms, summed lists of activations, and types", () => {
    const { graph } = read(profile).scenario;
    expect(graph.names).toEqual(["node3", "node1", "node2", "node4"]);
    expect(graph.types).toEqual(["Linear", "Input0", "LSTM", "Add"]);
    expect(graph.measuredUs.get("*")).toEqual(Float64Array.of(750, 1500, 5500, 125));
    expect([...graph.outputBytes]).toEqual([64, 256, 192, 64]);
  });

  test("says what it kept, assumed and dropped", () => {
    const { report } = read(profile);
    expect(report.recognised).toBe("PipeDream layer profile, 4 layers, 4 edges");
    expect(report.assumed.join(" ")).toMatch(
      /1 list of activations travel whole.*1 Input node kept with 1\.5 ms/,
    );
    expect(report.dropped).toEqual([
      "stage_id of 2 layers: the stages of somebody's plan, which simulate scores.",
    ]);
  });

  test("takes no part of a CPU, whose times it does not know", () => {
    const { cluster } = read(profile, { cluster: "2xP100" }).scenario;
    expect(cluster.devices.map(({ name }) => name)).toEqual(["gpu:0", "gpu:1"]);
    expect(refusal(profile, { cluster: "cpu-only" })).toMatch(/"cpu-only" has no accelerators/);
  });

  test("separate: gradients flow back over every edge between layers that learn, twins share a device", () => {
    const { scenario } = read(profile, { backward: "separate" });
    const { graph } = scenario;
    // The input has no backward pass; the addition has one, since a gradient passes through it.
    expect(graph.names.filter((_, v) => graph.role[v] === Role.backward)).toEqual([
      "node3/backward",
      "node2/backward",
      "node4/backward",
    ]);
    const at = (name: string) => graph.names.indexOf(name);
    const inputs = (name: string) =>
      [...graph.edgeSource.slice(graph.inStart[at(name)], graph.inStart[at(name) + 1])]
        .map((v) => graph.names[v])
        .sort();
    expect(inputs("node2/backward")).toEqual(["node2", "node3/backward", "node4/backward"]);
    expect(graph.twin[at("node2/backward")]).toBe(at("node2"));
    expect(graph.colocation[at("node2/backward")]).toBe(graph.colocation[at("node2")]);
    const whole = read(profile).scenario;
    const stepUs = (of: typeof whole) =>
      evaluator(of).evaluate(placement(new Int32Array(of.graph.opCount))).value;
    expect(stepUs(scenario)).toBe(stepUs(whole));
  });

  test("scales times and activations, not weights", () => {
    const { graph } = read(profile, { scale: "2", inputs: "drop" }).scenario;
    expect(graph.measuredUs.get("*")).toEqual(Float64Array.of(1500, 11_000, 250));
    expect([...graph.outputBytes]).toEqual([128, 384, 128]);
    expect([...graph.parameterBytes]).toEqual([128, 2304, 0]);
  });

  test.each([
    [
      `a -- b -- ${times.replace("=1", "=-1")}`,
      /line 1: forward_compute_time is "-1", expected a number of at least 0\.$/,
    ],
    [`a -- b -- ${times.replace("=8", "=[8; x]")}`, /activation_size is "\[8; x\]".* or a list of them\.$/],
    [`a -- b -- ${times.replace("=8", "=[]")}`, /activation_size is "\[\]"/],
    [`a -- b -- ${times.replace(", parameter_size=4", "")}`, /line 1: parameter_size is missing\.$/],
    [`a -- b -- ${times}\nnonsense`, /line 2 is "nonsense", expected "NODE -- DESCRIPTION -- /],
    [`a -- b -- ${times}, colour=3`, /line 1 is /],
    [`a -- b -- ${times}\na -- b -- ${times}`, /Op "a" is declared twice/],
    [`a -- b -- ${times}\n\ta -- c`, /destination names the unknown op "c"/],
    [`a -- b -- ${times}\n\ta -- a`, /an edge leads from the op to itself/],
    [`a -- b -- ${times}\nb -- b -- ${times}\n\ta -- b\n\tb -- a`, /The graph has a cycle/],
    [`a -- b -- ${times.replace("=1", "=1e300")}`, /more than 2\^53 us/],
  ])("%j is one sentence", (text, sentence) => expect(refusal(text)).toMatch(sentence));

  test.each([
    [{ backward: "both" }, /option "backward" is "both", expected folded, separate or training\.$/],
    [{ scale: "0" }, /option "scale" is "0", expected a number from 0\.000001 to 1000000\.$/],
    [{ scal: "2" }, /option "scal" is not known\. Did you mean "scale"\?$/],
    [{ format: "pipe" }, /the format "pipe" is not known/],
  ])("option %j is one sentence", (options, sentence) => expect(refusal(profile, options)).toMatch(sentence));
});

describe("a Piper input", () => {
  const input = String(piperSamples[0].content);

  test("judges the unit of times by their sum, and says so", () => {
    const seconds = read(input);
    expect(seconds.scenario.graph.measuredUs.get("*")?.[0]).toBeCloseTo(20_000, 6);
    expect(seconds.report.assumed[0]).toMatch(
      /is seconds of one micro-batch: the layers add up to 0\.0600000; time=s/,
    );
    const slow = read(input.replaceAll("0.02", "20"));
    expect(slow.scenario.graph.measuredUs.get("*")?.[0]).toBeCloseTo(20_000, 6);
    expect(slow.report.assumed[0]).toMatch(/is ms of one micro-batch/);
  });

  test("takes the configuration and degree that the options name", () => {
    const { graph } = read(input, { degree: "2", configuration: "activation recomp" }).scenario;
    expect(graph.measuredUs.get("*")?.[0]).toBeCloseTo(18_000, 6);
    expect(refusal(input, { degree: "8" })).toMatch(
      /node 0 has no configurations of degree 8, only of 1, 2\.$/,
    );
    expect(refusal(input, { configuration: "none" })).toMatch(
      /no configuration "none" of degree 1, only "vanilla", "activation recomp"/,
    );
  });

  test("has its own devices and bandwidth, and charges each border twice", () => {
    const { cluster, graph, objective } = read(input).scenario;
    expect([cluster.devices.length, cluster.links[0].bytesPerUs, objective]).toEqual([3, 25_000, "max-load"]);
    expect(graph.transferUs?.[0]).toBeCloseTo((2 * 8192) / 25_000, 9);
    expect(refusal(input, { cluster: "4xP100" })).toMatch(
      /the file describes its cluster \("3 accelerators"\)/,
    );
  });

  test.each([
    [input.replace('"bandwidth":25000000000', '"bandwidth":0'), /: bandwidth: /],
    [input.replace('"maxDevices":3', '"maxDevices":1e9'), /: maxDevices: /],
    [input.replace('"destId":1', '"destId":9'), /edges: node 9 is named by an edge, but not declared\.$/],
    [input.replace('"id":7', '"id":0'), /id 0 is declared twice/],
    [
      input.replace('"TMPCs":{"1"', '"TMPCs":{"__proto__":[],"3"'),
      /node 0 has no configurations of degree 1/,
    ],
  ])("%# is one sentence", (text, sentence) => expect(refusal(text)).toMatch(sentence));
});
