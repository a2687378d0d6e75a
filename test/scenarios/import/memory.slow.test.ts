/** Every hostile file of at most 10 MB, each in a process of its own: less than 512 MiB. */
import { expect, test } from "vitest";
import { hostileFiles, nameOf } from "./hostile-files.ts";
import { importInChild, MOST_BYTES } from "./memory-of-child.ts";

test.each(hostileFiles.map(nameOf))("%s", async (name) => {
  const { maxBytes, said } = await importInChild([name]);
  console.log(`${name}: ${(maxBytes / 2 ** 20).toFixed(0)} MiB, ${said[name].slice(0, 120)}`);
  expect(said[name]).toMatch(/^(\d+ ops|Scenario file "FILE"[^\n]{10,800}[.?])$/);
  expect(maxBytes).toBeLessThan(MOST_BYTES);
});
