import { describe, expect, test } from "vitest";
import { createListOrder } from "../../../../agents/lists/list-order.ts";
import { choicesOf, planOf } from "../../../../agents/problems/choices.ts";
import { type Change, createProposals } from "../../../../agents/search/groups/proposals.ts";
import { NUMBER_COUNT, numberNames } from "../../../../agents/search/ranker/change-numbers.ts";
import {
  type ChangeScorer,
  type RankedOptions,
  RankedProposals,
} from "../../../../agents/search/ranker/ranked-proposals.ts";
import { compile, createRng, uncounted } from "../../../../env/index.ts";
import { randomScenario } from "../../seeded-scenario.ts";

const OPTIONS: RankedOptions = { pool: 32, uses: 32, tau: 0.01, blind: 0 };
const GROUPS = numberNames.indexOf("groups");
/** Prefers changes of few groups. */
const fewGroups: ChangeScorer = {
  score(numbers, rows, out) {
    for (let row = 0; row < rows; row++) out[row] = -numbers[row * NUMBER_COUNT + GROUPS];
  },
};

function proposing(options: RankedOptions, scorer: ChangeScorer) {
  const scenario = randomScenario(3, { ops: 14, colocated: 0 });
  const choices = choicesOf(scenario, "all");
  const rng = createRng(1);
  const groupDevice = Int32Array.from(choices.legal, ([first]) => first);
  const operators = createProposals(choices, new Float64Array(choices.groupCount), rng.child("operators"));
  const temperature = () => 0.01;
  const ranked = new RankedProposals({ choices, operators, temperature, scorer, rng }, options);
  const order = createListOrder(compile(scenario), uncounted);
  const watch = () => {
    const { device } = planOf(choices, groupDevice);
    ranked.watch(order, order.of(device), device);
  };
  watch();
  const draw = (): string | null => {
    const change: Change = { groups: [], devices: [] };
    if (ranked.draw(groupDevice, change) === null) return null;
    return change.groups
      .map((g, i) => `${g}>${change.devices[i]}`)
      .sort()
      .join(" ");
  };
  return { groupDevice, watch, draw };
}

describe("RankedProposals", () => {
  test("proposes no change twice on one placement, and again on the next", () => {
    const { draw, watch } = proposing({ ...OPTIONS, uses: 5 }, fewGroups);
    const first = Array.from({ length: 15 }, draw);
    expect(new Set(first).size).toBe(first.length);
    watch();
    const again = Array.from({ length: 15 }, draw);
    expect(again.some((change) => first.includes(change))).toBe(true);
  });

  test("draws what the scorer prefers first", () => {
    const single = (change: string | null) => change!.split(" ").length === 1;
    const ranked = proposing(OPTIONS, fewGroups);
    const even = proposing(OPTIONS, { score: (_numbers, _rows, out) => out.fill(0) });
    const count = ({ draw }: typeof ranked) => Array.from({ length: 3 }, draw).filter(single).length;
    expect(count(ranked)).toBe(3);
    expect(count(even)).toBeLessThan(3);
  });

  test("with blind draws alone it never asks the scorer", () => {
    const refuses: ChangeScorer = {
      score() {
        throw new Error("The scorer was asked.");
      },
    };
    const { draw } = proposing({ ...OPTIONS, blind: 1 }, refuses);
    expect(() => Array.from({ length: 20 }, draw)).not.toThrow();
    expect(() => proposing(OPTIONS, refuses).draw()).toThrow("The scorer was asked.");
  });
});
