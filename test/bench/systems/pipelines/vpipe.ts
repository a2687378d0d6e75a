/** vPipe's lines "works in the gym when". */
import { minMaxLengths } from "../../../../agents/exact/cuts/stage-cuts.ts";
import { jointPlan, type MemoryPlan } from "../../../../agents/exact/recompute/joint-plan.ts";
import { movedPlan } from "../../../../agents/exact/recompute/moved-plan.ts";
import { stageCosts } from "../../../../agents/exact/recompute/stage-costs.ts";
import { onEight, uniform } from "../../../agents/exact/recompute/bert-like.ts";
import { bestUs, type Case, randomCase } from "../../../agents/exact/recompute/random-chain.ts";
import type { SystemCheck } from "../check.ts";
import { offBy, percent, range, tiny } from "./figures.ts";

const ROUNDING = 1e-12;

const slowest = (plan: MemoryPlan | null): number =>
  plan === null ? Number.POSITIVE_INFINITY : Math.max(...plan.stageUs);

/** Time of a first stage by greedy recomputation over that by the knapsack, less 1. */
function gaps(given: readonly Case[], units: (of: Case) => number): number[] {
  return given.flatMap((of) => {
    const alone = { ...of.setting, hostBytesPerUs: 0 };
    const [exact, greedy] = (["exact", "greedy"] as const).map((search) =>
      stageCosts(of.chain, alone, search).costUs(0, 0, units(of)),
    );
    return Number.isFinite(exact) ? [greedy / exact - 1] : [];
  });
}

const treatment: SystemCheck = {
  system: "vpipe",
  check: "recomputation of a random stage by knapsack and greedily: 500 stages of 12 units, 500 of 2 to 8",
  target: "knapsack at most greedy, gap below 5% of the stage's time",
  seeds: 1,
  async run() {
    const large = gaps(
      range(0, 499).map((seed) => randomCase(seed, { count: 24, stages: 2 })),
      () => 12,
    );
    const small = gaps(
      range(0, 499).map((seed) => randomCase(seed)),
      ({ chain, setting }) => chain.count - setting.stages + 1,
    );
    const words = (of: readonly number[]) =>
      `${of.filter((gap) => gap < 0.05).length} of ${of.length} that fit below 5%, at most ${percent(Math.max(...of))}`;
    const all = [...large, ...small];
    return {
      measured: `12 units: ${words(large)}; 2 to 8 units: ${words(small)}; never below the knapsack: ${all.every((gap) => gap >= -ROUNDING)}`,
      passed: all.every((gap) => gap >= -ROUNDING && gap < 0.05),
    };
  },
};

/** How the search by moved boundaries compares with the optimum, as a phrase and as ratios. */
function reached(given: readonly Case[], search: "greedy" | "exact") {
  const ratios = given.flatMap(({ chain, setting }) => {
    const best = slowest(jointPlan(chain, setting));
    return Number.isFinite(best) ? [slowest(movedPlan(chain, setting, search)) / best] : [];
  });
  const share = ratios.filter((ratio) => ratio <= 1 + ROUNDING).length / ratios.length;
  const most = Math.max(...ratios);
  return {
    text: `${percent(share)} of ${ratios.length}, ${most.toFixed(3)}`,
    isMet: share >= 0.8 && most <= 1.1,
  };
}

/** Units and stages of random chains; at most 8 on at most 3 where not given. */
const SIZES = [undefined, { count: 10, stages: 3 }] as const;
const LARGER = [
  { count: 16, stages: 4 },
  { count: 24, stages: 8 },
] as const;

