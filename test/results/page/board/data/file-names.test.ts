import fc from "fast-check";
import { expect, test } from "vitest";
import { fileNames } from "../../../../../results/page/board/data/file-names.ts";
import { evilNames } from "../../../evil-names.ts";

test("names of scenarios stay readable", () => {
  expect([...fileNames(["nmt/test/2/4xP100", "a?b=1", "a?b-1"]).values()]).toEqual([
    "nmt-test-2-4xP100",
    "a-b-1",
    "a-b-1-2",
  ]);
});

test("any names have files of their own that no disk refuses and that stay in their folder", () => {
  const names = fc.array(
    fc.oneof(fc.string(), fc.constantFrom(...evilNames, "..", "../x", "CON", "con", "")),
  );
  fc.assert(
    fc.property(names, (given) => {
      const files = fileNames(given);
      const distinct = [...new Set(given)];
      const found = distinct.map((name) => files.get(name)!.toLowerCase());
      expect(new Set(found).size).toBe(distinct.length);
      for (const file of found) {
        expect(file).toMatch(/^[a-z0-9_][a-z0-9._-]*$/);
        expect(file).not.toMatch(/^(con|nul|aux|prn)(\.|$)|\.$/);
      }
    }),
  );
});
