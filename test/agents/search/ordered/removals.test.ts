import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { choicesOf } from "../../../../agents/problems/choices.ts";
import { drawn } from "../../../../agents/problems/constructions.ts";
import { groupNeighbours } from "../../../../agents/problems/group-neighbours.ts";
import { movableGroups } from "../../../../agents/search/ordered/opening.ts";
import { createRemovals, removals } from "../../../../agents/search/ordered/removals.ts";
import { createRng, testScenario } from "../../../../env/index.ts";
import { randomScenario } from "../../seeded-scenario.ts";

const drawnFrom = (seed: number) => {
  const scenario = randomScenario(seed, { ops: 14, restricted: seed % 2 === 0 ? 0.3 : 0, colocated: 0 });
  const choices = choicesOf(scenario, "all");
  const rng = createRng(seed);
  const times = () => Float64Array.from({ length: choices.groupCount }, () => rng.int(100));
  const present = { groupDevice: drawn(choices, rng), urgency: times(), firstUs: times() };
  return { scenario, choices, rng, present, movable: movableGroups(choices) };
};

describe.each(removals)("%s", (removal) => {
  test("draws as many different groups as asked for, all with a choice", () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 20 }), (seed, count) => {
        const { choices, rng, present, movable } = drawnFrom(seed);
        fc.pre(movable.length > 0);
        const { groups } = createRemovals(choices, rng, [removal]).draw(present, count);
        expect(new Set(groups).size).toBe(groups.length);
        for (const group of groups) expect(movable).toContain(group);
        const most = Math.min(count, movable.length);
        if (removal !== "device") expect(groups.length).toBe(most);
        else expect(groups.length).toBeLessThanOrEqual(most);
        expect(groups.length).toBeGreaterThan(0);
      }),
      { numRuns: 50, seed: 6 },
    );
  });
});

test("a device's groups are on one device, a window's groups start one after the other", () => {
  for (let seed = 1; seed <= 30; seed += 2) {
    const { choices, rng, present } = drawnFrom(seed);
    const ofDevice = createRemovals(choices, rng, ["device"]).draw(present, 4).groups;
    expect(new Set(ofDevice.map((group) => present.groupDevice[group])).size).toBe(1);
    const window = createRemovals(choices, rng, ["window"]).draw(present, 4).groups;
    const starts = window.map((group) => present.firstUs[group]);
    const between = [...present.firstUs].filter((us) => us > starts[0] && us < starts[3]);
    expect(between.every((us) => starts.includes(us))).toBe(true);
  }
});

test("connected groups hang together where the graph does", () => {
  const scenario = testScenario({
    graph: "a 1 8B\nb 1 8B <- a\nc 1 8B <- b\nd 1 8B <- c\ne 1 8B <- d\nf 1 <- e",
    devices: 2,
  });
  const choices = choicesOf(scenario, "all");
  const neighbours = groupNeighbours(scenario);
  const still = {
    groupDevice: new Int32Array(6),
    urgency: new Float64Array(6),
    firstUs: new Float64Array(6),
  };
  const connected = createRemovals(choices, createRng(1), ["connected"]);
  for (let i = 0; i < 30; i++) {
    const { groups } = connected.draw(still, 3);
    const [first, ...others] = groups;
    const reached = new Set([first]);
    for (const group of others) {
      expect([...neighbours[group]].some((other) => reached.has(other))).toBe(true);
      reached.add(group);
    }
  }
});

test("urgent groups are on longer paths than any", () => {
  const choices = choicesOf(testScenario({ graph: "a 1\nb 1\nc 1\nd 1\ne 1\nf 1", devices: 2 }), "all");
  const urgency = Float64Array.of(1, 2, 3, 4, 5, 6);
  const present = { groupDevice: new Int32Array(6), urgency, firstUs: new Float64Array(6) };
  const urgent = createRemovals(choices, createRng(1), ["urgent"]);
  let sum = 0;
  for (let i = 0; i < 200; i++) sum += urgency[urgent.draw(present, 1).groups[0]];
  expect(sum / 200).toBeGreaterThan(4.5);
});
