/** The batch of a layer profile: what tells it, and what `gbs` scales. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { evaluator, Role } from "../../../../env/index.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import {
  batchInName,
  batchOfLayer,
  batchOfLayers,
} from "../../../../scenarios/import/profiles/profile-batch.ts";
import { importFile } from "../../../../scenarios/index.ts";
import { sharedPath } from "../../../shared-folder.ts";
import { piperSamples } from "../samples/json-formats.ts";

const times = (forward: number, backward: number, activation: string, parameters: number) =>
  `forward_compute_time=${forward}, backward_compute_time=${backward}, activation_size=${activation}, parameter_size=${parameters}`;

/** Lines as DAPPLE's files have them: lists of outputs, spaces at both ends, spaces before tabs. */
const amoeba = [
  `node1 -- Input -- ${times(0.5, 0, "[602; 44]", 0)}`,
  `node2 -- stem -- ${times(1, 2, "[400; 100]", 3456)} `,
  `node3 -- cell_0 -- ${times(2, 4, "[800; 800]", 8000)}`,
  `node4 -- softmax_loss -- ${times(1, 0, "0", 0)}`,
  "\tnode1 -- node2",
  "\tnode2 -- node3",
  " \tnode3 -- node4",
  " \tnode1 -- node4 ",
].join("\n");

const read = (text: string, name: string, options: Record<string, string> = {}) =>
  importFile(text, name, new Map(Object.entries({ cluster: "2xV100", ...options })));

describe("the batch of a profile", () => {
  test("is in the names of DAPPLE's files", () => {
    const samples = (name: string) => batchInName(name)?.samples ?? null;
    expect(samples("profiling_results/bert-48-pbs-2.txt")).toBe(2);
    expect(samples("gnmt-32-pbs-64-simplified.txt")).toBe(64);
    expect(samples("pbs-8/graph.txt")).toBe(null);
    expect(samples("vgg16.txt")).toBe(null);
  });

  test("is told by the last state of an LSTM before a fully connected layer, which has a row a step", () => {
    const lstm = batchOfLayer("LSTM(2048, 1024)", [9_175_040, 262_144, 262_144]);
    const linear = batchOfLayer("Linear(in_features=1024, out_features=1000, bias=True)", [3_200_000]);
    expect([lstm, linear]).toEqual([
      { layer: "LSTM", samples: 64 },
      { layer: "Linear", samples: 800 },
    ]);
    expect(batchOfLayers([linear!, lstm!])?.samples).toBe(64);
    expect(batchOfLayers([lstm!, { layer: "LSTM", samples: 32 }])).toBe(null);
    expect(batchOfLayer("Linear(in_features=8, out_features=3)", [100])).toBe(null);
  });

  test("comes from the option first, then from the name, then from the layers", () => {
    const text = `a -- Linear(in_features=8, out_features=4) -- ${times(1, 2, "64", 32)}`;
    expect(read(text, "graph.txt").scenario.graph.batch).toBe(4);
    expect(read(text, "net-pbs-8.txt").scenario.graph.batch).toBe(8);
    expect(read(text, "net-pbs-8.txt", { batch: "2" }).scenario.graph.batch).toBe(2);
    expect(read(amoeba, "graph.txt").scenario.graph.batch).toBe(null);
    expect(read(amoeba, "graph.txt").report.assumed.join(" ")).toMatch(/minibatch are not known; batch=N/);
  });

  test("is scaled in proportion by gbs, with times and activations and without weights", () => {
    const { graph } = read(amoeba, "amoeba-6-pbs-8.txt", { gbs: "32" }).scenario;
    expect(graph.batch).toBe(32);
    expect([...graph.measuredUs.get("*")!]).toEqual([2000, 12_000, 24_000, 4000]);
    expect([...graph.outputBytes]).toEqual([2584, 2000, 6400, 0]);
    expect([...graph.parameterBytes]).toEqual([0, 3456, 8000, 0]);
    expect(read(amoeba, "a.txt", { batch: "2", scale: "1.5" }).scenario.graph.batch).toBe(3);
    expect(read(amoeba, "a.txt", { batch: "3", scale: "1.5" }).scenario.graph.batch).toBe(null);
  });

  test.each([
    [
      { gbs: "32" },
      /option "gbs" scales from the profile's batch, which the file does not tell; give batch too\.$/,
    ],
    [{ gbs: "32", scale: "2", batch: "1" }, /both gbs and scale are given, expected one of them\.$/],
    [{ batch: "0" }, /option "batch" is "0"/],
  ])("options %j are one sentence", (options, sentence) =>
    expect(() => read(amoeba, "a.txt", options as Record<string, string>)).toThrow(sentence),
  );

  test("of Piper is one micro-batch, and gbs counts them", () => {
    const input = String(piperSamples[0].content);
    const one = importFile(input, "piper.json").scenario.graph;
    const many = importFile(input, "piper.json", new Map([["gbs", "16"]])).scenario.graph;
    expect([one.batch, many.batch]).toEqual([1, 16]);
    expect(many.measuredUs.get("*")![0]).toBeCloseTo(16 * one.measuredUs.get("*")![0], 6);
    expect(many.outputBytes[0]).toBe(16 * one.outputBytes[0]);
    expect(many.parameterBytes[0]).toBe(one.parameterBytes[0]);
  });
});

