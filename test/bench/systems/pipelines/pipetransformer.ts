/**
 * PipeTransformer's lines "works in the gym when". Times of epochs are its timing model's: the
 * event simulator trains all layers.
 */
import { minMaxLengths } from "../../../../agents/exact/cuts/stage-cuts.ts";
import { greedyFill, publishedFill } from "../../../../agents/search/elastic-pipes/balance.ts";
import { elasticEpochs } from "../../../../agents/search/elastic-pipes/elastic-pipeline.ts";
import {
  type EpochPlan,
  epochUs,
  type UnitTimes,
} from "../../../../agents/search/elastic-pipes/epoch-time.ts";
import { freezeEnvelope } from "../../../../agents/search/elastic-pipes/freeze-schedule.ts";
import { sumsOf } from "../../../agents/exact/cuts/sums.ts";
import { transformer, transformers } from "../../../agents/search/elastic-pipes/transformers.ts";
import type { SystemCheck } from "../check.ts";
import { cases, drawn, offBy, percent, range, tiny } from "./figures.ts";

const ALPHAS = [1 / 5, 1 / 3, 2 / 5, 1 / 2] as const;
const FROZEN: readonly (readonly number[])[] = [
  [3, 5, 6, 8, 9, 9, 10, 10, 11, 11],
  [4, 7, 9, 10, 11, 11, 12, 12, 12, 12],
  [5, 8, 10, 11, 12],
  [6, 9, 11, 12, 12],
];

const freezing: SystemCheck = {
  system: "pipetransformer",
  check: "frozen layers of 12 by epoch, with alpha 1/5, 1/3, 2/5 and 1/2",
  target: "as the released schedule",
  seeds: 1,
  async run() {
    const equal = ALPHAS.filter(
      (alpha, i) => String(freezeEnvelope(12, alpha, FROZEN[i].length)) === String(FROZEN[i]),
    ).length;
    return { measured: `${equal} of 4`, passed: equal === 4 };
  },
};

/** Epochs of one training, and how many keep each of the rules. */
function transitions(millions: readonly number[], layers: number, alpha: number, pipeline: number) {
  const options = { gpusPerNode: 8, nodes: 2, pipeline, fill: publishedFill, cacheFrom: 3 };
  const units = { millions: Float64Array.from(millions), unitsPerLayer: 2 };
  const epochs = elasticEpochs(units, options, [0, ...freezeEnvelope(layers, alpha, 12)]);
  const allowed = greedyFill(units.millions, pipeline, 0, publishedFill).largest;
  const largestAt = (length: number, frozen: number) =>
    greedyFill(units.millions, length, frozen, publishedFill).largest;
  return epochs.map(({ pipeline: K, replicas, frozenUnits, isRebuilt }, epoch) => {
    const before = epochs[epoch - 1]?.pipeline ?? pipeline;
    return {
      isHalved: K < before,
      isOrdered: K <= before && Number.isInteger(Math.log2(K)),
      isConstant: K * replicas === 16,
      mayHalve: K >= before || largestAt(K, frozenUnits) <= allowed,
      // A rebuilt pipeline is as short as the test lets it be.
      isShortest: !isRebuilt || epoch === 0 || K === 1 || largestAt(K / 2, frozenUnits) > allowed,
    };
  });
}

const elasticity: SystemCheck = {
  system: "pipetransformer",
  check:
    "K and R over 13 epochs on 2 x 8 GPUs: ViT-B, BERT-base and BERT-large, four alphas, K0 of 2, 4 and 8",
  target: "K non-increasing powers of two, K R constant, K halves only where the memory test holds",
  seeds: 1,
  async run() {
    const all = transformers.flatMap(([, millions]) =>
      ALPHAS.flatMap((alpha) =>
        [2, 4, 8].flatMap((K) => transitions(millions, (millions.length - 1) / 2, alpha, K)),
      ),
    );
    const count = (of: keyof (typeof all)[number]) => all.filter((epoch) => epoch[of]).length;
    const rules = ["isOrdered", "isConstant", "mayHalve", "isShortest"] as const;
    return {
      measured: `${rules.map(count).join(", ")} of ${all.length} epochs (order, K R, test, shortest), ${count("isHalved")} transitions`,
      passed: rules.every((rule) => count(rule) === all.length) && count("isHalved") > 0,
    };
  },
};

const FREE = { samples: 6400, batch: 100, bytesPerUs: Number.POSITIVE_INFINITY, transitionUs: 0 };

interface Frozen {
  readonly units: UnitTimes;
  readonly lengths: ArrayLike<number>;
  readonly frozenUnits: number;
}

const planOf = ({ lengths, frozenUnits }: Omit<Frozen, "units">, replicas: number): EpochPlan => ({
  ...{ lengths, frozenUnits, replicas },
  ...{ microBatches: 16, isCached: false, isRebuilt: false },
});

const timesOf = (forward: readonly number[], backward: readonly number[]): UnitTimes => ({
  forwardUs: Float64Array.from(forward),
  backwardUs: Float64Array.from(backward),
  weightBytes: new Float64Array(forward.length).fill(1),
  cachedUs: new Float64Array(forward.length),
});

