import fc from "fast-check";
import { expect, test } from "vitest";
import { Divisions } from "../../../../../env/model/layout/propagation/divisions.ts";
import {
  isRuledOut,
  linkageOf,
  noLinkage,
  unmetOp,
} from "../../../../../env/model/layout/propagation/linkage.ts";
import { propagationRules } from "../../../../../env/model/layout/propagation/rules.ts";
import { divideTile, tilesOf } from "../../../../../env/model/layout/propagation/tiles.ts";
import { transformerBlock } from "../../../../env/sim/lower/sharding/transformer-block.ts";

const { graph } = transformerBlock({ b: 2, s: 4, h: 8, a: 4, d: 2, f: 16 });
const rules = propagationRules(graph);
const tiles = tilesOf(rules, [2], { scope: "arguments", grouped: false });
const linkage = linkageOf(rules, [2], tiles);
const opOf = (name: string) => graph.names.indexOf(name);

/** `op dimension` of each tile of a group. */
const namesOf = (group: readonly number[]) =>
  group.map((i) => {
    const { ops, dimension } = tiles[i];
    return `${graph.names[ops[0]]} ${graph.iterations![ops[0]]!.dimensions[dimension].name}`;
  });
const groupWith = (name: string) => linkage.groups.map(namesOf).find((names) => names.includes(name));
const tileOf = (name: string) => tiles.findIndex((_, i) => namesOf([i])[0] === name);

test("the heads of attention are one group, the inner features of the MLP another", () => {
  expect(groupWith("q a")).toEqual(["q a", "k a", "v a", "projection a"]);
  expect(groupWith("inner f")).toEqual(["inner f", "outer f"]);
});

test("is a partition, and what a group divides is the same from each of its tiles or from all", () => {
  expect(linkage.groups.flat().sort((a, b) => a - b)).toEqual([...tiles.keys()]);
  linkage.groups.forEach((group, g) => {
    expect(group.map((tile) => linkage.groupOf[tile])).toEqual(group.map(() => g));
    const keys = [...group.map((tile) => [tile]), group].map((chosen) => {
      const divisions = new Divisions(rules, [2], true);
      divideTile(divisions, ...chosen.map((tile) => tiles[tile]));
      return divisions.key();
    });
    expect(new Set(keys).size).toBe(1);
  });
});

test("two tiles of different groups divide different ops or dimensions", () => {
  const keys = linkage.groups.map(([first]) => {
    const divisions = new Divisions(rules, [2], true);
    divideTile(divisions, tiles[first]);
    expect([...linkage.reached[linkage.groupOf[first]]]).toEqual(
      [...rules.ops].filter((op) => divisions.dimensionBy(op, 0) !== -1),
    );
    return divisions.key();
  });
  expect(new Set(keys).size).toBe(keys.length);
});

test("a dimension that is to stay whole stops propagation, and its op is told", () => {
  const divisions = new Divisions(rules, [2], true);
  const { ops, dimension } = tiles[tileOf("outer f")];
  divisions.bar(rules.dimensionStart[ops[0]] + dimension, 0);
  expect(divisions.copy().isBarred(rules.dimensionStart[ops[0]] + dimension, 0)).toBe(true);
  divideTile(divisions, tiles[tileOf("inner f")]);
  expect(divisions.isOpen(opOf("outer"), 0)).toBe(true);
  expect(unmetOp(divisions)).toBe(opOf("outer"));
});

test("no op is unmet where nothing is divided", () => {
  expect(unmetOp(new Divisions(rules, [2], true))).toBe(-1);
});

test("what is ruled out fails, whatever was decided before", () => {
  const decisions = fc.array(fc.tuple(fc.nat(tiles.length - 1), fc.boolean()), { maxLength: 6 });
  let [ruledOut, alone] = [0, 0];
  fc.assert(
    fc.property(decisions, fc.nat(tiles.length - 1), (before, tile) => {
      const divisions = new Divisions(rules, [2], true);
      for (const [i, isDivided] of before) {
        const { ops, dimension, axis } = tiles[i];
        if (isDivided) divideTile(divisions, tiles[i]);
        else divisions.bar(rules.dimensionStart[ops[0]] + dimension, axis);
        if (unmetOp(divisions) !== -1) return;
      }
      const { ops, dimension, axis } = tiles[tile];
      if (!divisions.mayDivide(rules.dimensionStart[ops[0]] + dimension, axis)) return;
      alone += Number(isRuledOut(divisions, noLinkage(tiles), tiles, tile));
      if (!isRuledOut(divisions, linkage, tiles, tile)) return;
      ruledOut++;
      divideTile(divisions, tiles[tile]);
      expect(unmetOp(divisions)).not.toBe(-1);
    }),
    { numRuns: 300, seed: 7 },
  );
  expect(ruledOut).toBeGreaterThan(5);
  expect(alone).toBe(0);
});
