/** What only a real process shows: exit codes, signals, pipes. Few, because each costs a start. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const program = fileURLToPath(new URL("../../cli/bin.js", import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Interrupted, if at all, at its first line of progress. `close` waits for children that share
 * stderr too.
 */
function pgym(args: readonly string[], { interrupt = false }: { interrupt?: boolean } = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      if (interrupt && stderr === "") child.kill("SIGINT");
      stderr += text;
    });
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

describe.concurrent("the program as a process", () => {
  test("ends a mistake with one sentence and exit code 2", async () => {
    expect(await pgym(["comapre"])).toEqual({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(
        /^placement-gym: Command "comapre" is not known;.* Did you mean "compare"\?\n$/,
      ),
    });
  });

  test("prints JSON alone on stdout", async () => {
    const { code, stdout } = await pgym(["list", "planners", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).planners.length).toBeGreaterThan(0);
  });

  test("ends quietly when its reader hangs up", async () => {
    const child = spawn(process.execPath, [program, "list", "--json"], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  test.each(["random", "best"])(
    "answers an interrupted solve by %s with its best so far, the bound and exit code 130",
    async (planner) => {
      const args = ["solve", "START", "--planner", planner, "--seconds", "60", "--json"];
      const { suites } = await import("../../scenarios/index.ts");
      args[1] = suites.start[0];
      const { code, stdout } = await pgym(args, { interrupt: true });
      expect(code).toBe(130);
      const answer = JSON.parse(stdout);
      expect(answer.ended).toBe("clock");
      expect(answer.evaluations).toBeGreaterThan(0);
      expect(answer.plan.length).toBeGreaterThan(0);
      expect(answer.value).toBeGreaterThanOrEqual(answer.bound);
      expect(answer.bound).toBeGreaterThan(0);
    },
  );

  test("ends an interrupted compare with what there is, exit code 130 and no child left", async () => {
    const { suites } = await import("../../scenarios/index.ts");
    const args = [
      "compare",
      "--scenarios",
      suites.start[0],
      "--methods",
      "random,hill-climb",
      "--seconds",
      "60",
    ];
    const { code, stdout } = await pgym([...args, "--jobs", "2", "--json"], { interrupt: true });
    expect(code).toBe(130);
    expect(JSON.parse(stdout).format).toMatch(/compare/);
  });
});
