/** Every command on a pipeline plan: its value, what it says, and what it refuses. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeScenario } from "../../../env/index.ts";
import { planToJson } from "../../../env/model/plan/plan.ts";
import { chainScenario, pipelineOf, uniformLayers } from "../../env/model/plan/chain.ts";
import { pgym } from "../recorded-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-pipelines-"));
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const fileOf = (name: string, content: unknown): string => {
  writeFileSync(at(name), typeof content === "string" ? content : JSON.stringify(content));
  return at(name);
};

const chain = chainScenario({
  layers: uniformLayers(6, {
    forwardUs: 40,
    backwardUs: 80,
    updateUs: 2,
    weightBytes: 30,
    outputBytes: 4,
    keptBytes: 20,
  }),
  devices: 4,
  batch: 8,
  memoryBytes: 4000,
});
const scenario = fileOf("chain.json", writeScenario(chain));
const pipeline = pipelineOf(chain, "0-1@0,1 | 2@2 again | 3-5@3 x4 1f1b");
const plain = fileOf("plain.json", planToJson(pipeline));
const placed = fileOf(
  "placed.json",
  Array.from({ length: chain.graph.opCount }, () => 0),
);

const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await pgym([...args, "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
};

describe("what solve finds under iteration", () => {
  let solved: Record<string, never>;
  beforeAll(async () => {
    const args = ["--planner", "best", "--objective", "iteration", "--simulations", "40"];
    const { stdout } = await pgym(["solve", scenario, ...args, "--json"]);
    solved = JSON.parse(stdout);
    fileOf("solved.json", stdout);
  });

  test("is a plan of its kind with value, bound, unit and simulations", () => {
    expect(solved).toMatchObject({
      plan: { kind: "pipeline" },
      unit: "us",
      objective: "iteration",
      value: expect.any(Number),
      bound: expect.any(Number),
      simulations: expect.any(Number),
    });
  });

  test.each([[[]], [["--objective", "iteration"]]])(
    "has the same value in simulate and explain %j",
    async (more) => {
      const args = [scenario, "--placement", at("solved.json"), ...more];
      const said = { objective: "iteration", value: solved.value, unit: "us", peakBytes: solved.peakBytes };
      expect(await json("simulate", ...args)).toMatchObject(said);
      const explained = await json("explain", ...args);
      expect(explained).toMatchObject(said);
      const parts: number[] = Object.values(explained.pipeline.bottleneck.partsUs);
      expect(parts.reduce((sum, us) => sum + us, 0)).toBeCloseTo(explained.value, 6);
    },
  );
});

test("a pipeline alone is simulated under iteration, and on demand under throughput", async () => {
  const { value, objective } = await json("simulate", scenario, "--placement", plain);
  expect(objective).toBe("iteration");
  const each = await json("simulate", scenario, "--placement", plain, "--objective", "throughput");
  expect(each.value).toBe(value / 8);
});

test("a pipeline that does not fit has the value that it would have", async () => {
  const tight = fileOf("tight.json", writeScenario({ ...chain, cluster: tightCluster() }));
  const told = await json("simulate", tight, "--placement", plain);
  const { value } = await json("simulate", scenario, "--placement", plain);
  expect(told).toMatchObject({ value: null, feasible: false, unlimitedValue: value });
  expect((await pgym(["explain", tight, "--placement", plain])).stdout).toContain("The plan does not fit");
});

const tightCluster = () => ({
  ...chain.cluster,
  devices: chain.cluster.devices.map((device) => ({ ...device, memoryBytes: 100 })),
});

test("simulate and solve print the stages, explain what bounds them and the best change", async () => {
  const simulated = (await pgym(["simulate", scenario, "--placement", plain])).stdout;
  expect(simulated).toMatch(/schedule +1f1b/);
  expect(simulated).toMatch(/\n +stage +ops +first +last +devices +forward us +recompute us/);
  expect(simulated).toMatch(/\n +stage +fullest device +weights/);
  const { stdout } = await pgym(["explain", scenario, "--placement", plain]);
  expect(stdout).toMatch(/Of the iteration \d+\.\d% is work that all devices share evenly/);
  expect(stdout).toMatch(/the iteration +\S+ +100\.0%/);
  expect(stdout).toMatch(/\d+ single changes simulated, \d+ help/);
  const solve = ["solve", scenario, "--planner", "best", "--objective", "iteration", "--simulations", "20"];
  expect((await pgym(solve)).stdout).toMatch(/\n +stage +ops /);
});

test("the best change is what its simulation gives", async () => {
  const told = await json("explain", scenario, "--placement", plain);
  expect(told.bestChange.gain).toBe(told.value - told.bestChange.value);
  expect(told.bestOfKinds.map(({ kind }: { kind: string }) => kind)).toContain("cut");
  expect(told.changes.complete).toBe(true);
});

test("pictures and traces are written", async () => {
  const files = ["--svg", at("plan.svg"), "--trace", at("plan.trace.json")];
  const { stderr } = await pgym(["explain", scenario, "--placement", plain, ...files]);
  expect(stderr).toContain(`Wrote ${at("plan.svg")}`);
  expect(readFileSync(at("plan.svg"), "utf8")).toContain("Schedule of ");
  expect(JSON.parse(readFileSync(at("plan.trace.json"), "utf8")).traceEvents.length).toBeGreaterThan(10);
  await pgym(["simulate", scenario, "--placement", placed, "--svg", at("placed.svg")]);
  expect(existsSync(at("placed.svg"))).toBe(true);
});

test("diff tells where the iteration goes in both, and which ops are elsewhere", async () => {
  const other = fileOf("other.json", planToJson(pipelineOf(chain, "0-2@0,1 | 3@2 | 4-5@3 x8 gpipe")));
  const { code, stdout } = await pgym(["diff", scenario, plain, other]);
  expect(code).toBe(0);
  for (const text of [
    /^ +work, shared evenly +/m,
    /^ +schedule +1f1b +gpipe$/m,
    /^ +micro-batches +4 +8$/m,
    "stage 1, computed again",
    /^\d+ forward ops are in other stages or treated otherwise:$/m,
  ])
    expect(stdout).toMatch(text);
  const told = await json("diff", scenario, plain, other);
  expect(told.change).toBe(told.after.value - told.before.value);
  for (const side of ["before", "after"] as const) {
    const parts = told.iteration.slice(0, -1) as { readonly [us: string]: number }[];
    const sum = parts.reduce((us, part) => us + part[`${side}Us`], 0);
    expect(sum).toBeCloseTo(told.iteration.at(-1)[`${side}Us`], 6);
  }
  const same = await pgym(["diff", scenario, plain, plain]);
  expect(same.stdout).toContain("All forward ops are in the same stages and treated alike.");
});

test("what makes no sense of a pipeline is refused in one sentence", async () => {
  const diff = await pgym(["diff", scenario, plain, placed]);
  expect(diff.code).not.toBe(0);
  expect(diff.stderr).toMatch(
    /^placement-gym: "diff" compares two placements, two pipelines or two shardings, and .*\.\n$/,
  );
  const makespan = await pgym(["simulate", scenario, "--placement", plain, "--objective", "makespan"]);
  expect(makespan.stderr).toContain("The objective makespan scores plans of kind placement, not pipeline.");
});
