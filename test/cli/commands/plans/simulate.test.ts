import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { objectivesFor, testScenario, writeScenario } from "../../../../env/index.ts";
import { pgym } from "../../recorded-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-simulate-"));
afterAll(() => rmSync(folder, { recursive: true }));
const graph = `
  a 10 40B params=60 transfer=7
  b 20 40B params=50 transfer=5 <- a
  c 30 40B params=40 transfer=3 <- a
  d 40 40B params=30 transfer=2 <- b c`;
/** A training step takes twice the weights and more, room that the formulas do not need. */
const scenario = testScenario({ graph, devices: ["GPU", "GPU"], memoryBytes: 110 });
const file = fileOf("small.json", writeScenario(scenario));
const unlimited = testScenario({ graph, devices: ["GPU", "cpu"] });
const roomy = fileOf("roomy.json", writeScenario({ ...unlimited, graph: { ...unlimited.graph, batch: 4 } }));

function fileOf(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}
const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await pgym([...args, "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
};

describe("what solve calls feasible", () => {
  test.each(objectivesFor("placement").map((objective) => [objective]))(
    "has the same %s, peaks and bound in simulate, explain and diff",
    async (objective) => {
      const { stdout } = await pgym([
        "solve",
        roomy,
        "--planner",
        "best",
        "--objective",
        objective,
        "--json",
      ]);
      const solved = JSON.parse(stdout);
      const plan = fileOf(`best-${objective}.json`, stdout);
      const args = [roomy, "--placement", plan, "--objective", objective];
      const said = {
        objective,
        unit: solved.unit,
        value: solved.value,
        feasible: true,
        peakBytes: solved.peakBytes,
      };
      const [simulated, explained] = [await json("simulate", ...args), await json("explain", ...args)];
      for (const answer of [simulated, explained]) expect(answer).toMatchObject(said);
      expect(simulated.bound).toBeLessThanOrEqual(solved.bound);
      expect(simulated.gap).toBe(simulated.value / simulated.bound - 1);
      // What moved between plans, and devices of ops and modules, are told of placements alone.
      if (solved.plan.kind !== "placement") return;
      const { before } = await json("diff", roomy, plan, plan, "--objective", objective);
      expect(before).toMatchObject(said);
      for (const format of ["csv", "accelerate"]) {
        const { stderr } = await pgym(["export", ...args, "--format", format]);
        expect(stderr).toContain(`The plan's score: ${objective} `);
      }
    },
  );

  test("under max-load is not out of memory because a training step would be", async () => {
    const plan = fileOf("halves.json", [0, 1, 1, 0]);
    expect((await json("simulate", file, "--placement", plan, "--objective", "max-load")).feasible).toBe(
      true,
    );
    const step = await json("simulate", file, "--placement", plan);
    expect(step).toMatchObject({ objective: "makespan", value: null, feasible: false });
    expect(step.violation).toMatchObject({ device: expect.any(String), limitBytes: 110 });
    expect(step.violation.excessBytes).toBeGreaterThan(0);
    const text = (await pgym(["simulate", file, "--placement", plan])).stdout;
    expect(text).toMatch(/makespan infeasible, .* if memory had no limit/);
    expect(text).toMatch(/The plan does not fit: gpu:\d needs \d+ B more than its 110 B/i);
  });
});

describe("two plans of one pipeline", () => {
  const [one, better] = [fileOf("one.json", [0, 0, 0, 0]), fileOf("better.json", [1, 0, 1, 0])];

  test("are ordered by the scenario's own objective, and by another where asked", async () => {
    const [first, second] = [one, better].map((plan) =>
      json("simulate", "toy/pipeline", "--placement", plan),
    );
    expect((await first).value).toBe(110);
    expect((await second).value).toBeCloseTo(57.4, 9);
    const step = (plan: string) =>
      json("simulate", "toy/pipeline", "--placement", plan, "--objective", "makespan");
    expect((await step(better)).value).toBeGreaterThan((await step(one)).value);
  });

  test("show loads and say that there is no timeline", async () => {
    const { stdout } = await pgym(["simulate", "toy/pipeline", "--placement", better]);
    expect(stdout).toMatch(/max-load 57\.40 us, 4\.36% above the bound of 55\.00 us \(work\)/);
    expect(stdout).toMatch(/device +load us +compute +transfers +weights +limit/);
    expect(stdout).toContain("--objective makespan simulates a step");
    expect(stdout).not.toContain("makespan 1");
  });

  test("are told apart where only the order of ops differs", async () => {
    const queue = fileOf("queue.json", writeScenario(testScenario({ graph: "a 10\nb 20\nc 30" })));
    const files = [
      [0, 1, 2],
      [2, 1, 0],
    ].map((opPriority, i) => fileOf(`order-${i}.json`, { device: [0, 0, 0], opPriority }));
    const { stdout } = await pgym(["diff", queue, ...files]);
    expect(stdout).toContain("No op moved; the two plans differ in the order of ops.");
  });
});

describe("a claim in a plan file", () => {
  const wrong = (fields: object) => fileOf("wrong.json", { plan: [1, 0, 1, 0], ...fields });

  test.each([
    ["simulate", "--placement"],
    ["explain", "--placement"],
    ["diff", ""],
    ["export", "--placement"],
  ])("that is not what the simulator gives ends %s with both values", async (command, flag) => {
    const path = wrong({ objective: "max-load", value: 28.7 });
    const plans = command === "diff" ? [path, path] : [flag, path];
    const rest = command === "export" ? ["--format", "csv"] : [];
    const { code, stdout, stderr } = await pgym([command, "toy/pipeline", ...plans, ...rest]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(
      /wrong\.json": it claims a max-load of 28\.7 us, and the simulator gives 57\.4\d* us\.\n$/,
    );
  });

  test("is checked under its own objective, whatever the command scores", async () => {
    const path = wrong({ objective: "max-load", value: 28.7 });
    const { code } = await pgym(["simulate", "toy/pipeline", "--placement", path, "--objective", "makespan"]);
    expect(code).toBe(2);
    const peaks = wrong({ peakBytes: [1, 2] });
    expect((await pgym(["simulate", "toy/pipeline", "--placement", peaks])).stderr).toContain("1 B at most");
  });

  test("of solve holds for the scenario that it names, and is not compared on another", async () => {
    const { stdout } = await pgym(["solve", "toy/pipeline", "--planner", "heft", "--json"]);
    const good = fileOf("heft.json", stdout);
    expect((await pgym(["simulate", "toy/pipeline", "--placement", good])).code).toBe(0);
    const halved = fileOf(
      "half.json",
      JSON.stringify({ ...JSON.parse(stdout), value: JSON.parse(stdout).value / 2 }),
    );
    expect((await pgym(["simulate", "toy/pipeline", "--placement", halved])).code).toBe(2);
    const elsewhere = await pgym(["simulate", roomy, "--placement", halved]);
    expect(elsewhere).toMatchObject({ code: 0 });
    expect(elsewhere.stderr).toBe(
      'Note: Its value is of another scenario ("toy/pipeline"), so it was not compared.\n',
    );
  });
});

describe("a plan that comes with the graph", () => {
  const layer = (n: number, backward: number, stage: number) =>
    `node${n} -- Linear(8) -- forward_compute_time=1.0, backward_compute_time=${backward}, ` +
    `activation_size=100.0, parameter_size=0.0 -- stage_id=${stage}\n`;
  const graphText = `${layer(1, 2, 0)}${layer(2, 2, 0)}${layer(3, 4, 1)}\tnode1 -- node2\n\tnode2 -- node3\n`;
  const profile = fileOf("two-stage.graph.txt", graphText);

  test("is scored without --placement, and as one: stages of 6 and 5 ms", async () => {
    const conf = fileOf("conf.json", {
      module_to_stage_map: [0, 0, 1],
      stage_to_rank_map: { 0: [0], 1: [1] },
    });
    for (const plan of [[], ["--placement", profile], ["--placement", conf]]) {
      const { computeUs } = await json("simulate", profile, ...plan, "--objective", "max-load");
      expect(computeUs).toEqual([6000, 5000, 0, 0]);
    }
  });

  test("is asked for where the graph has none", async () => {
    const bare = fileOf("bare.graph.txt", graphText.replaceAll(/ -- stage_id=\d/g, ""));
    const { code, stderr } = await pgym(["simulate", bare]);
    expect(code).toBe(2);
    expect(stderr).toContain("brings no placements; give one with --placement FILE.");
    expect((await pgym(["simulate", bare, "--placement", bare])).stderr).toContain("holds no plan");
  });
});

describe("a scenario that no plan fits", () => {
  const names = ["makespan", "max-load", "latency"] as const;
  const reason = /Proven infeasible: op \\?"a\\?" needs [\d,]+ B .*"gpu:0\\?", .*: [\d,]+ B too few/;
  const impossible = names.map((objective) => {
    const graph = "a 10 100B params=500\nb 10 <- a";
    return fileOf(
      `impossible-${objective}.json`,
      writeScenario(testScenario({ graph, memoryBytes: 100, objective })),
    );
  });

  test("is a row of a comparison that says so", async () => {
    const args = ["compare", "--scenarios", impossible.join(","), "--methods", "heft", "--jobs", "1"];
    const { stdout } = await pgym([...args, "--json"]);
    const { cells } = JSON.parse(stdout);
    expect(cells).toHaveLength(names.length);
    for (const cell of cells) expect(JSON.stringify(cell)).toMatch(reason);
    expect(stdout).not.toMatch(/Infinity|NaN/);
  });

  test.each(names.map((objective, i) => [objective, impossible[i]]))(
    "says so with device and excess under %s",
    async (_, path) => {
      const plan = fileOf("p01.json", [0, 1]);
      const commands = [
        ["simulate", path, "--placement", plan],
        ["explain", path, "--placement", plan],
        ["diff", path, plan, plan],
        ["bounds", path],
        ["describe", path],
        ["solve", path, "--planner", "single-device"],
        ["export", path, "--placement", plan, "--format", "dot"],
      ];
      for (const command of commands) {
        const { stdout, stderr } = await pgym(command);
        expect((stdout + stderr).replaceAll(/\s+/g, " "), command[0]).toMatch(reason);
        expect(stdout, command[0]).not.toMatch(/Infinity|NaN/);
      }
      const { infeasible, bound, bounds } = await json("bounds", path, "--bound", "cheap");
      expect(infeasible).toMatchObject({ device: "gpu:0", excessBytes: expect.any(Number) });
      for (const value of [bound, ...bounds.map((each: { value: unknown }) => each.value)])
        expect(value).toEqual(expect.any(Number));
    },
  );
});
