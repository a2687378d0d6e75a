import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createSimulator } from "../../env/index.ts";
import { importFile } from "../../scenarios/index.ts";
import { sharedPath } from "../shared-folder.ts";

const folder = sharedPath("golden", "placeto-sim");
const files =
  folder === null ? [] : readdirSync(folder).filter((name) => /^(\d\d|micro)-.*\.json$/.test(name));

describe.skipIf(folder === null)("the simulator published with Placeto", () => {
  test("is represented by 78 golden files", () => {
    expect(files).toHaveLength(78);
  });

  test.each(files)("is reproduced bit for bit: %s", (name) => {
    const text = readFileSync(join(folder!, name), "utf8");
    const { scenario, runs } = importFile(text, name);
    const golden = JSON.parse(text).runs as { makespan: number; start: number[]; peak: number[] }[];
    const simulate = createSimulator(scenario);
    expect(runs).toHaveLength(golden.length);
    golden.forEach(({ makespan, start, peak }, i) => {
      const timeline = simulate(runs![i].plan);
      expect(timeline.makespanUs === makespan, `makespan ${timeline.makespanUs}, golden ${makespan}`).toBe(
        true,
      );
      start.forEach((us, v) => {
        expect(timeline.startUs[v] === us, `start of op ${v}: ${timeline.startUs[v]}, golden ${us}`).toBe(
          true,
        );
      });
      expect([...timeline.peakBytes]).toEqual(peak);
    });
  });
});
