import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { writeScenario } from "../../env/model/file.ts";
import { testScenario } from "../../env/model/test-scenario.ts";
import { pgym, type Recording } from "../cli/recorded-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-malformed-"));
afterAll(() => rmSync(folder, { recursive: true }));

const graph = "a 100 400B params=40\nb 50 8B <- a\nc 20 <- b";
const good = () => JSON.parse(JSON.stringify(writeScenario(testScenario({ graph, devices: 2 }))));
const text = JSON.stringify(good());

/** The good file with one field changed, or left out where the value is undefined. */
function spoilt(path: string, value: unknown): string {
  const file = good();
  const fields = path.split(".");
  const last = fields.pop()!;
  const owner = fields.reduce((object, field) => object[field], file);
  owner[last] = value;
  return JSON.stringify(file);
}

const malformed: readonly [what: string, content: string | Buffer, sentence: RegExp][] = [
  ["is empty", "", /the file is empty\.$/m],
  ["is truncated", text.slice(0, text.length / 2), /JSON/],
  ["is binary", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe, 0x00, 0x80]), /not text|not valid JSON/],
  ["is a number", "42", /object|expected/],
  ["is an empty list", "[]", /object|expected/],
  ["is nested a hundred thousand deep", "[".repeat(100_000), /JSON/],
  ["is of an unknown schema", spoilt("schema", "placement-gym/scenario-99"), /schema|format/],
  ["has no graph", spoilt("graph", undefined), /graph/],
  ["has no cluster", spoilt("cluster", undefined), /cluster/],
  ["has ops that are no list", spoilt("graph.ops", { a: 1 }), /graph\.ops/],
  ["has no ops", spoilt("graph.ops", []), /empty/],
  ["has a misspelt field", spoilt("graph.ops.0.flop", 3), /flop/],
  ["has a time that is a word", spoilt("graph.ops.0.measuredUs", { "*": "fast" }), /measuredUs/],
  ["has NaN", text.replace("100", "NaN"), /JSON/],
  ["has 1e400", text.replace("100", "1e400"), /measuredUs|finite/],
  ["has a negative time", text.replace("100", "-100"), /op "a".*measuredUs.*-100/i],
  ["has bytes past 2^53", text.replace("[400]", "[1e300]"), /op "a".*outputs\[0\]/i],
  ["has an op twice", spoilt("graph.ops.1.name", "a"), /op "a".*twice/i],
  ["has an edge to itself", spoilt("graph.ops.0.inputs", [["a"]]), /op "a".*itself/i],
  ["has a cycle", spoilt("graph.ops.0.inputs", [["b"]]), /cycle.*"a".*"b"/],
  ["has an edge from nowhere", spoilt("graph.ops.1.inputs", [["z"]]), /unknown op "z"/],
  ["has an output that is not declared", spoilt("graph.ops.1.inputs", [["a", 7]]), /output is 7/],
  ["has no devices", spoilt("cluster.devices", []), /no devices/],
  ["has a device twice", spoilt("cluster.devices.1.name", good().cluster.devices[0].name), /twice/],
  ["has a route over an unknown link", spoilt("cluster.routes.0.1", [99]), /route|link/],
  ["has too few groups", spoilt("groups", [0]), /1 entries|grouping/],
  ["has an unknown objective", spoilt("objective", "speed"), /objective/],
  ["has an unknown fidelity", spoilt("fidelity", "exact"), /fidelity.*exact/],
  ["has an op that no device can run", spoilt("graph.ops.0.supportedKinds", ["TPU"]), /"a"/],
];

/** One sentence, exit code 2, nothing on stdout, no stack. */
function expectRefusal({ code, stdout, stderr }: Recording, sentence: RegExp): void {
  expect(stderr).toMatch(sentence);
  expect(stderr).toMatch(/^placement-gym: .+[.?]\n$/);
  expect(stderr).not.toMatch(/\n\s+at |undefined|\[object/);
  expect(stderr.length).toBeLessThan(500);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
}

describe("a scenario file that", () => {
  test.each(malformed)(
    "%s is refused by simulate and solve with one sentence",
    async (what, content, sentence) => {
      const file = join(folder, `${what.replaceAll(/\W/g, "-")}.json`);
      writeFileSync(file, content);
      expectRefusal(await pgym(["simulate", file, "--json"]), sentence);
      expectRefusal(await pgym(["solve", file, "--planner", "heft", "--json"]), sentence);
    },
  );

  test("does not exist or is a folder is refused with one sentence", async () => {
    expectRefusal(await pgym(["simulate", join(folder, "none.json")]), /none\.json.*does not exist/);
    expectRefusal(await pgym(["solve", join(folder, "none.json")]), /none\.json/);
    mkdirSync(join(folder, "folder.json"));
    expectRefusal(await pgym(["simulate", join(folder, "folder.json")]), /directory/);
    expectRefusal(await pgym(["solve", join(folder, "folder.json")]), /folder\.json/);
  });

  test("is good is simulated and solved", async () => {
    const file = join(folder, "good.json");
    const plan = join(folder, "plan.json");
    writeFileSync(file, text);
    const solved = await pgym(["solve", file, "--planner", "heft", "--json"]);
    expect(solved.code).toBe(0);
    writeFileSync(plan, solved.stdout);
    const simulated = await pgym(["simulate", file, "--placement", plan, "--json"]);
    expect(simulated.code).toBe(0);
    expect(JSON.parse(simulated.stdout).makespanUs).toBe(JSON.parse(solved.stdout).value);
  });
});

describe("a placement file that", () => {
  test.each([
    ["is truncated", "[0, 1", /JSON/],
    ["is too short", "[0]", /1 entries for 3 ops/],
    ["names an unknown device", '{"a": "gpu:99", "b": 0, "c": 0}', /op "a".*gpu:99/],
    ["leaves out an op", '{"a": 0, "b": 0}', /no device for op "c"/],
    ["has a device that is no whole number", "[0, 0.5, 0]", /op "b".*0\.5/],
  ])("%s is refused with one sentence", async (_, content, sentence) => {
    const scenario = join(folder, "scenario.json");
    const file = join(folder, "placement.json");
    writeFileSync(scenario, text);
    writeFileSync(file, content);
    expectRefusal(await pgym(["simulate", scenario, "--placement", file]), sentence);
  });

  test("is missing where it is needed is asked for", async () => {
    const scenario = join(folder, "scenario.json");
    writeFileSync(scenario, text);
    expectRefusal(await pgym(["simulate", scenario]), /--placement FILE/);
  });
});
