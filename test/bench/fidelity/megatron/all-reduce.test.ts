import { expect, test } from "vitest";
import { acrossNodesS, gradientSumS, inNodeS, ringShare, tableOf, tensorSumS } from "./all-reduce.ts";

const MIB = 2 ** 20;
const table = (...seconds: number[]) => ({ seconds, largestGBps: 200 });
const tables = new Map([
  [2, table(1, 2, 4)],
  [4, table(10, 20, 40)],
  [8, table(100, 200, 400)],
]);

test("a table's times are those in place", () => {
  const text = `size(B),count,type,time(ns),busbw(GB/s),time(ns),busbw(GB/s)\n${MIB},1,float,9,9,2000,3.5\n`;
  expect(tableOf(text, "t")).toEqual({ seconds: [2e-6], largestGBps: 3.5 });
  expect(() => tableOf(text.replace(`${MIB}`, "7"), "t")).toThrow("t, line 2");
});

test("entries of the table, between them, below and beyond", () => {
  const at = (mib: number) => inNodeS(tables, 2, mib * MIB);
  expect([1, 2, 2.5, 3, 0.1, 6].map(at)).toEqual([1, 2, 3, 4, 1, 8]);
  expect(inNodeS(tables, 1, MIB)).toBe(0);
});

test("a size without a table takes the ring's share of the next larger", () => {
  expect(inNodeS(tables, 3, MIB)).toBeCloseTo((10 * ringShare(3)) / ringShare(4), 12);
});

test("tensor groups across nodes have the links to themselves, replicas share them", () => {
  expect(tensorSumS(tables, 8, MIB)).toBe(100);
  expect(tensorSumS(tables, 16, 1e9)).toBeCloseTo((30 / 16) * 0.01, 12);
  expect(gradientSumS(tables, { tensor: 4, data: 1 }, 1e9)).toBe(0);
  expect(gradientSumS(tables, { tensor: 4, data: 2 }, MIB)).toBe(1);
  expect(gradientSumS(tables, { tensor: 4, data: 4 }, 1e9)).toBeCloseTo(acrossNodesS(4, 1e9, 4), 12);
  expect(acrossNodesS(4, 1e9, 4)).toBeCloseTo(0.06, 12);
});
