import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createRng } from "../../env/index.ts";
import { compile } from "../../env/sim/engine/compile.ts";
import { createEngine } from "../../env/sim/engine/engine.ts";
import { createIncrementalEngine } from "../../env/sim/engine/incremental.ts";
import { importFile } from "../../scenarios/index.ts";
import { drawn } from "../law-runs.ts";
import { sharedPath } from "../shared-folder.ts";

const folder = sharedPath("golden", "placeto-sim");
const files =
  folder === null ? [] : readdirSync(folder).filter((name) => /^(\d\d|micro)-.*\.json$/.test(name));
const WALK = drawn(1000);

describe.skipIf(folder === null)("golden placements reached by moves", () => {
  test.each(files)(`are exact after a random walk of ${WALK} moves: %s`, (name) => {
    const text = readFileSync(join(folder!, name), "utf8");
    const { scenario, runs } = importFile(text, name);
    const golden = JSON.parse(text).runs as { place: number[]; makespan: number }[];
    const compiled = compile(scenario);
    const [full, incremental] = [createEngine(compiled), createIncrementalEngine(compiled)];
    const rng = createRng(name);
    const device = Int32Array.from(runs![0].plan.device);
    incremental.record(device);
    const step = (v: number, to: number): number => {
      const makespanUs = incremental.move(Int32Array.of(v), to);
      device[v] = to;
      const recorded = incremental.record(device);
      if (makespanUs !== null) expect(makespanUs).toBe(recorded);
      return recorded;
    };
    for (let i = 1; i <= WALK; i++) {
      const makespanUs = step(rng.int(device.length), rng.int(compiled.deviceCount));
      if (i % 100 === 0) expect(makespanUs).toBe(full.run(device));
    }
    for (const { place, makespan } of golden) {
      let last = incremental.record(device);
      place.forEach((to, v) => {
        if (device[v] !== to) last = step(v, to);
      });
      expect(last === makespan, `makespan ${last}, golden ${makespan}`).toBe(true);
    }
  });
});