const joint: SystemCheck = {
  system: "vpipe",
  check:
    "joint DP on random chains, 400 of up to 8 units on up to 3 stages, 20 of 10 on 3; KL search on 2,000 of each of these sizes",
  target: "DP equal to brute force; KL reaches it in at least 80% and never exceeds 1.1 times",
  seeds: 1,
  async run() {
    const casesOf = (count: number, size?: (typeof SIZES)[number] | (typeof LARGER)[number]) =>
      range(0, count - 1).map((seed) => randomCase(seed, size));
    const brute = [...casesOf(400), ...casesOf(20, SIZES[1])];
    const worst = Math.max(...brute.map((of) => offBy(slowest(jointPlan(of.chain, of.setting)), bestUs(of))));
    const found = (["greedy", "exact"] as const).map((search) => {
      const sizes = SIZES.map((size) => reached(casesOf(2000, size), search));
      const larger = LARGER.map((size) => reached(casesOf(200, size), search));
      const [words, more] = [sizes, larger].map((of) => of.map(({ text }) => text).join(", "));
      return { text: `${search} treatment ${words} (16 units on 4 and 24 on 8: ${more})`, sizes };
    });
    return {
      measured: `DP off by ${tiny(worst)} at most; KL reached, at most: ${found.map(({ text }) => text).join("; ")}`,
      passed: worst < ROUNDING && found.every(({ sizes }) => sizes.every(({ isMet }) => isMet)),
    };
  },
};

/** Between 2 GB, where nothing fits, and 6.5 GB, where all is kept. */
const MEMORIES = range(0, 14).map((quarter) => (2.5 + quarter / 4) * 1e9);

/** Units and recomputed units of each stage of the exact plan. */
function uniformPlan(memoryBytes: number) {
  const { lengths, treatment, stageUs } = jointPlan(uniform, onEight(memoryBytes))!;
  let end = 0;
  const again = lengths.map((length) => {
    end += length;
    return treatment.slice(end - length, end).filter((of) => of === "recompute").length;
  });
  return { lengths, again, slowestUs: Math.max(...stageUs) };
}

const fractions: SystemCheck = {
  system: "vpipe",
  check:
    "exact plan of 97 uniform units on 8 stages, 2.5 to 6 GB by quarters: share recomputed and units, by stage",
  target: "share non-increasing and 0 on the last stage; units non-decreasing but for the last",
  seeds: 1,
  async run() {
    const plans = MEMORIES.map((bytes) => ({ gigabytes: bytes / 1e9, ...uniformPlan(bytes) }));
    const isRight = ({ lengths, again }: (typeof plans)[number]) => {
      const shares = again.map((count, s) => count / lengths[s]);
      const isFalling = shares.every((share, s) => s === 0 || share <= shares[s - 1]);
      const isRising = lengths.every((length, s) => s === 0 || s === 7 || length >= lengths[s - 1]);
      return isFalling && isRising && shares[0] > 0 && shares[7] === 0;
    };
    const wrong = plans.filter((plan) => !isRight(plan));
    const words = ({ gigabytes, lengths, again }: (typeof plans)[number]) =>
      `${gigabytes} GB ${lengths.map((length, s) => `${again[s]}/${length}`).join(" ")}`;
    const four = plans.find(({ gigabytes }) => gigabytes === 4)!;
    return {
      measured:
        `so for ${plans.length - wrong.length} of ${plans.length} sizes, such as ${words(four)}` +
        (wrong.length > 0 ? `; not for ${wrong.map(words).join(", ")}` : ""),
      passed: wrong.length === 0,
    };
  },
};

const unlimited: SystemCheck = {
  system: "vpipe",
  check: "plans of 200 random chains of 14 units on 4 stages with memory and links without limit",
  target: "the min-max partition, nothing swapped or recomputed",
  seeds: 1,
  async run() {
    const count = { keep: 0, same: 0, moved: 0 };
    for (const seed of range(0, 199)) {
      const { chain, setting } = randomCase(seed, { count: 14, stages: 4 });
      const free = { ...setting, memoryBytes: Infinity, linkBytesPerUs: Infinity };
      const plan = jointPlan(chain, free)!;
      const compute = chain.forwardUs.map((us, unit) => us + chain.backwardUs[unit]);
      const moved = movedPlan(chain, free, "greedy")!;
      if ([...plan.treatment, ...moved.treatment].every((of) => of === "keep")) count.keep++;
      if (String(plan.lengths) === String(minMaxLengths(compute, 4))) count.same++;
      if (slowest(moved) === slowest(plan)) count.moved++;
    }
    return {
      measured: `all kept in ${count.keep}, the min-max partition in ${count.same} of 200; KL as fast in ${count.moved}`,
      passed: count.keep === 200 && count.same === 200 && count.moved === 200,
    };
  },
};

export const checks: readonly SystemCheck[] = [treatment, joint, fractions, unlimited];
