import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readRandom } from "./read-timeline.ts";

const seeds = fc.integer({ min: 0, max: 100_000 });

describe("Timeline", () => {
  test("the rest of the step after an op is the longest of all ways through ops and devices", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { compiled, device, rank, timeline } = readRandom(seed);
        const { deviceCount, runUs, depStart, depConsumer, depSlot } = compiled;
        const restOf = (v: number): number => {
          const after: number[] = [0];
          for (let w = 0; w < device.length; w++)
            if (device[w] === device[v] && rank[w] > rank[v])
              after.push(runUs[w * deviceCount + device[w]] + restOf(w));
          for (let k = depStart[v]; k < depStart[v + 1]; k++) {
            const w = depConsumer[k];
            const there = timeline.thereUs[depSlot[k] * deviceCount + device[w]];
            const away = device[w] !== device[v] && depSlot[k] >= 0;
            const transferUs = away ? there - timeline.finishUs[v] : 0;
            after.push(transferUs + runUs[w * deviceCount + device[w]] + restOf(w));
          }
          return Math.max(...after);
        };
        for (let v = 0; v < device.length; v++) expect(timeline.restUs[v]).toBeCloseTo(restOf(v), 6);
      }),
      { numRuns: 20 },
    );
  });

  test("no op and its rest end after the step, and some critical op ends with it", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { timeline, device } = readRandom(seed);
        const ends = Array.from(device, (_, v) => timeline.finishUs[v] + timeline.restUs[v]);
        expect(Math.max(...ends)).toBeCloseTo(timeline.endUs, 6);
        const at = ends.indexOf(Math.max(...ends));
        expect(timeline.critical[at]).toBeCloseTo(1, 6);
      }),
      { numRuns: 50 },
    );
  });

  test("work between two moments is that of the ops that run then, to the width of a part", () => {
    fc.assert(
      fc.property(seeds, fc.double({ min: 0, max: 1, noNaN: true }), (seed, share) => {
        const { timeline, device } = readRandom(seed);
        const untilUs = share * timeline.endUs;
        for (let d = 0; d < 3; d++) {
          let us = 0;
          for (let v = 0; v < device.length; v++)
            if (device[v] === d)
              us += Math.max(0, Math.min(untilUs, timeline.finishUs[v]) - timeline.startUs[v]);
          expect(Math.abs(timeline.busyBetween(d, 0, untilUs) - us)).toBeLessThan(timeline.endUs / 64 + 1e-6);
          expect(timeline.busyBetween(d, 0, timeline.endUs)).toBeCloseTo(timeline.loadUs[d], 6);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("links are loaded with each tensor once for each device that needs it", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { timeline, device, compiled } = readRandom(seed);
        const expected = new Float64Array(compiled.linkCount);
        const sent = new Set<string>();
        device.forEach((to, v) => {
          for (let k = compiled.needStart[v]; k < compiled.needStart[v + 1]; k++) {
            const from = device[compiled.needProducer[k]];
            const slot = compiled.needSlot[k];
            if (from === to || sent.has(`${slot} ${to}`)) continue;
            sent.add(`${slot} ${to}`);
            const pair = from * compiled.deviceCount + to;
            for (let i = compiled.routeStart[pair]; i < compiled.routeStart[pair + 1]; i++)
              expected[compiled.routeLink[i]] +=
                compiled.slotBytes[slot] / compiled.linkBytesPerUs[compiled.routeLink[i]];
          }
        });
        for (let link = 0; link < expected.length; link++)
          expect(timeline.linkUs[link]).toBeCloseTo(expected[link], 6);
      }),
      { numRuns: 50 },
    );
  });
});
