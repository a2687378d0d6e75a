import { describe, expect, test } from "vitest";
import { placeto } from "../../../agents/learned/placeto.ts";
import { bestRandom, trained } from "./judge.ts";
import { type Family, workload } from "./workloads.ts";

const EPISODES = 300;

/** Bars of the sheet on Placeto: 1.15 of the bound with 2 devices, 1.35 with 4. */
const bars: readonly (readonly [Family, number, number])[] = [
  ["enas", 2, 1.15],
  ["nmt", 2, 1.15],
  ["enas", 4, 1.35],
  ["nmt", 4, 1.35],
];

describe(`placeto after ${EPISODES} episodes`, () => {
  test.each(bars)("on %s graphs with %i devices", async (family, gpus, bar) => {
    const scenario = workload({ family, gpus });
    const evaluations = (EPISODES + 1) * (scenario.grouping.groupCount + 1);
    const { best, greedy } = await trained(placeto, scenario, evaluations, 1);
    const random = bestRandom(scenario, evaluations);
    console.log(
      `${scenario.name}: greedy sweep ${greedy.toFixed(3)}, best ${best.toFixed(3)}, best random ${random.toFixed(3)}`,
    );
    expect(greedy).toBeLessThanOrEqual(bar);
    expect(best).toBeLessThan(random);
  });
});
