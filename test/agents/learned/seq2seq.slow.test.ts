import { describe, expect, test } from "vitest";
import { seq2seq } from "../../../agents/learned/seq2seq.ts";
import { bestRandom, bestSingleDevice, trained } from "./judge.ts";
import { type Family, workload } from "./workloads.ts";

const families: readonly Family[] = ["inception", "nmt", "enas-cifar"];
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe("seq2seq at 3,000 evaluations", () => {
  test.each(families)(
    "comes within 1.25 of the bound on %s graphs with 2 devices, mean of 3 seeds",
    async (family) => {
      const scenario = workload({ family, gpus: 2 });
      const runs = [];
      for (const seed of [1, 2, 3]) runs.push((await trained(seq2seq, scenario, 3000, seed)).best);
      const random = bestRandom(scenario, 3000);
      console.log(
        `${scenario.name}: ${runs.map((x) => x.toFixed(3)).join(", ")}, random ${random.toFixed(3)}`,
      );
      expect(mean(runs)).toBeLessThan(1.25);
      for (const best of runs) expect(best).toBeLessThan(random);
    },
  );

  test.each(families)(
    "beats best-of-3,000 random among 8 GPUs and a slow CPU on %s graphs",
    async (family) => {
      const scenario = workload({ family, gpus: 8, cpu: true });
      const { best } = await trained(seq2seq, scenario, 3000, 1);
      const random = bestRandom(scenario, 3000);
      console.log(`${scenario.name}: ${best.toFixed(3)}, random ${random.toFixed(3)}`);
      expect(best).toBeLessThan(random);
    },
  );

  test.each(families)(
    "finds the single device where links are too slow to split %s graphs",
    async (family) => {
      const scenario = workload({ family, gpus: 4, cpu: true, communication: 100 });
      const { best } = await trained(seq2seq, scenario, 3000, 1);
      expect(best).toBeLessThanOrEqual(bestSingleDevice(scenario) * 1.01);
    },
  );
});
