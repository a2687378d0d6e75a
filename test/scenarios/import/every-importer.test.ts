/**
 * Properties of every importer in the registry. Its samples are recognised and read, simulate, and
 * survive a round trip through our JSON. A damaged file gives one sentence or a working scenario,
 * quickly, in little memory and without side effects.
 */
import { describe, expect, test } from "vitest";
import {
  allowedDevices,
  createRng,
  createSimulator,
  InputError,
  liftToOps,
  placement,
  type Rng,
  readScenario,
  type Scenario,
  scenarioHash,
  writeScenario,
} from "../../../env/index.ts";
import { fileExtensions } from "../../../scenarios/file-address.ts";
import { importers, importFile } from "../../../scenarios/index.ts";
import { drawn } from "../../law-runs.ts";
import { pick } from "../../laws/mutate.ts";
import { countYardsticks } from "../../yardstick.ts";
import { damaged } from "./damage.ts";
import { samples } from "./samples/index.ts";

/** More of them, and others, by these variables. */
const DAMAGED_FILES = Number(process.env.PLACEMENT_GYM_DAMAGED_FILES ?? drawn(200));
const DAMAGE_SEED = process.env.PLACEMENT_GYM_DAMAGE_SEED ?? "";
const MOST_YARDSTICKS = 200;
const MOST_EXTRA_BYTES = 512 * 2 ** 20;

test("has extensions that addresses of files know", () => {
  const own = new Set(importers.flatMap(({ extensions }) => extensions));
  expect(new Set(fileExtensions)).toEqual(own);
});

test("has samples of every format", () => {
  expect(Object.keys(samples).sort()).toEqual(importers.map(({ name }) => name).sort());
  for (const [name, of] of Object.entries(samples)) expect(of.length, name).toBeGreaterThan(0);
});

describe.each(importers.map(({ name }) => name))("%s", (format) => {
  test("is recognised, counts its ops and edges, and survives our JSON", () => {
    for (const { content, ops, edges, options = {} } of samples[format] ?? []) {
      const imported = importFile(content, "sample", new Map(Object.entries(options)));
      const { scenario, report } = imported;
      expect(imported.format).toBe(format);
      expect({ ops: scenario.graph.opCount, edges: scenario.graph.edgeCount }).toEqual({ ops, edges });
      for (const text of [report.recognised, ...report.assumed, ...report.dropped])
        expect(text).not.toMatch(/undefined|NaN|\[object|\n/);
      for (const sentence of [...report.assumed, ...report.dropped]) expect(sentence).toMatch(/\.$/);
      exercise(scenario, createRng("sample"));
    }
  });

  test("calls an empty file empty", () => {
    for (const content of ["", " \n", "\ufeff", new Uint8Array(0)])
      expect(() => importFile(content, "empty", new Map([["format", format]]))).toThrow(
        /^Scenario file "empty": the file is empty\.$/,
      );
  });

  test("is read the same whether by name or recognised", () => {
    for (const { content, options = {} } of samples[format] ?? []) {
      const given = new Map(Object.entries(options));
      const byName = importFile(content, "sample", new Map([...given, ["format", format]]));
      expect(scenarioHash(byName.scenario)).toBe(scenarioHash(importFile(content, "sample", given).scenario));
    }
  });

  test("gives a sentence or a scenario for damaged files", () => {
    const before = globals();
    const startBytes = process.memoryUsage().rss;
    const faults: string[] = [];
    let accepted = 0;
    let most = 0;
    for (let i = 0; i < DAMAGED_FILES; i++) {
      const sample = pick(samples[format] ?? [], createRng(`${format} sample ${i}`));
      const content = damaged(sample.content, `${format} damage ${DAMAGE_SEED}${i}`);
      const options = new Map(Object.entries(sample.options ?? {}));
      // Three in four are read by the importer directly. The others are recognised first, maybe as
      // another format.
      if (i % 4 !== 0) options.set("format", format);
      const spent = countYardsticks();
      try {
        exercise(importFile(content, "damaged", options).scenario, createRng(`${format} exercise ${i}`));
        accepted++;
      } catch (error) {
        const { message, stack } = error as Error;
        if (!(error instanceof InputError)) faults.push(`file ${i}: ${stack}`);
        else if (!/^[^\n]{10,800}[.?]$/.test(message))
          faults.push(`file ${i} is no sentence: ${message.slice(0, 200)} ... ${message.slice(-80)}`);
      }
      const yardsticks = spent();
      most = Math.max(most, yardsticks);
      if (yardsticks > MOST_YARDSTICKS) faults.push(`file ${i} took ${yardsticks} yardsticks`);
    }
    const extraBytes = process.memoryUsage().rss - startBytes;
    console.log(
      `${format}: ${accepted} of ${DAMAGED_FILES} accepted, at most ${most.toFixed(1)} yardsticks, ${(extraBytes / 2 ** 20).toFixed(0)} MiB more`,
    );
    expect(faults.slice(0, 3), `${faults.length} faults`).toEqual([]);
    expect(accepted).toBeLessThan(DAMAGED_FILES);
    expect(extraBytes).toBeLessThan(MOST_EXTRA_BYTES);
    expect(globals()).toEqual(before);
  });
});

/** Properties of the prototypes that a hostile key could change. */
function globals(): readonly string[] {
  const reachable = [
    Object.prototype,
    Object,
    Array.prototype,
    Array,
    Function.prototype,
    String.prototype,
    Map.prototype,
  ];
  return reachable.flatMap((holder) => Reflect.ownKeys(holder).map(String));
}

function exercise(scenario: Scenario, rng: Rng): void {
  const again = readScenario(JSON.parse(JSON.stringify(writeScenario(scenario))), "again");
  if (scenarioHash(again) !== scenarioHash(scenario))
    throw new Error("The scenario changes on its way through JSON.");
  const deviceCount = scenario.cluster.devices.length;
  const allowed = allowedDevices(scenario);
  const devices = Int32Array.from({ length: scenario.grouping.groupCount }, (_, g) =>
    pick(
      scenario.cluster.devices.flatMap((_, d) => (allowed[g * deviceCount + d] === 1 ? [d] : [])),
      rng,
    ),
  );
  const { makespanUs } = createSimulator(scenario)(placement(liftToOps(scenario.grouping, devices)));
  if (!Number.isFinite(makespanUs)) throw new Error(`The makespan is ${makespanUs}.`);
}
