/**
 * Holds the prose of comments and pages: sentences of at most 25 words, lines of at most 100
 * columns. Code, tables and indented formulas are no prose. A code span counts as one word, a
 * citation (parentheses with a year) as none.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const MOST_WORDS = 25;
const MOST_COLUMNS = 100;

/** A line of prose with its number in the file; `text` has no comment marks. */
interface Line {
  readonly number: number;
  readonly text: string;
  /** Columns of the whole line, marks included. */
  readonly columns: number;
}

interface Sentence {
  readonly number: number;
  readonly text: string;
}

const isDirective = (text: string): boolean => /^(@|biome-|#)/.test(text);

/** Comments that begin a line, each as its lines: blocks, and runs of `//`. */
function commentsOf(source: string): Line[][] {
  const comments: Line[][] = [];
  let open: "block" | "run" | null = null;
  source.split("\n").forEach((raw, i) => {
    const startsBlock = open !== "block" && /^\s*\/\*/.test(raw);
    const isRun = open !== "block" && /^\s*\/\//.test(raw);
    if (open !== "block" && !startsBlock && !isRun) open = null;
    else {
      if (startsBlock || (isRun && open !== "run")) comments.push([]);
      const text = raw.replace(/^\s*(\/\*\*?|\/\/|\*(?!\/)) ?/, "").replace(/\s*\*\/.*$/, "");
      if (!isDirective(text)) comments.at(-1)!.push({ number: i + 1, text, columns: raw.length });
      const goesOn = (startsBlock || open === "block") && !raw.includes("*/");
      open = goesOn ? "block" : isRun ? "run" : null;
    }
  });
  return comments;
}

/** The prose of a page, in parts between its fenced code, tables, headings and raw HTML. */
function partsOf(page: string): Line[][] {
  const parts: Line[][] = [[]];
  let inCode = false;
  page.split("\n").forEach((text, i) => {
    const isFence = text.trimStart().startsWith("```");
    if (isFence) inCode = !inCode;
    if (isFence || inCode || /^(\||#|<)/.test(text)) parts.push([]);
    else parts.at(-1)!.push({ number: i + 1, text, columns: text.length });
  });
  return parts;
}

const listMark = /^\s*([-*]|\d+\.)\s+/;

/** Paragraphs of some lines; list items are paragraphs, indented lines between them formulas. */
function paragraphsOf(lines: readonly Line[]): Line[][] {
  const paragraphs: Line[][] = [];
  let open = false;
  for (const line of lines) {
    const isItem = listMark.test(line.text);
    if (line.text.trim() === "") open = false;
    else if (!open && !isItem && /^\s{2}/.test(line.text)) continue;
    else {
      if (!open || isItem || line.text.startsWith("@")) paragraphs.push([]);
      paragraphs.at(-1)!.push({ ...line, text: line.text.replace(listMark, "").trim() });
      open = true;
    }
  }
  return paragraphs;
}

const sentenceEnd = /(?<=[.!?]["')\]`*]*)\s+(?=["'(`*[]*[A-Z0-9]|[`[])/;
const abbreviation =
  /(?<![\w-])(e\.g|i\.e|al|vs|cf|etc|Fig|Eq|No|pp?|Proc|Int|Trans|Conf|Sec|Vol|approx|ca|[A-Z])\.$/;

function sentencesOf(paragraph: readonly Line[]): Sentence[] {
  const sentences: Sentence[] = [];
  let text = "";
  for (const part of paragraph
    .map((line) => line.text)
    .join(" ")
    .split(sentenceEnd)) {
    text = `${text} ${part}`.trim();
    if (abbreviation.test(text)) continue;
    sentences.push({ number: paragraph[0].number, text });
    text = "";
  }
  return text === "" ? sentences : [...sentences, { number: paragraph[0].number, text }];
}

function wordsIn(sentence: string): number {
  const plain = sentence.replace(/\([^()]*\b(19|20)\d\d\b[^()]*\)/g, "").replace(/`[^`]*`/g, "code");
  return plain.split(/\s+/).filter((word) => /[A-Za-z0-9]/.test(word)).length;
}

function offencesOf(file: string, text: string): string[] {
  const parts = file.endsWith(".md") ? partsOf(text) : commentsOf(text);
  const wide = parts.flat().filter(({ columns }) => columns > MOST_COLUMNS);
  const long = parts
    .flatMap(paragraphsOf)
    .flatMap(sentencesOf)
    .filter((sentence) => wordsIn(sentence.text) > MOST_WORDS);
  return [
    ...wide.map(({ number, columns }) => `${file}:${number} has ${columns} columns`),
    ...long.map((each) => `${file}:${each.number} has ${wordsIn(each.text)} words: ${each.text}`),
  ];
}

const root = fileURLToPath(new URL("..", import.meta.url));
const rooms = ["agents", "cli", "docs", "env", "results", "scenarios", "test"];
const files = [
  ...readdirSync(root),
  ...rooms.flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: "utf8" }).map((name) => `${room}/${name}`),
  ),
].filter((name) => /\.(ts|md)$/.test(name) && !name.endsWith("-wasm.ts"));
const offences = files.flatMap((file) => offencesOf(file, readFileSync(join(root, file), "utf8")));

describe("the prose of comments and pages", () => {
  test("is found", () => {
    expect(files.length).toBeGreaterThan(500);
    expect(files).toContain("docs/words.md");
  });

  test("has no long sentence and no wide line", () => {
    expect(offences).toEqual([]);
  });
});

describe("the rule of prose", () => {
  const words = (count: number): string => Array.from({ length: count }, () => "w").join(" ");

  test("takes 25 words a sentence and no more", () => {
    expect(offencesOf("a.md", `${words(25)}.`)).toEqual([]);
    expect(offencesOf("a.md", `Short.\n\n${words(20)}\n${words(6)}.`)).toHaveLength(1);
  });

  test("tells sentences apart by their ends, not by abbreviations", () => {
    expect(offencesOf("a.md", `${words(20)}. \`code\` ${words(20)}.`)).toEqual([]);
    expect(offencesOf("a.md", `${words(20)} et al. Then ${words(20)}.`)).toHaveLength(1);
  });

  test("counts a code span as one word and a citation as none", () => {
    expect(offencesOf("a.md", `${words(24)} \`a b c\` (Author and ${words(9)} 1999).`)).toEqual([]);
  });

  test("leaves out code, tables and formulas", () => {
    const text = ["```", words(40), "```", `| ${words(40)} |`, "", `    ${words(15)}`].join("\n");
    expect(offencesOf("a.md", text)).toEqual([]);
  });

  test("reads comments, not code", () => {
    const block = ["/**", ` * ${words(20)}`, ` * ${words(6)}.`, " */"].join("\n");
    expect(offencesOf("a.ts", block)).toHaveLength(1);
    expect(offencesOf("a.ts", `// ${words(13)}\n// ${words(13)}.`)).toHaveLength(1);
    expect(offencesOf("a.ts", `// ${words(13)}.\nconst a = 1;\n// ${words(13)}.`)).toEqual([]);
    expect(offencesOf("a.ts", `const text = \`${words(40)}\`;`)).toEqual([]);
    expect(offencesOf("a.ts", `/** ${words(20)} ${"w".repeat(60)}. */`)).toHaveLength(1);
  });
});
