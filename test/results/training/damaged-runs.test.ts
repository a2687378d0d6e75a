/**
 * Damaged files of a training run. A resume refuses them in one sentence and changes nothing, or
 * it comes to the same bytes as a run that was never touched. Nothing in between.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InputError } from "../../../env/index.ts";
import { resumeParts, trainParts } from "../../../results/training/train.ts";
import { drawn } from "../../law-runs.ts";
import { mutated } from "../../laws/mutate.ts";
import { request, scenarios, walkerWith } from "./walker.ts";

const parts = { scenarios, module: walkerWith([]), options: {} };
const hooks = { clock: () => 0, cpuClock: () => 0 };
const folder = mkdtempSync(join(tmpdir(), "placement-gym-"));
const [whole, killed, damaged] = ["whole", "killed", "damaged"].map((name) => join(folder, name));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  await trainParts(whole, request, parts, hooks);
  const onStep = ({ update }: { update: number }) => {
    if (update === 7) throw new Error("killed");
  };
  await expect(trainParts(killed, request, parts, { ...hooks, onStep })).rejects.toThrow("killed");
});

const RESULTS = ["metrics.jsonl", "plans.jsonl", "policy.json", "result.json", "checkpoint/state.json"];
const JSON_FILES = ["run.json", "checkpoint/state.json", "times.json"];
const LOGS = ["metrics.jsonl", "plans.jsonl"];
const textOf = (run: string, name: string) => readFileSync(join(run, name), "utf8");

/** Resumes a copy with one file replaced; null where it went on, else the refusal. */
async function resumedWith(name: string, text: string): Promise<string | null> {
  rmSync(damaged, { recursive: true, force: true });
  cpSync(killed, damaged, { recursive: true });
  writeFileSync(join(damaged, name), text);
  const before = LOGS.map((log) => textOf(damaged, log));
  try {
    await resumeParts(damaged, parts, hooks);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toMatch(/^[^\n]+\.$/);
    expect(LOGS.map((log) => textOf(damaged, log))).toEqual(before);
    return (error as Error).message;
  }
  for (const result of RESULTS) expect(textOf(damaged, result), result).toBe(textOf(whole, result));
  return null;
}

describe("a resume of a run whose files are damaged", () => {
  test("refuses values of any other kind, or comes to the same end", async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...JSON_FILES), fc.nat(), async (name, seed) => {
        const text = JSON.stringify(mutated(JSON.parse(textOf(killed, name)), seed));
        if ((await resumedWith(name, text)) !== null) refused++;
      }),
      { numRuns: drawn(150) },
    );
    expect(refused).toBeGreaterThan(drawn(100));
  });

  test("refuses files that were cut or that hold another byte, or comes to the same end", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...JSON_FILES, ...LOGS),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.constantFrom("cut", "digit", "zero"),
        async (name, share, how) => {
          const text = textOf(killed, name);
          const at = Math.floor(share * text.length);
          const after = how === "cut" ? "" : (how === "digit" ? "7" : "\u0000") + text.slice(at + 1);
          await resumedWith(name, text.slice(0, at) + after);
        },
      ),
      { numRuns: drawn(100) },
    );
  });

  test.each([
    ["run.json", "", /run\.json" is not readable JSON/],
    ["run.json", "null", /run\.json" holds null, expected an object/],
    ["times.json", "null", /times\.json" holds null/],
    ["times.json", '{"seconds":null,"cpuSeconds":1,"scenarios":{}}', /times\.json": seconds/],
    ["checkpoint/state.json", "null", /state\.json" holds null/],
    ["checkpoint/state.json", "{}", /state\.json": update is missing/],
    [
      "checkpoint/state.json",
      '{"format":"placement-gym/checkpoint@9"}',
      /format is "placement-gym\/checkpoint@9"/,
    ],
    ["metrics.jsonl", "", /metrics\.jsonl" has 0 bytes, but its checkpoint was made at/],
  ])("refuses a %s of %j", async (name, text, sentence) => {
    expect(await resumedWith(name, text)).toMatch(sentence);
  });

  test("refuses a log with a doubled line, and one with a line of another run", async () => {
    const [first, ...rest] = textOf(killed, "metrics.jsonl").split("\n");
    const changed = /metrics\.jsonl" has been changed since its checkpoint was made/;
    expect(await resumedWith("metrics.jsonl", [first, first, ...rest].join("\n"))).toMatch(changed);
    const other = first.replace(/"bestValue":\d+/, '"bestValue":null');
    expect(other).not.toBe(first);
    expect(await resumedWith("metrics.jsonl", [other, ...rest].join("\n"))).toMatch(changed);
  });

  test("refuses a missing times.json, and other versions, options and files of the agent", async () => {
    rmSync(damaged, { recursive: true, force: true });
    cpSync(killed, damaged, { recursive: true });
    rmSync(join(damaged, "times.json"));
    const resume = (given: object, versions = {}) =>
      resumeParts(damaged, { ...parts, ...given }, { ...hooks, versions });
    await expect(resume({})).rejects.toThrow(/times\.json" is missing beside a checkpoint/);
    await expect(resume({}, { "placement-gym": "9.0.0" })).rejects.toThrow(
      /was begun by no version, this is placement-gym 9\.0\.0; give another folder\.$/,
    );
  });
});

describe("a run that was begun with files and options", () => {
  const inputs = { files: { "./mine.ts": "0123" }, options: { "./mine.ts": { rate: 1 } } };
  const path = join(folder, "own");
  const onStep = () => {
    throw new Error("killed");
  };

  test.each([
    [
      "another file",
      { ...inputs, files: { "./mine.ts": "4567" } },
      /^File "\.\/mine\.ts" has changed since the run/,
    ],
    [
      "other options",
      { ...inputs, options: { "./mine.ts": { rate: 2 } } },
      /had the options \{"rate":1\} when/,
    ],
  ])("does not go on with %s", async (_, other, sentence) => {
    rmSync(path, { recursive: true, force: true });
    const own = { ...parts, inputs };
    await expect(trainParts(path, request, own, { ...hooks, onStep })).rejects.toThrow("killed");
    await expect(resumeParts(path, { ...parts, inputs: other }, hooks)).rejects.toThrow(sentence);
    await resumeParts(path, own, hooks);
  });
});
