import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type CaseFormat, caseFiles } from "../../../../../cli/commands/tools/bench/case-files.ts";

const format: CaseFormat = { marker: '"of/1"', what: "of/1 file", folders: "this one" };

/** A folder with cases `b.json` and `a.json`, files of other formats, and a case further down. */
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "case-files-"));
  mkdirSync(join(path, "below.json"));
  const files = {
    "b.json": '{"schema":"of/1"}',
    "a.json": '{"schema":"of/1"}',
    "other.json": "{}",
    "notes.txt": '"of/1"',
    "below.json/c.json": '{"schema":"of/1"}',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

describe("case files of a folder", () => {
  test("are those with the marker, by name, of this folder or of all below", () => {
    const path = folder();
    expect(caseFiles(path, format)).toEqual([join(path, "a.json"), join(path, "b.json")]);
    expect(caseFiles(path, { ...format, folders: "all below" })).toEqual(
      ["a.json", "b.json", "below.json/c.json"].map((name) => join(path, name)),
    );
  });

  test("must be there", () => {
    const path = folder();
    expect(() => caseFiles(path, { ...format, marker: "of/2", what: "of/2 file" })).toThrow(
      "holds no of/2 file",
    );
    expect(() => caseFiles(join(path, "none"), format)).toThrow("cannot be read");
  });
});
