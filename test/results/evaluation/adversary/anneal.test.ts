import { describe, expect, test } from "vitest";
import { createRng } from "../../../../env/model/rng.ts";
import { type AnnealRequest, anneal } from "../../../../results/evaluation/adversary/anneal.ts";
import { type Instance, startOf } from "../../../../results/evaluation/adversary/instance.ts";
import { resolveScenario } from "../../../../scenarios/resolve.ts";

const start = startOf(await resolveScenario("layered/train/0/2xK80?ops=8&width=3"));
/** A landscape with one top: the first op long and the second one short. */
const ratioOf = async ({ opTimes }: Instance) => opTimes[0] / opTimes[1];
const request: AnnealRequest = { starts: [start, start], instances: 600, rng: createRng(1), ratioOf };

describe("annealing", () => {
  test("climbs", async () => {
    const { best, tried, startRatios } = await anneal(request);
    expect(startRatios).toEqual([1, 1]);
    expect(tried).toBe(600);
    expect(best!.ratio).toBeGreaterThan(20);
    expect(await ratioOf(best!.instance)).toBe(best!.ratio);
  });

  test("is the same with the same stream and another with another one", async () => {
    const [one, two, other] = [
      await anneal({ ...request, instances: 60 }),
      await anneal({ ...request, instances: 60 }),
      await anneal({ ...request, instances: 60, rng: createRng(2) }),
    ];
    expect(two).toEqual(one);
    expect(other.best!.ratio).not.toBe(one.best!.ratio);
  });

  test("never takes an instance without a ratio, and counts those", async () => {
    const picky = await anneal({
      ...request,
      instances: 200,
      ratioOf: async (instance) => (instance.opTimes[2] > 1 ? null : ratioOf(instance)),
    });
    expect(picky.without).toBeGreaterThan(0);
    expect(picky.best!.instance.opTimes[2]).toBeLessThanOrEqual(1);
    const none = await anneal({ ...request, instances: 10, ratioOf: async () => null });
    expect(none).toMatchObject({ best: null, tried: 10, without: 10 });
  });

  test("ends when it is told to, with the best so far", async () => {
    const { tried, best } = await anneal({ ...request, onInstance: (count) => count === 7 });
    expect(tried).toBe(7);
    expect(best!.found).toBeLessThanOrEqual(7);
  });

  test("shares instances among chains, a start of each first", async () => {
    const { startRatios, tried } = await anneal({ ...request, instances: 1 });
    expect([startRatios.length, tried]).toEqual([1, 1]);
  });
});
