/** The table of names that `list` prints is what the registries hold now. */
import { describe, expect, test } from "vitest";
import { methods } from "../../../../agents/registry/registry.ts";
import { methodsOfSystem, publishedSystems } from "../../../../agents/registry/systems.ts";
import { collectedHelp, collectedTable } from "../../../../cli/reports/names/collect.ts";
import { entriesOf, kinds, lineOf } from "../../../../cli/reports/names/entry.ts";
import { helpTable, table } from "../../../../cli/reports/names/table.ts";

describe("the table of names", () => {
  test("is what `npm run build:names` writes; run it after a change of a registry", () => {
    expect(table.trimStart().split("\n")).toEqual(collectedTable().split("\n"));
  });

  test("has the help of every command as the command has it", async () => {
    expect(helpTable.trimStart().split("\n")).toEqual((await collectedHelp()).split("\n"));
  });

  test("reads as it is written, and knows every kind", () => {
    const entries = entriesOf(table);
    expect(`${entries.map(lineOf).join("\n")}\n`).toBe(table.trimStart());
    expect(new Set(entries.map(({ kind }) => kind))).toEqual(new Set(kinds));
  });

  test("holds each name once in its kind", () => {
    const names = entriesOf(table).map(({ kind, id }) => `${kind} ${id}`);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("published systems", () => {
  test.each(publishedSystems)("$id is a method here, or a sentence about what is nearest", (system) => {
    const here = methodsOfSystem(methods, system);
    const ids = methods.map(({ card }) => card.id);
    for (const id of system.nearest ?? []) expect(ids).toContain(id);
    if (here.length > 0) expect([system.nearest, system.lacks]).toEqual([undefined, undefined]);
    else expect(system.nearest ?? system.lacks).toBeDefined();
  });

  test("are all that cards name", () => {
    const known = publishedSystems.map(({ id }) => id);
    for (const { card } of methods) for (const id of card.systems ?? []) expect(known).toContain(id);
  });
});
