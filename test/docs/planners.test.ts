/** docs/planners.md has one paragraph for each planner of the registry, and names no other. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { traitsOf } from "../../agents/contract.ts";
import { methods } from "../../agents/registry/registry.ts";

const page = readFileSync(fileURLToPath(new URL("../../docs/planners.md", import.meta.url)), "utf8");
const planners = methods.filter(({ kind }) => kind === "planner").map(({ card }) => card.id);
const ids = new Set(methods.map(({ card }) => card.id));
const paragraphs = page.split(/\n\n+/).filter((text) => /^\*\*`/.test(text));
const idOf = (paragraph: string): string => /^\*\*`([^`]+)`\*\*/.exec(paragraph)![1];

describe("docs/planners.md", () => {
  test("has one paragraph for each registered planner and for no other", () => {
    expect(paragraphs.map(idOf).sort()).toEqual([...planners].sort());
  });

  test("tells of each planner its objectives and its effort", () => {
    for (const paragraph of paragraphs) {
      const { objectives, effort } = traitsOf(methods.find(({ card }) => card.id === idOf(paragraph))!);
      const accepted = objectives === "any" ? "any" : objectives.join(", ").replaceAll("-", " ");
      const end =
        /\*Objectives: ([a-z ,]+)(?:; made for [a-z ]+|; plans for [a-z ]+)?\. Effort: ([a-z]+)\.\*$/;
      const told = end.exec(paragraph.replaceAll("\n", " "));
      expect(told?.slice(1), idOf(paragraph)).toEqual([accepted, effort]);
    }
  });

  test("answers its questions with methods that there are", () => {
    const rows = page.split("\n").filter((line) => line.startsWith("| ") && line.includes("`"));
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) {
      const [, , planner, command] = row.split("|");
      const named = [...planner.matchAll(/`([^`]+)`/g)].map(([, id]) => id);
      const called = [...command.matchAll(/--(?:planner|methods) ([\w,-]+)/g)].flatMap(([, list]) =>
        list.split(","),
      );
      for (const id of [...named, ...called]) expect(ids, row).toContain(id);
    }
  });
});
