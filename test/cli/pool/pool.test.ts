import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createPool, type ProcessPool } from "../../../cli/pool/pool.ts";
import { InputError } from "../../../env/model/errors.ts";
import { placement } from "../../../env/model/plan/placement.ts";
import { planToJson } from "../../../env/model/plan/plan.ts";
import { type CellHooks, type CellOutcome, CellStopped } from "../../../results/cells/cell.ts";

const program = fileURLToPath(new URL("../pool-child.mjs", import.meta.url));
/** No test waits for a clock. */
const NEVER_MS = 2 ** 31 - 1;
let pool: ProcessPool;
let stderr = "";
beforeEach(() => {
  stderr = "";
  const passOn = (text: string) => {
    stderr += text;
  };
  pool = createPool({ program, passOn, stopMs: NEVER_MS });
});
afterEach(() => pool.close());

const run = (method: string, hooks: Partial<CellHooks> = {}) =>
  pool.runCell(
    { scenario: "s", method, rootSeed: 0, seedIndex: 0, budget: { evaluations: 9 } },
    { clock: () => 0, cpuClock: () => 0, ...hooks },
  );
const score = (scenario: string, count: number) =>
  pool.score({
    scenario,
    scenarioHash: "",
    plans: Array.from({ length: count }, () => planToJson(placement([0]))),
  });
const processOf = ({ result }: CellOutcome) => (result as unknown as { pid: number }).pid;

describe("a pool of processes", () => {
  test("answers a cell, tells its progress, and uses an idle process again", async () => {
    const told: number[] = [];
    const first = await run("good", { onEvaluation: (spent) => told.push(spent) });
    expect(first.result.method).toBe("good");
    expect(told).toEqual([5]);
    expect(processOf(await run("good"))).toBe(processOf(first));
  });

  test("runs cells at once in processes of their own", async () => {
    const [a, b] = await Promise.all([run("good"), run("good")]);
    expect(processOf(a)).not.toBe(processOf(b));
  });

  test("passes on a mistake of the user's as one", async () => {
    await expect(run("mistake")).rejects.toThrow(new InputError("The cell is wrong."));
    await expect(run("mistake")).rejects.toBeInstanceOf(InputError);
  });

  test("passes on a fault with the stack of the process it happened in", async () => {
    await expect(run("fault")).rejects.toMatchObject({ message: "broken", stack: "Error: broken at x" });
  });

  test.each([
    ["exit", "its process died (exit code 3) before it answered."],
    ["kill", "its process died (SIGKILL) before it answered."],
  ])("says so when a process dies by %s, and goes on with a new one", async (method, sentence) => {
    await expect(run(method)).rejects.toThrow(sentence);
    expect((await run("good")).result.method).toBe("good");
  });

  test("asks a running cell for its best so far when aborted", async () => {
    const interrupt = new AbortController();
    const outcome = await run("until-stopped", {
      signal: interrupt.signal,
      onEvaluation: () => interrupt.abort(),
    });
    expect(outcome.result.method).toBe("until-stopped");
  });

  test("ends a cell that does not answer a stop, and says that it was stopped, not that it failed", async () => {
    pool.close();
    pool = createPool({ program, stopMs: 0 });
    const interrupt = new AbortController();
    const refusal = run("deaf", { signal: interrupt.signal, onEvaluation: () => interrupt.abort() });
    await expect(refusal).rejects.toBeInstanceOf(CellStopped);
  });

  test("names a lack of memory, and keeps the engine's report of it from the terminal", async () => {
    await expect(run("memory")).rejects.toMatchObject({
      message: "its process ran out of memory (SIGABRT) before it answered.",
      stack: expect.stringContaining("FATAL ERROR"),
    });
    expect(stderr).toBe("a line of a library\n");
  });

  test("gives a cell after a fault a new process", async () => {
    const first = processOf(await run("good"));
    await expect(run("fault")).rejects.toThrow("broken");
    expect(processOf(await run("good"))).not.toBe(first);
  });

  test("asks for it too when the abort came before the cell", async () => {
    const outcome = await run("until-stopped", { signal: AbortSignal.abort() });
    expect(outcome.result.method).toBe("until-stopped");
  });

  test("scores plans in children that run cells too", async () => {
    const first = processOf(await run("good"));
    expect(await score("s", 2)).toEqual([{ cost: first }, { cost: first }]);
    expect(processOf(await run("good"))).toBe(first);
  });

  test("scores shares at once, in processes of their own", async () => {
    const [a, b] = await Promise.all([score("s", 1), score("s", 1)]);
    expect(a![0].cost).not.toBe(b![0].cost);
  });

  test("rejects plans whose process dies, and scores the next ones in a new one", async () => {
    await expect(score("kill", 1)).rejects.toThrow("its process died (SIGKILL) before it answered.");
    expect(await score("s", 1)).toHaveLength(1);
  });
});
