/** torchgpipe's lines "works in the gym when". */
import { minMaxLengths } from "../../../../agents/exact/cuts/stage-cuts.ts";
import { blockPartition } from "../../../../agents/search/lines/block-partition.ts";
import type { Rng } from "../../../../env/index.ts";
import { Phase } from "../../../../env/model/schedule/contract.ts";
import { makeSchedule } from "../../../../env/model/schedule/index.ts";
import { Work } from "../../../../env/sim/lower/costs/work.ts";
import { runPipeline } from "../../../../env/sim/lower/run.ts";
import { sumsOf } from "../../../agents/exact/cuts/sums.ts";
import { chainScenario, pipelineOf, straightText, uniformLayers } from "../../../env/model/plan/chain.ts";
import { runInSlots, straightShape, uniformTimes } from "../../../env/model/schedule/slots.ts";
import { torchgpipeBlockpartition } from "../../../golden/checks/torchgpipe-blockpartition.ts";
import { profileCosts } from "../../../golden/pipedream-profile.ts";
import { sharedPath } from "../../../shared-folder.ts";
import type { SystemCheck } from "../check.ts";
import { absent, cases, drawn, goldenSummary, range } from "./figures.ts";

/** What the published program answers on short sequences: costs, lengths. */
const SEQUENCES: readonly (readonly [readonly number[], readonly number[]])[] = [
  [range(1, 6), [4, 2]],
  [range(1, 12), [6, 2, 2, 2]],
  [
    [5, 1, 1, 1, 1, 5],
    [2, 2, 2],
  ],
  [
    [8, 1, 1, 1, 1, 1, 1, 8, 1, 1],
    [3, 3, 4],
  ],
  [new Array<number>(10).fill(1), [2, 2, 2, 4]],
];

/**
 * What it answers on profiles: blocks, the largest in us, the exact optimum, and lengths where the
 * sheet has them.
 */
const PROFILES: readonly (readonly [string, number, number, number, (readonly number[])?])[] = [
  ["vgg16", 2, 412_969, 370_931, [12, 28]],
  ["vgg16", 4, 235_590, 216_450, [5, 7, 7, 21]],
  ["vgg16", 8, 178_671, 159_531],
  ["alexnet", 2, 54_252, 43_075, [8, 14]],
  ["alexnet", 4, 40_911, 28_721, [4, 4, 2, 12]],
  ["alexnet", 8, 30_267, 28_721],
  ["resnet50", 2, 224_935, 221_933, [68, 108]],
  ["resnet50", 4, 119_082, 111_497, [30, 38, 52, 56]],
  ["resnet50", 8, 64_204, 59_284, [15, 17, 13, 26, 16, 33, 26, 30]],
];

const largestOf = (costs: readonly number[], lengths: readonly number[]) =>
  Math.max(...sumsOf(costs, lengths));

const goldens: SystemCheck = {
  system: "torchgpipe",
  check: "blocks of the published program on 5 short sequences and 9 cuts of profiles; `fixed` is exact",
  target: "all lengths and largest sums as published, exact optima too",
  seeds: 1,
  async run() {
    const summary = goldenSummary(torchgpipeBlockpartition);
    if (summary === null) return absent;
    const short = SEQUENCES.filter(
      ([costs, lengths]) => String(blockPartition(costs, lengths.length).lengths) === String(lengths),
    ).length;
    const found = { largest: 0, optimum: 0, lengths: 0 };
    const missed: string[] = [];
    for (const [profile, blocks, largest, optimum, published] of PROFILES) {
      const costs = profileCosts(sharedPath("data", "pipedream", `${profile}.graph.txt`)!);
      const { lengths } = blockPartition(costs, blocks);
      if (largestOf(costs, lengths) === largest) found.largest++;
      if (largestOf(costs, minMaxLengths(costs, blocks)) === optimum) found.optimum++;
      if (published === undefined) continue;
      if (String(lengths) === String(published)) found.lengths++;
      else missed.push(`${profile} in ${blocks}: ${lengths.join("-")}`);
    }
    const constant = largestOf(SEQUENCES[4][0], minMaxLengths(SEQUENCES[4][0], 4));
    const withLengths = PROFILES.filter(([, , , , lengths]) => lengths !== undefined).length;
    return {
      measured:
        `${short} of 5 sequences, ${found.largest} largest sums and ${found.optimum} optima of 9 cuts, ` +
        `${found.lengths} of ${withLengths} lengths${missed.length > 0 ? ` (else ${missed.join("; ")})` : ""}; ` +
        `ten equal costs in 4: optimum ${constant}; ${summary.equal} of ${summary.rows} rows of the golden file`,
      passed:
        short === 5 &&
        found.largest === 9 &&
        found.optimum === 9 &&
        found.lengths === withLengths &&
        constant === 3 &&
        summary.equal === summary.rows,
    };
  },
};

/** Wide, narrow, of two values, or ones with a few large ones. */
function randomSequence(rng: Rng): number[] {
  const [count] = drawn(rng, 1, 1, 24);
  const kind = rng.int(4);
  if (kind < 2) return drawn(rng, count, 1, kind === 0 ? 60 : 9);
  const [low, high] = kind === 2 ? drawn(rng, 2, 1, 12) : [1, 50];
  return drawn(rng, count, 0, kind === 2 ? 1 : 5).map((draw) => (draw === 0 ? high : low));
}

