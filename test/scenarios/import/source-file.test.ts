/**
 * Files as importers see them: lines do not depend on chunks, byte order marks and line ends are
 * removed, and unreadable files are one sentence.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { InputError } from "../../../env/index.ts";
import { fileAddress } from "../../../scenarios/file-address.ts";
import { fileOf, openFile } from "../../../scenarios/import/source-file.ts";
import { drawn } from "../../law-runs.ts";

const folder = mkdtempSync(join(tmpdir(), "source-"));
afterAll(() => rmSync(folder, { recursive: true }));
const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error("it was accepted");
};

describe("a source file", () => {
  test("refuses JSON of too many objects before it parses it, and does not count what is quoted", () => {
    const list = (entry: string) => fileOf(`[${Array(2_000_000).fill(entry).join(",")}]`, "x");
    expect(refusal(() => list("{}").json())).toBe("the file's JSON has more than 2000000 objects and lists.");
    expect(fileOf(`["${"{[".repeat(1_500_000)}"]`, "x").json()).toHaveLength(1);
  });

  test("gives the lines of its text, from disk as from memory", () => {
    const path = join(folder, "lines.txt");
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" })), fc.constantFrom("\n", "\r\n"), (parts, end) => {
        const lines = parts.map((part) => part.replace(/[\r\n\uFEFF]/g, ""));
        const text = lines.join(end);
        writeFileSync(path, text);
        const expected = text.split(end);
        if (expected[expected.length - 1] === "") expected.pop();
        expect([...fileOf(text, "x").lines()]).toEqual(expected);
        expect([...openFile(path).lines()]).toEqual(expected);
      }),
      { numRuns: drawn(50) },
    );
  });

  test("joins lines and letters that chunks cut apart", () => {
    const line = "é".repeat(700_000);
    const path = join(folder, "long.txt");
    writeFileSync(path, `${line}\nb\n${line}`);
    expect([...openFile(path).lines()]).toEqual([line, "b", line]);
  });

  test("leaves out a byte order mark", () => {
    const marked = fileOf('\uFEFF{"a": 1}', "x");
    expect(marked.head).toBe('{"a": 1}');
    expect(marked.jsonObject()).toEqual({ a: 1 });
    expect([...fileOf("\uFEFFa\nb", "x").lines()]).toEqual(["a", "b"]);
  });

  test("parses JSON once, and only what begins like an object", () => {
    const file = fileOf('{"a": []}', "x");
    expect(file.jsonObject()).toBe(file.json());
    expect(fileOf("[1]", "x").jsonObject()).toBeNull();
    expect(fileOf("digraph {", "x").jsonObject()).toBeNull();
  });

  test("finds other files beside it", () => {
    writeFileSync(join(folder, "one.txt"), "1");
    expect(openFile(join(folder, "lines.txt")).beside("one.txt").text()).toBe("1");
    expect(refusal(() => fileOf("", "x").beside("one.txt"))).toMatch(/names the file "one\.txt" beside it/);
  });

  test.each([
    ["a missing file", () => openFile(join(folder, "none")), /does not exist\.$/],
    ["a folder", () => openFile(folder), /is a directory, expected a file\.$/],
    ["a device", () => openFile("/dev/null"), /is a pipe or a device, expected a file\.$/],
    [
      "no text",
      () => fileOf(Uint8Array.of(0xff, 0xfe, 0x00), "x").text(),
      /not text: its bytes are not UTF-8\.$/,
    ],
    [
      "lines of no text",
      () => [...fileOf(Uint8Array.of(0x61, 0xff), "x").lines()],
      /not text: its bytes are not UTF-8\.$/,
    ],
    ["no JSON", () => fileOf("{", "x").json(), /is not valid JSON: /],
  ])("%s is one sentence", (_, run, sentence) => expect(refusal(run)).toMatch(sentence));
});

describe("an address", () => {
  test.each([
    ["a.json", "a.json", {}],
    ["A.GRAPHML?time=cost&unit=ms", "A.GRAPHML", { time: "cost", unit: "ms" }],
    ["./no-ending?batch=3", "./no-ending", { batch: "3" }],
    ["../what?.json", "../what?.json", {}],
    ["m.onnx?dim.batch=2", "m.onnx", { "dim.batch": "2" }],
    ["graph.txt?", "graph.txt", {}],
    ["g.pb?fetch=a%26b", "g.pb", { fetch: "a&b" }],
  ])("%s is a file", (text, path, options) => {
    const address = fileAddress(text);
    expect(address?.path).toBe(path);
    expect(Object.fromEntries(address?.options ?? [])).toEqual(options);
  });

  test.each(["inception-v3/2xP100", "nmt/test/3/4xK80?comm=50", "bert-base", "gpt-2/8xV100-nvlink?layers=2"])(
    "%s is none",
    (text) => expect(fileAddress(text)).toBeNull(),
  );
});
