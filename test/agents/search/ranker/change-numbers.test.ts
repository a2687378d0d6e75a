import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChangeNumbers, NUMBER_COUNT, numberNames } from "../../../../agents/search/ranker/change-numbers.ts";
import { ChangePast } from "../../../../agents/search/ranker/change-past.ts";
import { createRng, type Scenario } from "../../../../env/index.ts";
import { readRandom, readTimeline } from "./read-timeline.ts";
import { slowNumbers } from "./slow-numbers.ts";

const seeds = fc.integer({ min: 0, max: 100_000 });
const TEMPERATURE = 0.005;

type Read = ReturnType<typeof readRandom>;

/** Some groups, each to another device than it has. */
function randomChange({ choices, groupDevice }: Read, seed: number) {
  const rng = createRng(seed).child("change");
  const groups = rng.shuffle(Array.from(groupDevice.keys())).slice(0, 1 + rng.int(4));
  const devices = groups.map(
    (g) => (groupDevice[g] + 1 + rng.int(choices.deviceCount - 1)) % choices.deviceCount,
  );
  return { groups, devices };
}

function numbersOf(read: Read, change: { groups: number[]; devices: number[] }): Float32Array {
  const past = new ChangePast(read.choices.groupCount, read.choices.deviceCount);
  const out = new Float32Array(NUMBER_COUNT);
  new ChangeNumbers(read.choices, read.timeline, past).write(
    change.groups,
    change.devices,
    TEMPERATURE,
    out,
    0,
  );
  return out;
}

describe("ChangeNumbers", () => {
  test("equals a program that looks at one number at a time", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const read = readRandom(seed);
        const change = randomChange(read, seed);
        const found = numbersOf(read, change);
        for (const [name, value] of Object.entries(slowNumbers(read, change)))
          expect(found[(numberNames as readonly string[]).indexOf(name)], name).toBeCloseTo(value, 4);
      }),
      { numRuns: 100 },
    );
  });

  test("renaming the devices changes nothing", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const read = readRandom(seed, ["A", "A", "A"]);
        const change = randomChange(read, seed);
        const to = createRng(seed).shuffle([0, 1, 2]);
        const renamed = readTimeline(
          read.scenario,
          seed,
          read.groupDevice.map((d) => to[d]),
        );
        // Ties between devices may fall otherwise; then the schedules are not the same.
        fc.pre(sameTimes(read, renamed));
        const moved = { groups: change.groups, devices: change.devices.map((d) => to[d]) };
        const [a, b] = [numbersOf(read, change), numbersOf(renamed, moved)];
        for (let i = 0; i < NUMBER_COUNT; i++) expect(b[i], numberNames[i]).toBeCloseTo(a[i], 4);
      }),
      { numRuns: 50 },
    );
  });

  test("times and bandwidths in other units change nothing", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const read = readRandom(seed);
        const change = randomChange(read, seed);
        const slower = readTimeline(inOtherUnits(read.scenario, 1024), seed, read.groupDevice);
        const [a, b] = [numbersOf(read, change), numbersOf(slower, change)];
        for (let i = 0; i < NUMBER_COUNT; i++) expect(b[i], numberNames[i]).toBeCloseTo(a[i], 4);
      }),
      { numRuns: 50 },
    );
  });

  test("leaves nothing behind: the same change twice, with another between, is the same", () => {
    const read = readRandom(5);
    const past = new ChangePast(read.choices.groupCount, read.choices.deviceCount);
    const numbers = new ChangeNumbers(read.choices, read.timeline, past);
    const out = new Float32Array(3 * NUMBER_COUNT);
    const [one, other] = [randomChange(read, 1), randomChange(read, 2)];
    numbers.write(one.groups, one.devices, TEMPERATURE, out, 0);
    numbers.write(other.groups, other.devices, TEMPERATURE, out, NUMBER_COUNT);
    numbers.write(one.groups, one.devices, TEMPERATURE, out, 2 * NUMBER_COUNT);
    expect(out.subarray(2 * NUMBER_COUNT)).toEqual(out.subarray(0, NUMBER_COUNT));
    expect(out.subarray(NUMBER_COUNT, 2 * NUMBER_COUNT)).not.toEqual(out.subarray(0, NUMBER_COUNT));
  });
});

function sameTimes(a: Read, b: Read): boolean {
  return a.timeline.startUs.every((us, v) => Math.abs(us - b.timeline.startUs[v]) < 1e-9);
}

/** All times longer by a factor, a power of two. */
function inOtherUnits(scenario: Scenario, factor: number): Scenario {
  const { graph, cluster } = scenario;
  const measuredUs = new Map(
    Array.from(graph.measuredUs, ([kind, us]) => [kind, us.map((each) => each * factor)] as const),
  );
  const links = cluster.links.map((link) => ({
    ...link,
    bytesPerUs: link.bytesPerUs / factor,
    latencyUs: link.latencyUs * factor,
  }));
  return { ...scenario, graph: { ...graph, measuredUs }, cluster: { ...cluster, links } };
}