/** Gain of freezing in fixed partitions over the bound 1 / (1 - frozen share of backward time). */
function gainOverBound({ units, lengths, frozenUnits }: Frozen): number {
  const sum = (values: Float64Array) => values.reduce((total, us) => total + us, 0);
  const share = sum(units.backwardUs.slice(0, frozenUnits)) / (sum(units.forwardUs) + sum(units.backwardUs));
  const us = [0, frozenUnits].map((frozen) =>
    epochUs(units, FREE, planOf({ lengths, frozenUnits: frozen }, 2)),
  );
  return (us[0] / us[1]) * (1 - share);
}

/** Networks in the partitions of the greedy fill; the embedding takes no time. */
const ownPartitions = (): Frozen[] =>
  transformers.flatMap(([, millions]) =>
    [1, 2, 4, 8].flatMap((K) => {
      const { lengths } = greedyFill(Float64Array.from(millions), K, 0, publishedFill);
      const forward = [0, ...millions.slice(1)];
      const units = timesOf(
        forward,
        forward.map((us) => 2 * us),
      );
      return range(0, millions.length).map((frozenUnits) => ({ units, lengths, frozenUnits }));
    }),
  );

const randomPartitions = (): Frozen[] =>
  cases("pipetransformer gains", 1000).map((rng) => {
    const K = [1, 2, 4, 8][rng.int(4)];
    const units = timesOf(drawn(rng, 16, 1, 20), drawn(rng, 16, 1, 40));
    return { units, lengths: new Array<number>(K).fill(16 / K), frozenUnits: rng.int(17) };
  });

const gains: SystemCheck = {
  system: "pipetransformer",
  check:
    "gains in its timing model: all freezings of 3 networks in its own partitions; K/2 and 2R of 16 equal units",
  target: "freezing alone at most 1/(1 - frozen share of backward time); gains of halvings multiply",
  seeds: 1,
  async run() {
    const [own, random] = [ownPartitions(), randomPartitions()].map((each) => each.map(gainOverBound));
    const above = (ratios: readonly number[]) => ratios.filter((ratio) => ratio > 1 + 1e-12).length;
    const equal = timesOf(new Array<number>(16).fill(10), new Array<number>(16).fill(20));
    const us = [8, 4, 2, 1].map((K) =>
      epochUs(equal, FREE, planOf({ lengths: new Array<number>(K).fill(16 / K), frozenUnits: 0 }, 8 / K)),
    );
    const steps = us.slice(1).map((time, i) => us[i] / time);
    const product = steps.reduce((all, step) => all * step, 1);
    const off = Math.max(
      offBy(product, us[0] / us[3]),
      ...[8, 4, 2].map((K, i) => offBy(steps[i], (16 + K - 1) / (16 + K / 2 - 1))),
    );
    return {
      measured:
        `above it in ${above(own)} of ${own.length}, ${percent(Math.max(...own))} of it at most (in 16 random units ` +
        `cut evenly by number, which it does not make, ${above(random)} of 1000); halvings gain ` +
        `${steps.map((step) => step.toFixed(3)).join(" x ")} = ${product.toFixed(3)}, off by ${tiny(off)}`,
      passed: above(own) === 0 && off < 1e-12 && steps.every((step) => step > 1),
    };
  },
};

/** How far the greedy fill is above exact min-max, in largest units. */
function unitsAbove(millions: readonly number[], partitions: number): number {
  const { largest } = greedyFill(Float64Array.from(millions), partitions, 0, publishedFill);
  const least = Math.max(...sumsOf(millions, minMaxLengths(millions, partitions)));
  return (largest - least) / Math.max(...millions);
}

const balance: SystemCheck = {
  system: "pipetransformer",
  check:
    "greedy fill: 25 units by hand; over exact min-max on 3 networks with K of 2, 4, 8, and on 1,000 random sequences",
  target: "6, 6, 6, 7 units, 26.4 million at most; never more than one unit above",
  seeds: 1,
  async run() {
    const hand = greedyFill(Float64Array.from(transformer(12, 0.6, 2.4, 4.8)), 4, 0, publishedFill);
    const isHand = String(hand.lengths) === "6,6,6,7" && offBy(hand.largest, 26.4) < 1e-9;
    const networks = transformers.flatMap(([, millions]) => [2, 4, 8].map((K) => unitsAbove(millions, K)));
    const random = cases("pipetransformer balance", 1000).map((rng) => {
      const [count] = drawn(rng, 1, 1, 30);
      return unitsAbove(drawn(rng, count, 1, 20), Math.min(count, [2, 4, 8][rng.int(3)]));
    });
    const within = random.filter((units) => units <= 1 + 1e-9).length;
    return {
      measured:
        `by hand ${isHand ? "so" : `${hand.lengths}`}; at most ${Math.max(...networks).toFixed(2)} units above on ` +
        `networks; within one unit on ${within} of 1000 random sequences, else up to ${Math.max(...random).toFixed(2)}`,
      passed: isHand && Math.max(...networks) <= 1 + 1e-9 && within === 1000,
    };
  },
};

export const checks: readonly SystemCheck[] = [freezing, elasticity, gains, balance];
