import { expect, test } from "vitest";
import { type TreeGame, treeEpisodes } from "../../../../agents/search/sharding/uct.ts";
import { createRng } from "../../../../env/index.ts";

/** Chooses from 0..5 without order; only {1, 4} costs 1, and all else 10 plus what is chosen. */
function subsetGame(scale = 1): TreeGame {
  let chosen: number[] = [];
  const position = () => ({
    key: chosen.join(),
    legal: [0, 1, 2, 3, 4, 5].filter((action) => !chosen.includes(action)),
  });
  return {
    reset() {
      chosen = [];
      return position();
    },
    step(action) {
      chosen = [...chosen, action].sort();
      return position();
    },
    finish: () => scale * (chosen.join() === "1,4" ? 1 : 10 + chosen.length),
  };
}

const options = { exploration: 1, stop: 0.5, depth: 6 };
const costs = (seed: number, count: number, given = options, scale = 1) => {
  const episodes = treeEpisodes(subsetGame(scale), createRng(seed), given);
  return Array.from({ length: count }, () => episodes.next().value.cost);
};

test("finds the one good set, and returns to it more and more often", () => {
  const played = costs(1, 400);
  const hits = (from: number, to: number) => played.slice(from, to).filter((cost) => cost === 1).length;
  expect(hits(0, 400)).toBeGreaterThan(0);
  expect(hits(200, 400)).toBeGreaterThan(hits(0, 200));
});

test("plays the same for the same seed, and no deeper than it may", () => {
  expect(costs(3, 50)).toEqual(costs(3, 50));
  expect(Math.max(...costs(3, 50, { ...options, depth: 2 }))).toBeLessThanOrEqual(12);
  expect(new Set(costs(3, 20, { ...options, depth: 0 }))).toEqual(new Set([10]));
});

test("one node stands for all orders of the same actions", () => {
  const episodes = treeEpisodes(subsetGame(), createRng(5), { ...options, stop: 1 });
  const nodes = Array.from({ length: 600 }, () => episodes.next().value.nodes);
  expect(nodes[599]).toBeGreaterThan(20);
  expect(nodes[599]).toBeLessThanOrEqual(2 ** 6);
});
