/** docs/pipelines.md lists every schedule and every collective. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { collectives, syncs } from "../../env/model/plan/pipeline.ts";
import { scheduleMakers } from "../../env/model/schedule/index.ts";

const page = readFileSync(fileURLToPath(new URL("../../docs/pipelines.md", import.meta.url)), "utf8");

test("docs/pipelines.md has a row for each schedule and each collective", () => {
  for (const { name } of scheduleMakers) expect(page).toContain(`\n| \`${name}\` |`);
  for (const name of collectives) expect(page).toMatch(new RegExp(`\n\\| \`${name}\``));
  expect(page).toContain(`sync: "${syncs[1]}"`);
});