const random: SystemCheck = {
  system: "torchgpipe",
  check:
    "1,000 random sequences of 1 to 24 whole numbers in 1 to 8 blocks; where the program has no answer, ours",
  target: "sums of normalised costs differ by at most max - min; min-max never worse",
  seeds: 1,
  async run() {
    const ended: Record<string, number> = {};
    let [within, exact] = [0, 0];
    for (const rng of cases("torchgpipe", 1000)) {
      const costs = randomSequence(rng);
      const [blocks] = drawn(rng, 1, 1, Math.min(8, costs.length));
      const { lengths, ended: how } = blockPartition(costs, blocks);
      ended[how] = (ended[how] ?? 0) + 1;
      const least = Math.min(...costs);
      const sums = sumsOf(
        costs.map((cost) => cost - least),
        lengths,
      );
      if (Math.max(...sums) - Math.min(...sums) <= Math.max(...costs) - least) within++;
      if (largestOf(costs, minMaxLengths(costs, blocks)) <= largestOf(costs, lengths)) exact++;
    }
    const how = Object.entries(ended).map(([word, times]) => `${word} ${times}`);
    return {
      measured: `within in ${within}, min-max no worse in ${exact} of 1000; the program: ${how.join(", ")}`,
      passed: within === 1000 && exact === 1000,
    };
  },
};

/** Slots until the last forward ends, one slot a phase. */
function ticksOf(partitions: number, chunks: number): number {
  const shape = straightShape(partitions, chunks);
  const { items } = runInSlots(shape, makeSchedule({ name: "gpipe" }, shape), uniformTimes(partitions, 1, 1));
  return Math.max(...items.flat().map(({ phase, end }) => (phase === Phase.forward ? end : 0)));
}

/** Forwards that each stage computes again. */
function againOf(partitions: number, chunks: number, words: string): number[] {
  const scenario = chainScenario({
    layers: uniformLayers(partitions, { forwardUs: 1, backwardUs: 2, keptBytes: 1 }),
  });
  const text = straightText(partitions, chunks, "gpipe").replaceAll(/@(\d+)/g, "@$1 again");
  const { tasks } = runPipeline(scenario, pipelineOf(scenario, `${text} ${words}`));
  return range(0, partitions - 1).map(
    (stage) =>
      tasks.work.filter((work, task) => work === Work.recompute && tasks.stage[task] === stage).length,
  );
}

const ticks: SystemCheck = {
  system: "torchgpipe",
  check:
    "ticks of the forward phase, n of 1 to 16, m of 1 to 64; forwards computed again, n of 1 to 8, m of 1 to 16",
  target: "m + n - 1 ticks; `except_last` has one fewer than `always` in each stage",
  seeds: 1,
  async run() {
    const sizes = range(1, 16).flatMap((n) => range(1, 64).map((m) => ({ n, m })));
    const equal = sizes.filter(({ n, m }) => ticksOf(n, m) === m + n - 1).length;
    const small = sizes.filter(({ n, m }) => n <= 8 && m <= 16);
    const saved = small.filter(({ n, m }) => {
      const [always, exceptLast] = ["", "recompute=except-last"].map((words) => againOf(n, m, words));
      return always.every((count, stage) => count === m && exceptLast[stage] === m - 1);
    }).length;
    return {
      measured: `${equal} of ${sizes.length}; ${saved} of ${small.length}`,
      passed: equal === sizes.length && saved === small.length,
    };
  },
};

const SKIPPED_BYTES = 1e6;

const skip: SystemCheck = {
  system: "torchgpipe",
  check: "bytes moved for a long skip from stage 1 to stage 8 of 8, in each direction",
  target: "one transfer, not seven",
  seeds: 1,
  async run() {
    const layers = uniformLayers(8, { forwardUs: 1, backwardUs: 2 }).map((layer, i) =>
      i === 0 ? { ...layer, outputBytes: SKIPPED_BYTES } : layer,
    );
    const given = { layers, skips: [[0, 7]] as const };
    const parcelsOf = (scenario: ReturnType<typeof chainScenario>) =>
      runPipeline(scenario, pipelineOf(scenario, straightText(8, 1, "gpipe"))).costs.parcels;
    const carrying = parcelsOf(chainScenario(given)).filter(({ bytes }) => bytes >= SKIPPED_BYTES);
    // Stage 2 takes the same tensor as its input; the skip is what goes between stages 1 and 8.
    const words = carrying.map(({ fromStage, toStage }) => `${fromStage + 1} to ${toStage + 1}`);
    const skips = carrying.filter(({ fromStage, toStage }) => Math.abs(fromStage - toStage) > 1);
    const relayed = carrying.filter(({ fromStage, toStage }) => fromStage > 0 && toStage > 0);
    return {
      measured: `the tensor goes ${words.join(", ")}`,
      passed:
        skips.length === 2 && relayed.length === 0 && skips.every(({ bytes }) => bytes === SKIPPED_BYTES),
    };
  },
};

export const checks: readonly SystemCheck[] = [goldens, random, ticks, skip];
