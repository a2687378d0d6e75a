/** docs/systems.md is what docs/systems.jsonl gives, and tells of every check of every system. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Method } from "../../agents/contract.ts";
import { composedMethods } from "../../agents/registry/methods.ts";
import { methods } from "../../agents/registry/registry.ts";
import { pipelinePlanners } from "../../agents/selection.ts";
import {
  checksOf,
  type GroupFolder,
  type SystemCheck,
  systemGroups,
  systemIds,
} from "../bench/systems/check.ts";
import { cpuSeconds, forget, kept } from "../bench/systems/kept.ts";
import { cellOf, pageOf } from "../bench/systems/page.ts";
import { goldenSummary } from "../bench/systems/pipelines/figures.ts";
import { isKnown, keyOf, readRecords, recordsIn } from "../bench/systems/records.ts";
import { thresholdsSection } from "../bench/systems/thresholds.ts";

const pathOf = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const textOf = (name: string) => readFileSync(pathOf(name), "utf8");
const page = textOf("docs/systems.md");
const records = readRecords(pathOf("docs/systems.jsonl"));
const systems = new Map<string, readonly SystemCheck[]>();
for (const system of systemIds) systems.set(system, await checksOf(system));
const checks = [...systems.values()].flat();

const idsOf = (group: GroupFolder): readonly string[] =>
  systemGroups.find(({ folder }) => folder === group)!.systems;
const sectionOf = (system: string) => page.split(`\n## \`${system}\`\n`)[1].split("\n## ")[0];
/** The table of a check, to its blank line. */
const tableOf = ({ system, check }: SystemCheck) =>
  sectionOf(system)
    .split(`| check | ${cellOf(check)} |`)[1]
    ?.split("\n\n")[0];

describe("docs/systems.md", () => {
  test("is what the results give; npx tsx test/bench/systems.ts --page writes it", () => {
    expect(page).toBe(pageOf(systems, records, thresholdsSection(textOf("docs/families.md"))));
  });

  test("has a section for every published system that is an agent, or a planner of pipelines", () => {
    const namesOf = (named: readonly Method[]) => new Set(named.flatMap(({ card }) => card.systems ?? []));
    const agents = methods.filter(({ kind, card }) => kind === "agent" && card.systems?.includes(card.id));
    const planners = pipelinePlanners(composedMethods, "iteration");
    expect(new Set(idsOf("learned"))).toEqual(namesOf(agents));
    expect(new Set(idsOf("pipelines"))).toEqual(namesOf(planners));
  });

  test.each(systemGroups)("knows every file of checks of $folder", ({ folder, systems: ids }) => {
    const files = readdirSync(pathOf(`test/bench/systems/${folder}`));
    const withChecks = files.filter((name) =>
      textOf(`test/bench/systems/${folder}/${name}`).includes("\nexport const checks"),
    );
    expect(withChecks.sort()).toEqual(ids.map((system) => `${system}.ts`).sort());
  });

  test.each(checks.map((check) => [keyOf(check), check] as const))("tells of %s", (key, check) => {
    const table = tableOf(check);
    const record = records.get(key);
    expect(table).toContain(`| target | ${cellOf(check.target)} |`);
    if (record === undefined) expect(table).toContain("**not run**");
    else expect(table.includes("| met | yes |")).toBe(record.passed);
  });
});

describe("docs/systems.jsonl", () => {
  test("has no result of a check that is not there, and none held to another target", () => {
    const targets = new Map(checks.map((check) => [keyOf(check), check.target]));
    for (const [key, { target }] of records) expect([key, target]).toEqual([key, targets.get(key)]);
  });

  test("has no more seeds than the check has, and all of them at scale 1", () => {
    for (const check of checks) {
      const record = records.get(keyOf(check));
      if (record === undefined) continue;
      expect(record.seeds, keyOf(check)).toBeLessThanOrEqual(check.seeds);
      if (record.scale === 1) expect(record.seeds, keyOf(check)).toBe(check.seeds);
    }
  });

  test("says why, where a line is missed", () => {
    const silent = [...records.values()].filter(({ passed, reason }) => !passed && !reason);
    expect(silent.map(keyOf)).toEqual([]);
  });
});

describe("a file of results", () => {
  const line = { system: "a", check: "b", target: "t", measured: "1", seeds: 1, scale: 0.5, cpuSeconds: 1 };
  const file = (...lines: readonly object[]) =>
    recordsIn(lines.map((each) => JSON.stringify(each)).join("\n"));
  const check = {
    system: "a",
    check: "b",
    target: "t",
    seeds: 1,
    run: async () => ({ measured: "", passed: true }),
  };

  test("has a later line of a check in place of an earlier one", () => {
    const known = file({ ...line, passed: false }, { ...line, passed: true, measured: "2" });
    expect([...known.values()].map(({ measured, passed }) => [measured, passed])).toEqual([["2", true]]);
  });

  test("keeps a reason where the outcome is the same, and drops it where it is another", () => {
    const first = { ...line, passed: false, reason: "It is too small." };
    expect(file(first, { ...line, passed: false }).get("a: b")?.reason).toBe("It is too small.");
    expect(file(first, { ...line, passed: true }).get("a: b")?.reason).toBeUndefined();
  });

  test("knows a check at its scale and at smaller ones, with the same target", () => {
    const known = file({ ...line, passed: true });
    expect([0.2, 0.5, 0.6].map((scale) => isKnown(known, check, scale))).toEqual([true, true, false]);
    expect(isKnown(known, { ...check, target: "another" }, 0.2)).toBe(false);
  });
});

test("rows of a golden file that is not here are none, not equal ones", () => {
  const check = { name: "a file that is not here", tolerance: 0, compare: () => [] };
  expect(goldenSummary(check)).toBeNull();
});

describe("a kept part", () => {
  test("is made once until it is forgotten, and its CPU time counts", async () => {
    const system = "kept-part-of-a-test";
    let made = 0;
    const part = () => kept(system, "a/b?c=1", () => ({ made: ++made }));
    forget(system);
    expect([await part(), await part()]).toEqual([{ made: 1 }, { made: 1 }]);
    forget(system);
    expect(await part()).toEqual({ made: 2 });
    forget(system);
    expect(cpuSeconds()).toBeGreaterThan(0);
  });
});
