/**
 * Every command on a few hostile scenarios, and fuzzed command lines, in a watched process. The
 * script watchdog.ts beside it takes thousands.
 */
import { expect, test } from "vitest";
import { watch } from "./watch.ts";

test("no command hangs, shows a stack or prints a number that is none", async () => {
  const { commands, faults } = await watch({ mode: "scenarios", seed: 3, count: 8, limitSeconds: 20 });
  expect(faults).toEqual([]);
  expect(commands).toBeGreaterThan(80);
});

test("a hurried or hostile command line gives an answer or one sentence", async () => {
  const { commands, faults } = await watch({ mode: "lines", seed: 3, count: 30, limitSeconds: 20 });
  expect(faults).toEqual([]);
  expect(commands).toBe(30);
});
