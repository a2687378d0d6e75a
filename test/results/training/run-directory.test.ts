import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readLog } from "../../../results/files/append-log.ts";
import type { RunDescription } from "../../../results/training/run-description.ts";
import {
  createRunDirectory,
  openRunDirectory,
  readRunFile,
} from "../../../results/training/run-directory.ts";

const description: RunDescription = {
  kind: "train",
  config: { agent: "walker" },
  seed: 4,
  versions: { "placement-gym": "0.0.0" },
  backend: "wasm",
  scenarios: { tiny: "0123" },
  files: {},
  options: {},
};

let path = "";
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "placement-gym-"));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

describe("a run directory", () => {
  test("keeps its description, its logs and its files from one opening to the next", () => {
    const first = createRunDirectory(path, description);
    first.metrics.append({ update: 1 });
    first.writeJson("checkpoint/state.json", { update: 1 });
    first.close();
    const second = openRunDirectory(path);
    expect(second.description).toEqual(description);
    second.metrics.append({ update: 2 });
    second.close();
    expect(readLog(join(path, "metrics.jsonl"))).toEqual([{ update: 1 }, { update: 2 }]);
    expect(readRunFile(path, "checkpoint/state.json")).toEqual({ update: 1 });
    expect(readRunFile(path, "result.json")).toBe(undefined);
  });

  test("is never started over another run or over logs without a run", () => {
    createRunDirectory(path, description).close();
    expect(() => createRunDirectory(path, description)).toThrow(/already holds a run/);
    rmSync(join(path, "run.json"));
    createRunDirectory(path, description).close();
    rmSync(join(path, "run.json"));
    writeFileSync(join(path, "metrics.jsonl"), "{}\n");
    expect(() => createRunDirectory(path, description)).toThrow(/holds a metrics.jsonl but no run.json/);
  });

  test.each([
    ["{", /is not readable JSON/],
    ['{"format":"placement-gym/run@9"}', /format is "placement-gym\/run@9", expected "placement-gym\/run@2"/],
    ["{}", /format is undefined/],
    ["null", /holds null, expected an object/],
    ["[]", /holds a list, expected an object/],
    ['{"format":"placement-gym/run@2"}', /has no sha256/],
    ['{"format":"placement-gym/run@1","kind":"train"}', /config is missing/],
  ])("with a run.json of %s is refused in a sentence", (text, sentence) => {
    writeFileSync(join(path, "run.json"), text);
    expect(() => openRunDirectory(path)).toThrow(sentence);
  });
});
