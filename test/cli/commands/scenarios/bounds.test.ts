import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { evaluator, testScenario, writeScenario } from "../../../../env/index.ts";
import { pgym } from "../../recorded-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-bounds-"));
afterAll(() => rmSync(folder, { recursive: true }));

const graph = "a 10 200B\nx 20 300B <- a\ny 30 400B <- a\nz 30 300B <- a\nq 10 <- x z\nr 30 <- y";
const scenario = testScenario({ graph, bytesPerUs: 10 });
const file = join(folder, "branches.json");
writeFileSync(file, JSON.stringify(writeScenario(scenario)));

test("bounds lists every bound with its argument, the largest first, and none above what a plan takes", async () => {
  const { code, stdout } = await pgym(["bounds", file]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^No plan of test has a makespan below /);
  for (const { argument } of evaluator(scenario).bounds()) expect(stdout).toContain(argument);
  const { bound, boundArgument, bounds } = JSON.parse((await pgym(["bounds", file, "--json"])).stdout);
  expect(stdout.split("\n")[2].trim().startsWith(boundArgument)).toBe(true);
  expect(bounds.map(({ argument }: { argument: string }) => argument)).toEqual(
    expect.arrayContaining(["linear relaxation", "refutation"]),
  );
  expect(Math.max(...bounds.map(({ value }: { value: number }) => value))).toBe(bound);
  expect(bound).toBeLessThanOrEqual(90);
});

test("bounds keeps to the cheap ones where asked, and where the objective has no others", async () => {
  const cheap = JSON.parse((await pgym(["bounds", file, "--bound", "cheap", "--json"])).stdout);
  expect(cheap.bounds).toEqual(evaluator(scenario).bounds());
  const other = JSON.parse((await pgym(["bounds", file, "--objective", "peak-memory", "--json"])).stdout);
  expect(other).toMatchObject({ objective: "peak-memory", unit: "bytes" });
});

test("solve takes the larger bound that it is asked to prove, and measures the gap against it", async () => {
  const args = ["solve", file, "--planner", "hill-climb", "--evaluations", "50", "--json"];
  const cheap = JSON.parse((await pgym(args)).stdout);
  const more = JSON.parse((await pgym([...args, "--bound", "all"])).stdout);
  expect(more.value).toBe(cheap.value);
  expect(more.bound).toBeGreaterThan(cheap.bound);
  expect(more.boundArgument).toMatch(/refutation|linear relaxation/);
  expect(more.gap).toBeCloseTo(more.value / more.bound - 1, 12);
});
