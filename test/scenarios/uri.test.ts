/** Scenario addresses: what they build, and one sentence for each mistake. */
import { describe, expect, test } from "vitest";
import { InputError, parseGraph, scenarioHash, testScenario, writeScenario } from "../../env/index.ts";
import { resolveScenario, suites } from "../../scenarios/index.ts";

describe("scenario URIs", () => {
  test("build the workload on the cluster, the same every time", async () => {
    const scenario = await resolveScenario("resnet-50/2xP100");
    expect(scenario.name).toBe("resnet-50/2xP100");
    expect(scenario.cluster.devices.map(({ kind }) => kind)).toEqual(["P100", "P100", "CPU"]);
    expect(scenario.objective).toBe("makespan");
    expect(scenarioHash(scenario)).toBe(scenarioHash(await resolveScenario("resnet-50/2xP100")));
  });

  test("name an objective, which a caller's own replaces", async () => {
    const uri = "vgg-16/2xK80?objective=iteration";
    expect((await resolveScenario(uri)).objective).toBe("iteration");
    expect((await resolveScenario(uri, { objective: "latency" })).objective).toBe("latency");
    await expect(resolveScenario("vgg-16/2xK80?objective=speed")).rejects.toThrow(
      /option "objective" is "speed"/,
    );
  });

  test("take options of the workload and of the grouping", async () => {
    const small = await resolveScenario("nmt-2/2xK80?batch=8&steps=4&groups=20");
    expect(small.grouping.groupCount).toBe(20);
    expect(small.graph.names).not.toContain("loss/step_4");
    const ops = await resolveScenario("nmt-2/2xK80?batch=8&steps=4&granularity=op");
    expect(ops.grouping.groupCount).toBeGreaterThan(small.grouping.groupCount);
    const both = await resolveScenario("nmt-2/2xK80?steps=4&granularity=op&groups=50");
    expect(both.grouping.groupCount).toBe(50);
    const blocks = await resolveScenario("nmt-2/2xK80?steps=4&coarsen=fixed-size&groups=12");
    expect(blocks.grouping.groupCount).toBe(12);
  });

  test("take another objective", async () => {
    const scenario = await resolveScenario("resnet-50/2xP100", { objective: "max-load" });
    expect(scenario.objective).toBe("max-load");
  });

  test("count the optimizer's state", async () => {
    expect((await resolveScenario("resnet-50/2xP100")).fidelity.optimizerSlots).toBe(1);
    expect((await resolveScenario("bert-base/2xP100?layers=1")).fidelity.optimizerSlots).toBe(2);
  });

  test("take precision and phase, which change bytes, state and ops", async () => {
    const full = await resolveScenario("nmt-2/2xP100?steps=2");
    const half = await resolveScenario("nmt-2/2xP100?steps=2&precision=16");
    expect([full.graph.dtype, half.graph.dtype]).toEqual(["float32", "float16"]);
    expect(half.graph.opCount).toBe(full.graph.opCount);
    // Adam: two slots; in half precision each byte of weights has two of master weights and four of
    // slots.
    expect([full.fidelity.optimizerSlots, half.fidelity.optimizerSlots]).toEqual([2, 6]);
    const asked = await resolveScenario("nmt-2/2xP100?steps=2&phase=inference");
    expect(asked.fidelity.optimizerSlots).toBe(0);
    expect(asked.graph.role.every((role) => role === 0)).toBe(true);
  });

  test("build a graph of layers, grouped by layer", async () => {
    const { graph, grouping } = await resolveScenario("bert-base/2xP100?granularity=layer&layers=3");
    expect(graph.names.filter((name) => name.startsWith("layer_1"))).toEqual([
      "layer_1",
      "layer_1/backward",
      "layer_1/update",
    ]);
    // Embeddings, three layers, pooler, head, loss, and the input pipeline.
    expect(grouping.groupCount).toBe(8);
  });

  test.each([
    ["inceptoin-v3/2xP100", /workload "inceptoin-v3" is not known\. Did you mean "inception-v3"\?$/],
    ["inception-v3/2xP10", /cluster "2xP10" is not known\. Did you mean "2xP100"\?$/],
    ["inception-v3", /lacks a cluster, expected one, such as inception-v3\/4xP100 or inception-v3\?cluster=/],
    ["", /neither a file of a known format nor WORKLOAD\/CLUSTER/],
    ["inception-v3/2xP100?bach=3", /option "bach" is not known\. Did you mean "batch"\?$/],
    ["inception-v3/2xP100?batch=0", /option "batch" is "0", expected a whole number from 1 to 4096\.$/],
    ["inception-v3/2xP100?batch=1e9", /option "batch" is "1e9", expected a whole number/],
    ["inception-v3/2xP100?batch=", /option "batch" is "", expected a whole number/],
    ["inception-v3/2xP100?batch", /option "batch" has no value/],
    ["inception-v3/2xP100?batch=2&batch=3", /option "batch" is given twice/],
    [
      "inception-v3/2xP100?granularity=fine",
      /option "granularity" is "fine", expected group, op or layer\.$/,
    ],
    ["inception-v3/2xP100?precision=8", /option "precision" is "8", expected 32 or 16\.$/],
    ["inception-v3/2xP100?phase=inferense", /option "phase" is "inferense", .* Did you mean "inference"\?$/],
    ["inception-v3/2xP100?coarsen=chian", /Coarsening rule "chian" is not known\. Did you mean "chain"\?$/],
    ["inception-v3/2xP100?coarsen=chain&granularity=op", /both coarsen and granularity are given/],
    ["inception-v3/2xP100?groups=0", /option "groups" is "0", expected a whole number/],
    ["nowhere/graph.json", /^Scenario file "nowhere\/graph\.json" does not exist\.$/],
    ["test", /neither a file of a known format nor WORKLOAD\/CLUSTER/],
  ])("%s is refused in one sentence", async (uri, sentence) => {
    const error = await resolveScenario(uri).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toMatch(sentence);
    expect((error as InputError).message).not.toContain("\n");
  });

  test("read a file through the given reader, and keep its objective unless told", async () => {
    const scenario = testScenario({ graph: parseGraph("a 10 4B\nb 20 <- a"), objective: "max-load" });
    const readFile = async () => JSON.stringify(writeScenario(scenario));
    const read = await resolveScenario("mine.json", { readFile });
    expect(scenarioHash(read)).toBe(scenarioHash(scenario));
    const other = await resolveScenario("mine.json", { readFile, objective: "makespan" });
    expect(other.objective).toBe("makespan");
  });
});

describe("suites", () => {
  test("start: at most 64 groups, three workloads, one of them for pipelines as well", async () => {
    expect(suites.start.length).toBe(4);
    expect(new Set(suites.start.map((uri) => uri.split("/")[0])).size).toBe(3);
    expect(suites.start.filter((uri) => uri.includes("objective=iteration")).length).toBe(1);
    for (const uri of suites.start)
      expect((await resolveScenario(uri)).grouping.groupCount).toBeLessThanOrEqual(64);
  });

  test("default: every workload family and cluster shape, at most 3,000 ops each", async () => {
    expect(suites.default.length).toBeGreaterThanOrEqual(8);
    expect(suites.default.length).toBeLessThanOrEqual(10);
    for (const part of [
      "inception-v3",
      "resnet-50",
      "nmt-2",
      "nmt-4",
      "bert-base",
      "K80",
      "P100",
      "V100",
      "A100",
    ])
      expect(
        suites.default.some((uri) => uri.includes(part)),
        part,
      ).toBe(true);
    for (const uri of suites.default)
      expect((await resolveScenario(uri)).graph.opCount).toBeLessThanOrEqual(3000);
  });
});
