import { describe, expect, test } from "vitest";
import { asPlacement, testScenario } from "../../../env/index.ts";
import { readPlanFile } from "../../../scenarios/index.ts";

const model = testScenario({
  graph: `
    model.embed 1 8B params=8
    model.layers.1.attn 1 8B params=8 <- model.embed
    model.layers.1.mlp 1 8B params=8 <- model.layers.1.attn
    model.layers.10.attn 1 8B params=8 <- model.layers.1.mlp
    add 1 8B <- model.layers.1.mlp model.layers.10.attn
    lm_head 1 8B params=8 <- add
    lm_head/grad 1 8B role=backward twin=lm_head <- lm_head`,
  devices: ["cpu", "GPU", "GPU"],
});
const read = (json: unknown, scenario = model, options = new Map<string, string>()) =>
  readPlanFile(scenario, { content: JSON.stringify(json), name: "map.json", options });
const devicesOf = (json: unknown, scenario = model) =>
  Array.from(asPlacement(read(json, scenario).plan).device);

describe("a map of modules", () => {
  test("covers what is below a name, the longest name first, and numbers accelerators", () => {
    const map = {
      "model.embed": 0,
      "model.layers.1": 0,
      "model.layers.10": 1,
      "model.layers.1.mlp": 1,
      lm_head: "cpu",
    };
    expect(read(map).format).toBe("device-map");
    expect(devicesOf(map)).toEqual([1, 1, 2, 2, 2, 0, 0]);
  });

  test("puts ops outside all modules where their inputs are, and says how many", () => {
    const { notes } = read({ model: "cuda:1", lm_head: "cuda:0" });
    expect(notes).toEqual([
      "1 op in none of its modules: they are where their inputs are, or their consumers.",
    ]);
  });

  test("takes an op that was measured on one kind alone to the neighbour of that kind", () => {
    const graph = "a 1 8B params=8\nb cpu:3 8B <- a\nc 1 params=8 <- b";
    const scenario = testScenario({ graph, devices: ["cpu", "GPU"] });
    expect(devicesOf({ a: "cuda:0", c: "cpu" }, scenario)).toEqual([1, 0, 0]);
  });

  test("of the whole model has the empty name", () => {
    expect(devicesOf({ "": 1 })).toEqual([2, 2, 2, 2, 2, 2, 2]);
    expect(devicesOf({ "": 1, "model.layers": 0 })).toEqual([2, 1, 1, 1, 2, 2, 2]);
  });

  test("may stand under the name that Transformers gives it", () => {
    expect(devicesOf({ device_map: { "": "cpu" } })).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  test("fits names of torch.fx, where dots are underscores", () => {
    const flat = testScenario({
      graph: "layers_1_0 1 8B params=8\nlayers_10_0 1 8B params=8 <- layers_1_0",
      devices: 2,
    });
    expect(devicesOf({ "layers.1": "cuda:0", "layers.10": "cuda:1" }, flat)).toEqual([0, 1]);
  });

  test("fits ops by the module that their file names", () => {
    const exported = testScenario({
      graph: "linear 1 8B params=8\nlinear_1 1 8B params=8 <- linear",
      devices: 2,
    });
    const meta = { aliases: { modules: ["block.0.fc", "block.1.fc"] } };
    expect(devicesOf({ "block.0": 0, "block.1": 1 }, { ...exported, meta })).toEqual([0, 1]);
  });

  test("of TensorFlow gives devices to scopes and ops", () => {
    const graph = "dense/kernel 1 8B params=8\ndense/MatMul 1 8B <- dense/kernel\nloss 1 <- dense/MatMul";
    const tf = testScenario({ graph, devices: ["GPU", "GPU"] });
    const device = (n: number) => `/job:localhost/replica:0/task:0/device:GPU:${n}`;
    expect(devicesOf({ dense: device(1), loss: device(0) }, tf)).toEqual([1, 1, 0]);
  });

  test("of our own has device numbers of the cluster, unless it is named a map of accelerators", () => {
    const small = testScenario({ graph: "a 1 8B\nb 1 <- a", devices: ["cpu", "GPU"] });
    expect(devicesOf({ a: 0, b: 1 }, small)).toEqual([0, 1]);
    expect(read({ a: 0, b: 1 }, small).notes[0]).toMatch(/0 is "cpu:0"; FILE\?format=device-map/);
    expect(read({ a: "cpu:0", b: "gpu:0" }, small).notes).toEqual([]);
    const named = read({ a: 0, b: 0 }, small, new Map([["format", "device-map"]]));
    expect(Array.from(asPlacement(named.plan).device)).toEqual([1, 1]);
  });

  test.each([
    [{ "model.layers": 0, lm_head: 0 }, /gives no device for op "model.embed", which has weights/],
    [{ transformer: "cuda:0" }, /none of its 1 name, such as "transformer", is an op or a module/],
    [{ model: 0, lm_head: 7 }, /"lm_head": the device 7 is accelerator 7, and .* has 2 accelerators/],
    [{ model: 0, lm_head: "disk" }, /"lm_head": the device "disk"/],
  ])("%j is refused in one sentence", (map, sentence) => {
    expect(() => read(map)).toThrow(sentence);
    expect(() => read(map)).toThrow(/^Plan file "map.json": .*\.$/);
  });

  test("with names that fit no op says so", () => {
    expect(read({ "": 0, "vision.tower": 1 }).notes[0]).toMatch(/1 name fit no op, such as "vision.tower"/);
  });
});
