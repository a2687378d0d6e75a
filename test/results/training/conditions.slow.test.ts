/** Agents learn to avoid plans that do not fit in memory, although what they measure is noisy. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readMetrics } from "../../../results/training/copies/metrics-row.ts";
import { train } from "../../../results/training/train.ts";

const share = (rows: readonly { metrics: Record<string, number | null> }[]) =>
  rows.reduce((sum, { metrics }) => sum + metrics.feasible!, 0) / rows.length;

test.each([1, 2, 3])(
  "reinforce learns to keep within the memory under noise of 0.05, seed %i",
  async (seed) => {
    const folder = mkdtempSync(join(tmpdir(), "placement-gym-memory-"));
    const clock = () => 0;
    try {
      const path = join(folder, "run");
      const { scenarios } = await train(
        path,
        {
          scenarios: ["toy/memory"],
          agent: "reinforce",
          seed,
          budget: { simulations: 2000 },
          checkpointEvery: 1000,
          noise: 0.05,
        },
        { clock, cpuClock: clock },
      );
      const rows = readMetrics(join(path, "metrics.jsonl"));
      const quarter = Math.floor(rows.length / 4);
      const [early, late] = [share(rows.slice(0, 10)), share(rows.slice(-quarter))];
      expect(early).toBeLessThan(0.8);
      expect(late).toBeGreaterThan(0.95);
      expect(scenarios[0].greedyValue).not.toBe(null);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
