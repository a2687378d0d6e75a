/**
 * Importers refuse before they expand. `memory.slow.test.ts` has all hostile files, each in a
 * process of its own.
 */
import { expect, test } from "vitest";
import { hostileFiles, nameOf } from "./hostile-files.ts";
import { importInChild, MOST_BYTES } from "./memory-of-child.ts";

/** Files of which an importer would make a hundred times their bytes, one for each kind of it. */
const expanding: Readonly<Record<string, RegExp>> = {
  "dot: a product of two sets": /the graph has more than 500,000 edges, too many to hold\.$/i,
  "placement-gym: nothing but brackets": /JSON is nested more than 1000 deep\.$/,
  "placeto-sim: high ports": /more than 2,000,000 outputs, too many to hold\.$/,
  "graphml: entities of entities": /not well-formed XML at line 1, column \d+\.$/,
  "hlo: calls that double": /the calls unroll to more than 250000 instructions\.$/,
  "hlo: long names of nested calls":
    /names of instructions in nested calls have more than 50000000 characters\.$/,
};

test("files that would expand are refused in less than 512 MiB", async () => {
  const { maxBytes, said } = await importInChild(Object.keys(expanding));
  for (const [name, sentence] of Object.entries(expanding)) expect(said[name], name).toMatch(sentence);
  expect(maxBytes).toBeLessThan(MOST_BYTES);
});

test("every format has hostile files, each with its own name", () => {
  expect(new Set(hostileFiles.map(nameOf)).size).toBe(hostileFiles.length);
  expect(new Set(hostileFiles.map(({ format }) => format)).size).toBe(14);
});
