/** What only a real process shows: exit codes, signals, pipes. Few, because each costs a start. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { suites } from "../../scenarios/index.ts";
import { compiledFile } from "../compiled.ts";
import { ANNOUNCEMENT } from "./announced.ts";

const program = fileURLToPath(new URL("../../cli/bin.js", import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill("SIGKILL");
});

const announcing = await compiledFile("test/end-to-end/announced.ts");
const announced = (of: string) => `${announcing}?of=${of}`;

/** No run here ends by its clock: the test interrupts it. */
const ENDLESS = ["--seconds", "100000"];

/**
 * Runs the program to its end; `close` waits for children that share stderr too. `interruptAfter`
 * announcements of a first plan the program is interrupted.
 */
function pgym(
  args: readonly string[],
  { interruptAfter = Number.POSITIVE_INFINITY }: { interruptAfter?: number } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    started.push(child);
    let stdout = "";
    let stderr = "";
    let isInterrupted = false;
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
      if (isInterrupted || stderr.split(ANNOUNCEMENT).length <= interruptAfter) return;
      isInterrupted = true;
      child.kill("SIGINT");
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
        /^placement-gym: Command "comapre" is not known\. Did you mean "compare"\?\n$/,
      ),
    });
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

  test("answers an interrupted solve with its best so far, the bound and exit code 130", async () => {
    const args = ["solve", suites.start[0], "--planner", announced("best"), ...ENDLESS, "--json"];
    const { code, stdout } = await pgym(args, { interruptAfter: 1 });
    expect(code).toBe(130);
    const answer = JSON.parse(stdout);
    expect(answer.ended).toBe("clock");
    expect(answer.evaluations).toBeGreaterThan(0);
    expect(answer.plan.device.length).toBeGreaterThan(0);
    expect(answer.value).toBeGreaterThanOrEqual(answer.bound);
    expect(answer.bound).toBeGreaterThan(0);
  });

  test("ends an interrupted compare with what there is, exit code 130 and no child left", async () => {
    const methods = [announced("random"), announced("hill-climb")].join(",");
    const args = ["compare", "--scenarios", suites.start[0], "--methods", methods, ...ENDLESS];
    const { code, stdout } = await pgym([...args, "--jobs", "2", "--json"], { interruptAfter: 2 });
    expect(code).toBe(130);
    expect(JSON.parse(stdout).format).toMatch(/compare/);
  });
});
