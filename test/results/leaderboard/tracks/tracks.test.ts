/** Tracks of the board: frozen scenarios, contiguous splits, and what counts as trained on test. */
import { describe, expect, test } from "vitest";
import { scenarioHash } from "../../../../env/model/file.ts";
import { testScenario } from "../../../../env/model/test-scenario.ts";
import { runCell } from "../../../../results/cells/cell.ts";
import { contiguityFault } from "../../../../results/leaderboard/tracks/contiguous.ts";
import { budgetText, trackNamed, tracks } from "../../../../results/leaderboard/tracks/tracks.ts";
import { isTrainedOnTest } from "../../../../results/leaderboard/tracks/trained-on.ts";
import { resolveScenario } from "../../../../scenarios/resolve.ts";
import { drawnFrom } from "../../../law-runs.ts";

describe("the tracks", () => {
  test.each(tracks.map(({ id }) => id))("of %s are what they were: no content hash has moved", async (id) => {
    const { scenarios: all, objective } = trackNamed(id);
    const scenarios = drawnFrom(all, `track ${id}`);
    const found: (readonly [string, string])[] = [];
    for (const [uri] of scenarios) found.push([uri, scenarioHash(await resolveScenario(uri, { objective }))]);
    expect(found, "what changes on purpose becomes board-v2").toEqual(scenarios);
  });

  test("have ids, scenarios and budget classes of which no two are equal", () => {
    expect(new Set(tracks.map(({ id }) => id)).size).toBe(tracks.length);
    for (const { scenarios, budgets } of tracks) {
      expect(new Set(scenarios.map(([uri]) => uri)).size).toBe(scenarios.length);
      expect(new Set(budgets.map(budgetText)).size).toBe(budgets.length);
    }
    expect(trackNamed("makespan").scenarios).toHaveLength(22);
    expect(() => trackNamed("makespam")).toThrow(/Did you mean "makespan"\?/);
  });
});

describe("a contiguous split", () => {
  const chain = testScenario({ graph: "a 1 8B\nb 1 8B <- a\nc 1 <- b", devices: 3 });

  test("passes each device once", () => {
    expect(contiguityFault(chain, [0, 0, 1])).toBeNull();
    expect(contiguityFault(chain, [2, 0, 1])).toBeNull();
    expect(contiguityFault(chain, [0, 1, 0])).toMatch(/^a path leaves "gpu:0" and comes back to it$/);
  });

  test("keeps a backward op with its forward op", () => {
    const step = testScenario({ graph: "a 1 8B\nb 1 role=backward twin=a <- a", devices: 2 });
    expect(contiguityFault(step, [1, 1])).toBeNull();
    expect(contiguityFault(step, [0, 1])).toMatch(/"b" is not on the device of its forward op "a"/);
  });

  test("is what the exact program for such splits answers, in training and in inference", async () => {
    const { objective } = trackNamed("max-load-contiguous");
    for (const scenario of ["vgg-16/4xT4?phase=inference", "vgg-16/4xT4"]) {
      const spec = {
        scenario,
        method: "ideals-dp",
        rootSeed: 0,
        seedIndex: 0,
        budget: { simulations: 50 },
        objective,
      };
      const { result } = await runCell(spec, { clock: () => 0, cpuClock: () => 0 });
      const opened = await resolveScenario(scenario, { objective });
      expect(contiguityFault(opened, result.plan!.device as number[]), scenario).toBeNull();
    }
  });
});

describe("trained on test", () => {
  const makespan = trackNamed("makespan");
  const unseen = trackNamed("generalisation");

  test.each([
    ["the scenario itself", ["inception-v3/4xP100"], true],
    ["the same network on another cluster", ["inception-v3/2xK80?groups=20"], true],
    ["the member of a family", ["nmt/test/2/8xK80"], true],
    ["the split of such a member", ["nmt/test"], true],
    ["the whole family", ["nmt"], true],
    ["another split of the family", ["nmt/train"], false],
    ["another member", ["nmt/test/3/4xP100"], false],
    ["a suite with such a scenario", ["board-v1"], true],
    ["a suite without one", ["toy"], false],
    ["another network", ["vgg-16"], false],
    ["data of the author's own", ["other:profiles of ours"], false],
    ["nothing", [], false],
  ] as const)("is decided for the makespan by %s", (_, declared, expected) => {
    expect(isTrainedOnTest(makespan, declared)).toBe(expected);
  });

  test.each([
    ["training splits", ["nmt/train", "layered/train/0-99/4xP100", "regal/train/3/variant/train/1"], false],
    ["a test split on any cluster", ["nmt/test/5/4xP100"], true],
    ["another member of a test split", ["nmt/test/0/4xP100"], true],
    ["a cluster that is held out", ["nmt/train/0/variant/test/2"], true],
    ["a network of no split", ["vgg-16"], true],
    ["data of the author's own", ["other:profiles of ours"], true],
  ] as const)("is decided for unseen graphs and clusters by %s", (_, declared, expected) => {
    expect(isTrainedOnTest(unseen, declared)).toBe(expected);
  });

  test("refuses a declaration that names nothing", () => {
    expect(() => isTrainedOnTest(makespan, ["nmt/tets"])).toThrow(/split "tets" is not known/);
    expect(() => isTrainedOnTest(makespan, ["our data"])).toThrow(/begin data of your own with "other:"/);
  });
});
