/**
 * Unknown work of an imported graph. Every command that prints a value, a bound or a gap repeats
 * the remark, as text and as JSON. None calls such a graph's plan optimal.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runCell } from "../../../results/cells/cell.ts";
import { compare } from "../../../results/comparison/compare.ts";
import { writeComparison } from "../../../results/report/write-comparison.ts";
import { formatTable } from "../../../results/text/table.ts";
import { onnxFile, node as onnxNode, value } from "../../scenarios/import/onnx/write-model.ts";
import { pgym } from "../recorded-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "unknown-work-"));
afterAll(() => rmSync(folder, { recursive: true }));
const inFolder = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const REMARK =
  "Work unknown for 1 of 3 ops (Mystery 1): values, bounds and gaps are of the graph as assumed.";
const UNKNOWN = { ops: 1, outOf: 3, types: { Mystery: 1 } };

/** Two known ops and one of a type that nobody knows. */
const model = inFolder(
  "few.onnx",
  onnxFile({
    node: [
      onnxNode("Relu", ["x"], ["a"]),
      onnxNode("Mystery", ["a"], ["b"]),
      onnxNode("Sigmoid", ["b"], ["c"]),
    ],
    input: [value("x", [64, 64])],
    value_info: [value("b", [64, 64])],
  }),
);
const scenario = join(folder, "few.json");
const plan = inFolder("plan.json", JSON.stringify({ device: [0, 0, 0, 0] }));

test("import writes the remark into the scenario, and says it again when the file is read", async () => {
  const written = await pgym(["import", model, "--cluster", "2xP100", "-o", scenario]);
  expect(written.stdout.replace(/\s+/g, " ")).toContain(REMARK);
  expect(JSON.parse(readFileSync(scenario, "utf8")).meta.unknownWork).toEqual(UNKNOWN);
  expect((await pgym(["import", scenario])).stdout.replace(/\s+/g, " ")).toContain(REMARK);
  expect(JSON.parse((await pgym(["import", scenario, "--json"])).stdout).unknownWork).toEqual(UNKNOWN);
});

test.each([
  ["describe"],
  ["solve", "--planner", "single-device"],
  ["simulate", "--placement", plan],
  ["bounds", "--bound", "cheap"],
  ["explain", "--placement", plan],
])("%s repeats it", async (command, ...flags) => {
  const text = await pgym([command, scenario, ...flags]);
  expect(text.stderr).toBe("");
  expect(text.stdout.replace(/\s+/g, " ")).toContain(REMARK);
  expect(text.stdout).not.toContain("measured times");
  const json = await pgym([command, scenario, ...flags, "--json"]);
  expect(JSON.parse(json.stdout).unknownWork).toEqual(UNKNOWN);
});

test("diff repeats it", async () => {
  const other = inFolder("other.json", JSON.stringify({ device: [1, 1, 1, 1] }));
  const args = ["diff", scenario, plan, other];
  expect((await pgym(args)).stdout).toContain(REMARK);
  expect(JSON.parse((await pgym([...args, "--json"])).stdout).unknownWork).toEqual(UNKNOWN);
});

test("a comparison repeats it in table, page and report, and claims no optimum", async () => {
  const budget = { simulations: 100 };
  const request = {
    scenarios: [scenario],
    methods: ["single-device", "hill-climb"],
    seeds: 1,
    seed: 0,
    budget,
  };
  const report = await compare(request, { runCell, clock: () => 0, cpuClock: () => 0 });
  const table = formatTable(report);
  expect(table).toContain(REMARK);
  expect(table).toContain("the graph as assumed");
  expect(table).not.toContain("so is optimal");
  const page = readFileSync(await writeComparison(join(folder, "compared"), report), "utf8");
  expect(page.split(REMARK).length).toBeGreaterThan(2);
  expect(page).not.toContain("so is optimal");
  const written = JSON.parse(readFileSync(join(folder, "compared", "report.json"), "utf8"));
  expect(written.scenarios[0].unknownWork).toEqual(UNKNOWN);
  expect(written.cells[0].unknownWork).toEqual(UNKNOWN);
});

test("a graph without work comes in only with --allow-unknown, and its file then says so", async () => {
  const free = inFolder("free.dot", "digraph { a -> b; b -> c; }");
  const refused = await pgym(["import", free]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("no op has work: 3 ops, 0 FLOP, no byte touched, no measured time.");
  const output = join(folder, "free.json");
  const taken = await pgym(["import", free, "--allow-unknown", "-o", output]);
  expect(taken.code).toBe(0);
  expect(taken.stdout).toMatch(/work +0 FLOP, no measured times/);
  const solved = await pgym(["solve", output, "--planner", "single-device"]);
  expect(solved.stdout).toContain("Work unknown for 2 of 2 ops");
  expect(
    (await pgym(["solve", `${free}?allow-unknown=true`, "--planner", "single-device"])).stdout,
  ).toContain("Work unknown for 2 of 2 ops");
});

test("work is said to be measured only where it is", async () => {
  const partly = inFolder("partly.dot", 'digraph { a [measuredUs="{\\"*\\": 3}"]; b [flops=8]; a -> b }');
  const { stdout } = await pgym(["import", partly]);
  expect(stdout).toMatch(/work +8 FLOP, measured times of 1 of 2 ops/);
});
