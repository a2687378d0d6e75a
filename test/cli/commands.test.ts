import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { commands } from "../../cli/commands/index.ts";
import { writeScenario } from "../../env/model/file.ts";
import { testScenario } from "../../env/model/test-scenario.ts";
import { pgym } from "./recorded-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-commands-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "small.json");
writeFileSync(
  file,
  JSON.stringify(writeScenario(testScenario({ graph: "a 10 40B\nb 20 8B <- a\nc 5 <- a b" }))),
);

describe("the program", () => {
  test("shows all commands without arguments, as a mistake, and with --help, as an answer", async () => {
    const bare = await pgym([]);
    const asked = await pgym(["--help"]);
    expect([bare.code, asked.code]).toEqual([2, 0]);
    for (const { name, summary } of commands)
      expect(asked.stdout).toContain(`${name.padEnd(12)}  ${summary}`);
  });

  test.each(commands.map(({ name }) => name))(
    "explains %s with its flags, units and defaults",
    async (name) => {
      const command = await commands.find((entry) => entry.name === name)!.load();
      const { code, stdout } = await pgym([name, "--help"]);
      expect(code).toBe(0);
      const unwrapped = stdout.replace(/\s+/g, " ");
      for (const [flag, { describe: text }] of Object.entries(command.flags)) {
        expect(stdout).toContain(`--${flag}`);
        expect(unwrapped).toContain(text);
      }
      for (const line of command.examples) expect(stdout).toContain(`placement-gym ${line}`);
      expect((await pgym(["help", name])).stdout).toBe(stdout);
    },
  );

  test.each(commands.map(({ name }) => name))("refuses an unknown flag of %s", async (name) => {
    const { code, stdout, stderr } = await pgym([name, "--jsn"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^placement-gym: Flag "--jsn" is not known to ".*\n$/);
  });

  test("prints its version", async () => {
    expect((await pgym(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test("keeps the stack of a fault of its own and ends with 1", async () => {
    const broken = { name: "broken", summary: "", load: () => Promise.reject(new Error("on purpose")) };
    (commands as (typeof broken)[]).push(broken);
    const { code, stdout, stderr } = await pgym(["broken"]);
    (commands as (typeof broken)[]).pop();
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/Error: on purpose\n\s+at /);
  });

  test("ends with 130 when interrupted before its work", async () => {
    const solve = ["solve", file, "--planner", "random"];
    expect((await pgym(solve, { signal: AbortSignal.abort() })).code).toBe(130);
  });
});

describe("a mistake in what was given is one sentence and exit code 2:", () => {
  test.each([
    [["solve"], '"solve" needs SCENARIO'],
    [["solve", file, "--planner", "hill-clim"], 'no method "hill-clim".*Did you mean "hill-climb"\\?'],
    [["solve", file, "--evaluations", "0"], '--evaluations is "0", expected a whole number of at least 1'],
    [["solve", file, "--objective", "max-laod"], 'Did you mean "max-load"\\?'],
    [["solve", "inception-v3/2xP10"], 'Did you mean "2xP100"\\?|inception-v3'],
    [["compare", "--suite", "strat"], 'Suite "strat" is not known.*Did you mean "start"\\?'],
    [["compare", "--suite", "start", "--scenarios", file], "Both --scenarios and --suite"],
    [["compare", "--scenarios", "nmt/tets"], 'split "tets" is not known'],
    [["compare", "--scenarios", file, "--methods", "heft,heft"], '"heft" is named twice'],
    [["train", "--agent", "reinforce"], "--scenario URI"],
    [["train", "--scenario", file, "--scenarios", file], "Both --scenario and --scenarios"],
    [["train", "--scenarios", `${file},${file}`], "named twice"],
    [["train", "--scenario", file, "--init", join(folder, "none")], "holds no policy"],
    [["solve", file, "--planner", "placeto@none"], "holds no policy"],
    [["solve", file, "--planner", "placeto?finetune=9"], '"finetune" trains a policy further'],
    [["train", "--scenario", file, "--agent", "placeto@none?finetune=9"], 'leave "finetune" to solve'],
    [["train", "--scenario", file, "--agent", "heft"], '"heft" is a planner'],
    [["train", "--resume", join(folder, "none")], "run.json is missing"],
    [["check", "Placement/Refine-v9", "--scenario", file], "the newest is v1"],
    [["check", "./none.ts", "--scenario", file], "does not exist"],
    [["list", "agent"], 'Did you mean "agents"\\?'],
  ])("%j", async (args, sentence) => {
    const { code, stdout, stderr } = await pgym(args);
    expect(stderr).toMatch(new RegExp(`^placement-gym: .*${sentence}`));
    expect(stderr.trimEnd().split("\n").length).toBe(1);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  test("a backend variable that names none", async () => {
    const { code, stderr } = await pgym(["solve", file], { variables: { PLACEMENT_GYM_BACKEND: "gpu" } });
    expect(code).toBe(2);
    expect(stderr).toContain('PLACEMENT_GYM_BACKEND is "gpu", expected wasm, native, cpu.');
  });
});

describe("a command", () => {
  test("trains on several scenarios, and solves with the policy of that run", async () => {
    const out = join(folder, "trained");
    const scenarios = `${file},toy/fork-join`;
    const train = [
      "train",
      "--agent",
      "placeto?width=2&episodes=1&imitation=0",
      "--scenarios",
      scenarios,
      "--json",
    ];
    const trained = JSON.parse((await pgym([...train, "--evaluations", "200", "--out", out])).stdout);
    expect(trained.scenarios.map(({ scenario }: { scenario: string }) => scenario)).toEqual([
      file,
      "toy/fork-join",
    ]);
    const solve = ["solve", file, "--planner", `placeto@${out}`, "--evaluations", "30"];
    const { stdout } = await pgym([...solve, "--json"]);
    const { simulations, evaluations } = trained;
    expect(JSON.parse(stdout).pretraining).toEqual({ run: out, simulations, evaluations });
    expect((await pgym(solve)).stdout).toContain(`begins with the policy of ${out}, trained with`);
    const own = JSON.parse((await pgym([...solve.slice(0, 4), "--json"])).stdout);
    const further = JSON.parse(
      (await pgym(["solve", file, "--planner", `placeto@${out}?finetune=9`, "--json"])).stdout,
    );
    expect(further.evaluations).toBe(own.evaluations + 9);
    const finer = ["train", "--init", out, "--scenario", file, "--out", join(folder, "finer"), "--json"];
    const more = await pgym([...finer, "--evaluations", "60"]);
    expect(JSON.parse(more.stdout)).toMatchObject({ agent: "placeto", pretraining: { run: out } });
  });

  test("solves the same with the same seed", async () => {
    const solve = ["solve", file, "--planner", "random", "--evaluations", "5", "--seed", "4", "--json"];
    const [one, two] = [JSON.parse((await pgym(solve)).stdout), JSON.parse((await pgym(solve)).stdout)];
    const untimed = (answer: object) => ({ ...answer, seconds: 0, cpuSeconds: 0 });
    expect(untimed(one)).toEqual(untimed(two));
  });

  test("solves by the clock alone, and says so", async () => {
    let readings = 0;
    const { stdout } = await pgym(["solve", file, "--planner", "random", "--seconds", "100", "--json"], {
      seconds: () => readings++,
    });
    expect(JSON.parse(stdout)).toMatchObject({ ended: "clock", feasible: true });
    expect(JSON.parse(stdout).evaluations).toBeLessThanOrEqual(100);
  });

  test("checks an env and prints what holds", async () => {
    const { code, stdout } = await pgym(["check", "Placement/OneShot-v1", "--scenario", file]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Placement\/OneShot-v1: all \d+ laws hold\n/);
  });

  test("checks an env of pipelines under an objective that scores them", async () => {
    const { code, stdout, stderr } = await pgym(["check", "Pipeline/Cuts-v1", "--scenario", file]);
    expect(stdout).toMatch(/^Pipeline\/Cuts-v1: all \d+ laws hold\n/);
    expect(stderr).toContain("The objective makespan scores no pipeline: checking under iteration");
    expect(code).toBe(0);
  });

  test("says how a placement that does not fit in memory runs, and why it is infeasible", async () => {
    const json = JSON.parse(
      JSON.stringify(writeScenario(testScenario({ graph: "a 10 4B params=1000\nb 5 <- a" }))),
    );
    for (const device of json.cluster.devices) device.memoryBytes = 100;
    const tight = join(folder, "tight.json");
    const plan = join(folder, "plan.json");
    writeFileSync(tight, JSON.stringify(json));
    writeFileSync(plan, "[0, 0]");
    const { code, stdout } = await pgym(["simulate", tight, "--placement", plan, "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      makespanUs: 15,
      startUs: [0, 10],
      violation: { device: json.cluster.devices[0].name, limitBytes: 100 },
    });
    const solved = await pgym(["solve", tight, "--planner", "single-device", "--json"]);
    expect(solved.code).toBe(1);
    expect(JSON.parse(solved.stdout)).toMatchObject({ value: null, gap: null, feasible: false });
  });
});
