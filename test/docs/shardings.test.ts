/** The picture of docs/looking-at-shardings.md is what its command draws. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { pgym } from "../cli/recorded-terminal.ts";

const docs = fileURLToPath(new URL("../../docs/", import.meta.url));

test("the command beside the picture of layouts draws it", async () => {
  const page = readFileSync(join(docs, "looking-at-shardings.md"), "utf8");
  const [, given] = /npx placement-gym (solve .* --svg sharding-layout\.svg)\n/.exec(page)!;
  const folder = mkdtempSync(join(tmpdir(), "placement-gym-layout-"));
  try {
    const words = given.replaceAll('"', "").split(" ");
    const { code } = await pgym([...words.slice(0, -1), join(folder, "drawn.svg")]);
    expect(code).toBe(0);
    expect(readFileSync(join(folder, "drawn.svg"), "utf8")).toBe(
      readFileSync(join(docs, "sharding-layout.svg"), "utf8"),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
