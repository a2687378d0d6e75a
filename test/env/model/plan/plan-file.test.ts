import { describe, expect, test } from "vitest";
import { InputError } from "../../../../env/model/errors.ts";
import { asPlacement } from "../../../../env/model/plan/plan.ts";
import { readPlan } from "../../../../env/model/plan/plan-file.ts";
import { testScenario } from "../../../../env/model/test-scenario.ts";

const scenario = testScenario({ graph: "a 1 4B\nb 2 <- a", devices: 2 });
const [first, second] = scenario.cluster.devices.map(({ name }) => name);
const read = (json: unknown) =>
  asPlacement(readPlan(typeof json === "string" ? json : JSON.stringify(json), "p.json", scenario));

describe("a plan file", () => {
  test.each([
    ["numbers in op order", [0, 1]],
    ["names in op order", [first, second]],
    ["an object with device", { device: [0, 1] }],
    ["the plan itself", { kind: "placement", device: [0, 1] }],
    ["the output of solve --json", { kind: "planner", plan: { kind: "placement", device: [0, 1] } }],
    ["the output of solve --json as it once was", { planner: "x", plan: [0, 1], opPriority: null }],
    ["a line of plans.jsonl as it once was", { evaluation: 3, value: 5, cost: 5, device: [0, 1] }],
    ["op names to device names", { b: second, a: first }],
    ["op names to device numbers", { a: 0, b: 1 }],
  ])("may hold %s", (_, json) => {
    expect([...read(json).device]).toEqual([0, 1]);
  });

  test("may hold an order of the ops beside the devices", () => {
    expect([...read({ plan: [0, 1], opPriority: [0, 1] }).opPriority!]).toEqual([0, 1]);
    expect([...read({ kind: "placement", device: [0, 1], opPriority: [1, 2.5] }).opPriority!]).toEqual([
      1, 2.5,
    ]);
    expect(read({ plan: [0, 1], opPriority: null }).opPriority).toBeUndefined();
  });

  test.each([
    [{ kind: "tiles" }, 'is of kind "tiles", expected kind placement, pipeline, sharding or rewriting'],
    [{ plan: { kind: "placement" } }, "device is missing, expected a list"],
    [{ plan: [0, 1], opPriority: [0] }, "opPriority is not a list of 2 numbers"],
    [{ plan: [0, 1], opPriority: [0, "x"] }, "opPriority is not a list of 2 numbers"],
    ["[0, 1", 'Plan file "p.json" is not JSON: '],
    [[0], "has 1 entries for 2 ops"],
    [[0, 2], 'op "b": the device is 2, expected 0..1 or one of'],
    [[0, 0.5], 'op "b": the device is 0.5'],
    [[0, "gpu99"], 'op "b": the device is "gpu99"'],
    [{ a: 0 }, 'gives no device for op "b"'],
    [{ a: 0, b: 0, bb: 0 }, 'places the op "bb", which'],
    ['"a"', "found string, expected a plan"],
    ["null", "found null, expected a plan"],
  ])("such as %j is refused with one sentence", (json, sentence) => {
    expect(() => read(json)).toThrow(InputError);
    expect(() => read(json)).toThrow(sentence);
  });
});
