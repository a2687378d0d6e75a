/**
 * Every command on a few hostile scenarios, and fuzzed command lines, in a watched process. The
 * script watchdog.ts beside it takes thousands.
 */
import { expect, test } from "vitest";
import { drawn } from "../law-runs.ts";
import { watch } from "./watch.ts";

const [SCENARIOS, LINES] = [drawn(8), drawn(30)];

test("no command hangs, shows a stack or prints a number that is none", async () => {
  const { commands, faults } = await watch({
    mode: "scenarios",
    seed: 3,
    count: SCENARIOS,
    limitSeconds: 20,
  });
  expect(faults).toEqual([]);
  expect(commands).toBeGreaterThan(10 * SCENARIOS);
});

test("a hurried or hostile command line gives an answer or one sentence", async () => {
  const { commands, faults } = await watch({ mode: "lines", seed: 3, count: LINES, limitSeconds: 20 });
  expect(faults).toEqual([]);
  expect(commands).toBe(LINES);
});
