import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createPool, type Pool } from "../../../cli/pool/pool.ts";
import { InputError } from "../../../env/model/errors.ts";
import type { CellHooks, CellOutcome } from "../../../results/comparison/cell.ts";

const program = fileURLToPath(new URL("../pool-child.mjs", import.meta.url));
let pool: Pool;
beforeEach(() => {
  pool = createPool({ program });
});
afterEach(() => pool.close());

const run = (method: string, hooks: Partial<CellHooks> = {}) =>
  pool.runCell(
    { scenario: "s", method, rootSeed: 0, seedIndex: 0, budget: { evaluations: 9 } },
    { clock: () => 0, cpuClock: () => 0, ...hooks },
  );
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

  test("asks for it too when the abort came before the cell", async () => {
    const outcome = await run("until-stopped", { signal: AbortSignal.abort() });
    expect(outcome.result.method).toBe("until-stopped");
  });
});
