/** HEFT at least twice as long as `best` within 2,000 instances, as docs/adversary.md says. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { pgym } from "../../recorded-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-adversary-slow-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("adversary heft best finds an instance on which HEFT is at least 2x behind", async () => {
  const { stdout } = await pgym(["adversary", "heft", "best", "--json", "--out", join(folder, "heft.json")]);
  const { ratio, otherSeeds, tried } = JSON.parse(stdout);
  expect(tried).toBe(2_000);
  expect(ratio).toBeGreaterThanOrEqual(2);
  expect(otherSeeds.low).toBeGreaterThanOrEqual(2);
}, 1_800_000);
