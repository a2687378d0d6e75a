import { describe, expect, test } from "vitest";
import { placeto } from "../../../agents/learned/placeto.ts";
import { bestRandom, trained } from "./judge.ts";
import { type Family, workload } from "./workloads.ts";

const EPISODES = 300;

interface Case {
  readonly family: Family;
  readonly gpus: number;
  /** Greedy sweep over the bound: the sheet's limit, 1.15 with 2 devices and 1.35 with 4. */
  readonly bar: number;
  /**
   * Given where the agent is known to miss the limit, with what was measured. Its sweep is then not
   * a fifth better than an untrained one either. The tests fail once the agent reaches them.
   */
  readonly missesWith?: number;
}

const cases: readonly Case[] = [
  { family: "enas-cifar", gpus: 2, bar: 1.15 },
  { family: "nmt", gpus: 2, bar: 1.15, missesWith: 1.291 },
  { family: "enas-cifar", gpus: 4, bar: 1.35 },
  { family: "nmt", gpus: 4, bar: 1.35 },
];

describe(`placeto after ${EPISODES} episodes`, () => {
  for (const { family, gpus, bar, missesWith } of cases) {
    const results = once(() => measure(family, gpus));
    const name = `${family} graphs with ${gpus} devices`;

    const learns = missesWith === undefined ? test : test.fails;
    learns(`learns on ${name}: the greedy sweep beats the untrained one by a fifth`, async () => {
      const { greedy, untrained } = await results();
      expect(greedy).toBeLessThan(0.8 * untrained);
    });

    if (missesWith === undefined)
      test(`reaches ${bar} of the bound on ${name}`, async () => {
        expect((await results()).greedy).toBeLessThanOrEqual(bar);
      });
    else
      test.fails(`misses ${bar} of the bound on ${name}: ${missesWith} was measured`, async () => {
        expect((await results()).greedy).toBeLessThanOrEqual(bar);
      });
  }
});

async function measure(family: Family, gpus: number) {
  const scenario = workload({ family, gpus });
  const sweep = scenario.grouping.groupCount + 1;
  const evaluations = (EPISODES + 1) * sweep;
  const { best, greedy } = await trained(placeto, scenario, evaluations, 1);
  const { greedy: untrained } = await trained(placeto, scenario, 2 * sweep, 1);
  const random = bestRandom(scenario, evaluations);
  const figures = { "greedy sweep": greedy, best, "best random": random, untrained };
  const text = Object.entries(figures).map(([what, ratio]) => `${what} ${ratio.toFixed(3)}`);
  console.log(`${scenario.name}: ${text.join(", ")}`);
  return { greedy, untrained };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
