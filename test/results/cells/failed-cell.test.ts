import { describe, expect, test } from "vitest";
import { methods } from "../../../agents/registry/registry.ts";
import { CellRefused, CellStopped } from "../../../results/cells/cell.ts";
import { faultsAsRows } from "../../../results/cells/failed-cell.ts";

const clock = () => 0;
const spec = {
  scenario: "toy/chain",
  method: "heft",
  rootSeed: 0,
  seedIndex: 0,
  budget: { simulations: 5 },
};

/** The row of a cell whose runner throws, and the errors that were told. */
async function rowOf(error: Error) {
  const told: unknown[] = [];
  const run = faultsAsRows({
    runCell: () => Promise.reject(error),
    moduleOf: () => methods.find(({ card }) => card.id === "heft")!,
    onFault: (_, fault) => told.push(fault),
  });
  return { outcome: await run(spec, { clock, cpuClock: clock }), told };
}

describe("a cell that fails", () => {
  test("is a row without a plan, and its error is told", async () => {
    const error = new Error("no idea");
    const { outcome, told } = await rowOf(error);
    expect(outcome.result).toMatchObject({ value: null, ended: "fault", failure: "failed: no idea" });
    expect(told).toEqual([error]);
  });

  test.each([new CellStopped("stopped"), new CellRefused("refused")])(
    "is none where the method is not at fault: %s",
    async (error) => {
      await expect(rowOf(error)).rejects.toBe(error);
    },
  );
});