describe("a profile for training", () => {
  const { scenario } = read(amoeba, "amoeba-6-pbs-8.txt", { backward: "training", gbs: "64" });
  const { graph } = scenario;

  test("has forward, backward and update ops with twins, and gradients of the size of the weights", () => {
    expect(graph.names).toEqual([
      "node1",
      "node2",
      "node3",
      "node4",
      "node2/backward",
      "node3/backward",
      "node4/backward",
      "node2/update",
      "node3/update",
    ]);
    const at = (name: string) => graph.names.indexOf(name);
    expect(graph.twin[at("node3/update")]).toBe(at("node3"));
    expect(graph.role[at("node3/update")]).toBe(Role.update);
    const gradient = graph.inStart[at("node3/update")];
    expect(graph.edgeSource[gradient]).toBe(at("node3/backward"));
    expect(graph.edgeBytes[gradient]).toBe(8000);
  });

  test("runs as a pipeline whose micro-batches take the measured times and no more than a launch", () => {
    const iterated = { ...scenario, objective: "iteration" as const };
    const plan: PipelinePlan = {
      kind: "pipeline",
      stages: [{ devices: [0], share: "split" }],
      stageOf: new Int32Array(graph.opCount),
      microBatches: 8,
      schedule: { name: "1f1b" },
    };
    const { value } = evaluator(iterated).evaluate(plan);
    const measuredUs = 8 * 10_500;
    const launchesUs = 8 * 7 * scenario.cluster.devices[0].launchUs;
    expect(value!).toBeGreaterThanOrEqual(measuredUs);
    expect(value!).toBeLessThanOrEqual(measuredUs + launchesUs);
  });

  test("sums the gradients of replicas, also where the profile has no updates", () => {
    const plan = (opCount: number): PipelinePlan => ({
      kind: "pipeline",
      stages: [{ devices: [0, 1], share: "split" }],
      stageOf: new Int32Array(opCount),
      microBatches: 2,
      schedule: { name: "1f1b" },
    });
    const iterationUs = (backward: string) => {
      const given = read(amoeba, "a-pbs-8.txt", { backward }).scenario;
      const { value } = evaluator({ ...given, objective: "iteration" }).evaluate(plan(given.graph.opCount));
      return value!;
    };
    const alone = iterationUs("folded");
    expect(iterationUs("training")).toBeGreaterThan(alone);
    expect(iterationUs("separate")).toBe(iterationUs("training"));
  });
});

const folder = sharedPath("data", "pipedream");

test.skipIf(folder === null)(
  "PipeDream's profiles tell their batches, but for one without such layers",
  () => {
    const files = readdirSync(folder!).filter((name) => name.endsWith(".graph.txt"));
    const batches = files.map((name) => {
      const { graph } = importFile(readFileSync(join(folder!, name)), name).scenario;
      return [name.split(".")[0], graph.batch];
    });
    expect(Object.fromEntries(batches)).toEqual({
      alexnet: 256,
      densenet121: 64,
      gnmt: 32,
      gnmt_large: 128,
      inception_v3: 128,
      nasnetalarge: 16,
      nasnetamobile: 128,
      resnet101: 64,
      resnet18: 256,
      resnet50: 128,
      resnext101: 64,
      resnext50: 128,
      squeezenet1_0: null,
      vgg16: 128,
    });
  },
);
