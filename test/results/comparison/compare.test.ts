import { describe, expect, test } from "vitest";
import { InputError } from "../../../env/index.ts";
import type { CellProgress } from "../../../results/cells/run-cells.ts";
import { compare, withoutTimes } from "../../../results/comparison/compare.ts";
import { fakeRunner, request } from "../cells.ts";

const fixedValues = fakeRunner(({ method, seedIndex }) => ({
  value: (method === "slow" ? 60 : 70) + seedIndex,
}));
const clock = () => 0;

describe("compare", () => {
  test("reports cells by scenario, method and seed", async () => {
    const report = await compare(request, { runCell: fixedValues, clock, cpuClock: clock });
    expect(
      report.cells.map(({ scenario, method, seedIndex }) => `${scenario}/${method}/${seedIndex}`),
    ).toEqual([
      "one/slow/0",
      "one/slow/1",
      "one/quick/0",
      "one/quick/1",
      "two/slow/0",
      "two/slow/1",
      "two/quick/0",
      "two/quick/1",
    ]);
    expect(report.scenarios.map(({ rows }) => rows.map(({ method, mean }) => [method, mean]))).toEqual([
      [
        ["slow", 60.5],
        ["quick", 70.5],
      ],
      [
        ["slow", 60.5],
        ["quick", 70.5],
      ],
    ]);
    expect(report.complete).toBe(true);
    expect(report.times.cells).toHaveLength(8);
  });

  test("gives the same report, times apart, whatever the number of workers and the order in which they end", async () => {
    const fields = ({ method, seedIndex }: { method: string; seedIndex: number }) => ({
      value: (method === "slow" ? 60 : 70) + seedIndex,
    });
    let lived = 0;
    const unsteady = fakeRunner(fields, () => 1 + ((++lived * 7) % 5));
    let now = 0;
    const serial = await compare(request, { runCell: fixedValues, clock, cpuClock: clock });
    const parallel = await compare(request, {
      runCell: unsteady,
      clock: () => ++now,
      cpuClock: () => ++now,
      jobs: 3,
    });
    expect(JSON.stringify(withoutTimes(parallel))).toBe(JSON.stringify(withoutTimes(serial)));
    expect(parallel.times.seconds).not.toBe(serial.times.seconds);
  });

  test("never has more cells in flight than jobs", async () => {
    let inFlight = 0;
    let most = 0;
    await compare(request, {
      clock,
      cpuClock: clock,
      jobs: 3,
      runCell: async (spec, hooks) => {
        most = Math.max(most, ++inFlight);
        const outcome = await fixedValues(spec, hooks);
        inFlight--;
        return outcome;
      },
    });
    expect(most).toBe(3);
  });

  test("a bound that one method proves is the bound of every row and every cell", async () => {
    const runCell = fakeRunner(({ method }) => ({
      value: 100,
      plannerBound:
        method === "slow" ? { value: 80, argument: "search", covers: ["placement"] as const } : null,
    }));
    const report = await compare({ ...request, scenarios: ["one"] }, { runCell, clock, cpuClock: clock });
    for (const entry of [...report.scenarios[0].rows, ...report.cells]) {
      expect(entry).toMatchObject({ bound: 80, boundArgument: "search", gap: 0.25 });
    }
  });

  test("a fault names its cell and stops the others from starting; a mistake of the user's keeps its sentence", async () => {
    let started = 0;
    const broken = {
      clock,
      cpuClock: clock,
      runCell: async () => Promise.reject(++started && new TypeError("x is not a function")),
    };
    await expect(compare(request, broken)).rejects.toThrow(
      '"slow" failed on "one", seed 0: x is not a function',
    );
    expect(started).toBe(1);
    const mistaken = {
      clock,
      cpuClock: clock,
      runCell: async () => Promise.reject(new InputError("No such method.")),
    };
    await expect(compare(request, mistaken)).rejects.toThrow(/^No such method\.$/);
  });

  test("an abort keeps what is finished and says that the report is not complete", async () => {
    const abort = new AbortController();
    const onProgress = ({ state }: CellProgress) => state === "finished" && abort.abort();
    const report = await compare(request, {
      runCell: fixedValues,
      clock,
      cpuClock: clock,
      signal: abort.signal,
      onProgress,
    });
    expect(report.complete).toBe(false);
    expect(report.cells).toHaveLength(1);
  });

  test("progress counts cells up to all of them", async () => {
    const counts: number[] = [];
    const onProgress = (progress: CellProgress) => {
      if (progress.state === "finished") counts.push(progress.finishedCells);
      expect(progress.totalCells).toBe(8);
    };
    await compare(request, { runCell: fixedValues, clock, cpuClock: clock, onProgress });
    expect(counts).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test.each([
    [{ scenarios: [] }, "No scenario"],
    [{ methods: [] }, "No method"],
    [{ seeds: 0 }, "seeds is 0"],
    [{ seeds: 1.5 }, "seeds is 1.5"],
    [{ methods: ["heft", "heft"] }, 'Method "heft" is named twice'],
    [{ scenarios: ["one", "one"] }, 'Scenario "one" is named twice'],
  ])("refuses %j in one sentence", async (change, sentence) => {
    await expect(
      compare({ ...request, ...change }, { runCell: fixedValues, clock, cpuClock: clock }),
    ).rejects.toThrow(sentence);
  });
});
