/**
 * Every command on a few hostile scenarios in a watched process. The script watchdog.ts beside it
 * takes thousands.
 */
import { expect, test } from "vitest";
import { watch } from "./watch.ts";

test("no command hangs, shows a stack or prints a number that is none", async () => {
  const { commands, faults } = await watch({ seed: 3, scenarios: 12, limitSeconds: 20 });
  expect(faults).toEqual([]);
  expect(commands).toBeGreaterThan(100);
});
