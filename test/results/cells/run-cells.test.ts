import { describe, expect, test } from "vitest";
import { InputError } from "../../../env/index.ts";
import { CellRefused, CellStopped, type RunCell } from "../../../results/cells/cell.ts";
import { runCells } from "../../../results/cells/run-cells.ts";
import { cellsOf } from "../../../results/comparison/compare.ts";
import { fakeRunner, request } from "../cells.ts";

const cells = cellsOf({ ...request, scenarios: ["one"], methods: ["quick"], seeds: 3 });
const clock = () => 0;
const values = fakeRunner(() => ({ value: 70 }));

/** What is told of each cell, by its seed. */
async function toldOf(runCell: RunCell, waits: boolean) {
  const told: string[][] = cells.map(() => []);
  const onProgress = ({ cell, state }: { cell: { seedIndex: number }; state: string }) =>
    told[cell.seedIndex].push(state);
  const hooks = { runCell, clock, cpuClock: clock, jobs: 3, waits, onProgress };
  const outcomes = await runCells(cells, hooks, (waiting) => waiting);
  expect(outcomes.every((outcome) => outcome?.result.value === 70)).toBe(true);
  return told;
}

describe("cells in flight", () => {
  test("have started when they are handed over", async () => {
    expect(await toldOf(values, false)).toEqual(cells.map(() => ["started", "finished"]));
  });

  test("that wait start when the runner says so, and again where they go to another", async () => {
    const twice: RunCell = (spec, hooks) => {
      if (spec.seedIndex === 0) hooks.onStart?.();
      if (spec.seedIndex === 0) hooks.onStart?.();
      return values(spec, hooks);
    };
    expect(await toldOf(twice, true)).toEqual([
      ["started", "started", "finished"],
      ["started", "finished"],
      ["started", "finished"],
    ]);
  });

  test("are given up where the runner refuses one, as a mistake of the user", async () => {
    const refusing: RunCell = (spec, { signal }) => {
      if (spec.seedIndex === 1) return Promise.reject(new CellRefused("Another version."));
      return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(new CellStopped())));
    };
    const hooks = { runCell: refusing, clock, cpuClock: clock, jobs: 3 };
    const refusal = runCells(cells, hooks, (waiting) => waiting);
    await expect(refusal).rejects.toBeInstanceOf(InputError);
    await expect(refusal).rejects.toThrow("Another version.");
  });
});
