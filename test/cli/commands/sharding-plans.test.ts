/** Every command on a sharding plan: its value, what it says, and what it refuses. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { evaluator, writeScenario } from "../../../env/index.ts";
import { planToJson } from "../../../env/model/plan/plan.ts";
import { replicatedPlan } from "../../../env/model/plan/sharding.ts";
import { chainScenario, uniformLayers } from "../../env/model/plan/chain.ts";
import { pgym } from "../recorded-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-shardings-"));
afterAll(() => rmSync(folder, { recursive: true }));
const fileOf = (name: string, content: unknown): string => {
  writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  return join(folder, name);
};

const chain = chainScenario({
  layers: uniformLayers(3, { forwardUs: 40, backwardUs: 80, updateUs: 2, weightBytes: 30, outputBytes: 4 }),
  devices: 2,
  batch: 8,
  memoryBytes: 4000,
});
const scenario = fileOf("chain.json", writeScenario(chain));
const plan = replicatedPlan(chain.graph, { axes: [{ name: "all", size: 2 }], devices: [0, 1] });
const file = fileOf("plan.json", planToJson(plan));

test("simulate gives the evaluator's value as JSON, under iteration by itself", async () => {
  const { code, stdout, stderr } = await pgym(["simulate", scenario, "--placement", file, "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { value, peakBytes } = evaluator({ ...chain, objective: "iteration" }).evaluate(plan);
  expect(JSON.parse(stdout)).toMatchObject({
    objective: "iteration",
    value,
    peakBytes: [...peakBytes],
    sharding: { iterationUs: value, collectives: [] },
  });
});

test("simulate prints the mesh and the devices", async () => {
  const { stdout } = await pgym(["simulate", scenario, "--placement", file]);
  expect(stdout).toMatch(/mesh +all 2/);
  expect(stdout).toMatch(/state of a rank +weights 90 B, gradients /);
  expect(stdout).toMatch(/device +rank +computing +peak memory/);
});

test("a plan that does not fit has the value that it would have", async () => {
  const cluster = {
    ...chain.cluster,
    devices: chain.cluster.devices.map((device) => ({ ...device, memoryBytes: 100 })),
  };
  const tight = fileOf("tight.json", writeScenario({ ...chain, cluster }));
  const { value } = evaluator({ ...chain, objective: "iteration" }).evaluate(plan);
  const { stdout } = await pgym(["simulate", tight, "--placement", file, "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ value: null, feasible: false, unlimitedValue: value });
});

test.each([
  [
    "simulate",
    ["--placement", file, "--picture", "frontier", "--svg", join(folder, "x.svg")],
    /what a planner tells of time against memory/,
  ],
  [
    "simulate",
    ["--placement", file, "--objective", "makespan"],
    /scores plans of kind placement, not sharding/,
  ],
  [
    "export",
    ["--placement", file, "--format", "dot"],
    /writes placements and pipelines, and the plan is a sharding/,
  ],
  ["export", ["--placement", file, "--format", "torchgpipe"], /writes pipelines, and the plan is a sharding/],
])("%s refuses in one sentence what it cannot do: %j", async (command, args, sentence) => {
  const { code, stderr } = await pgym([command, scenario, ...args]);
  expect(code).toBe(2);
  expect(stderr).toMatch(sentence);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

test("explain tells where the step goes, in text and in JSON alike", async () => {
  const text = await pgym(["explain", scenario, "--placement", file]);
  expect(text.code).toBe(0);
  expect(text.stdout).toMatch(/No rank computes longer than rank 0/);
  expect(text.stdout).toMatch(/where the step goes on rank 0[\s\S]*the step +[\d.]+ +100.0%/);
  expect(text.stdout).toMatch(/single changes simulated/);
  const { value } = evaluator({ ...chain, objective: "iteration" }).evaluate(plan);
  const json = JSON.parse((await pgym(["explain", scenario, "--placement", file, "--json"])).stdout);
  const sum = (parts: readonly { readonly us: number }[]) => parts.reduce((all, { us }) => all + us, 0);
  expect(sum(json.step)).toBeCloseTo(value!, 9);
  expect(sum(json.criticalPath)).toBeCloseTo(value!, 9);
  expect(json.ranks).toHaveLength(2);
});

test.each(["step", "layout", "mesh"])("its %s is drawn", async (picture) => {
  const path = join(folder, `${picture}.svg`);
  const { code } = await pgym([
    "simulate",
    scenario,
    "--placement",
    file,
    "--picture",
    picture,
    "--svg",
    path,
  ]);
  expect(code).toBe(0);
  expect(readFileSync(path, "utf8")).toMatch(/^<svg xmlns/);
});

test("a trace is written", async () => {
  const trace = join(folder, "trace.json");
  const { code, stderr } = await pgym(["explain", scenario, "--placement", file, "--trace", trace]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: `Wrote ${trace}\n` });
  expect(JSON.parse(readFileSync(trace, "utf8")).traceEvents.length).toBeGreaterThan(10);
});

test("diff of a plan and itself says that nothing changes", async () => {
  const { code, stdout } = await pgym(["diff", scenario, file, file]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/, the same\.[\s\S]*All forward ops are divided alike[\s\S]*new: none/);
});

test("the plan in a file is the plan", () => {
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(planToJson(plan));
});
