/** Quantities with units: exact values, and what is refused with a suggestion. */
import { describe, expect, test } from "vitest";
import { type QuantityKind, readQuantity } from "../../../scenarios/clusters/quantities.ts";

describe("quantities", () => {
  test.each<[QuantityKind, string, number]>([
    ["bandwidth", "25GB/s", 25_000],
    ["bandwidth", "100Gbit/s", 12_500],
    ["bandwidth", "100Gb/s", 12_500],
    ["bandwidth", "10Gbps", 1_250],
    ["bandwidth", "1 MB/s", 1],
    ["bandwidth", "1MiB/s", 1.048576],
    ["bandwidth", "2.5e3MB/s", 2_500],
    ["time", "5us", 5],
    ["time", "0us", 0],
    ["time", "1.5ms", 1_500],
    ["time", "250ns", 0.25],
    ["time", "5\u00b5s", 5],
    ["memory", "16GiB", 2 ** 34],
    ["memory", "16GB", 16e9],
    ["memory", "1B", 1],
    ["speed", "15.7TFLOP/s", 15.7e6],
  ])("of %s: %s is %d", (kind, text, value) => {
    expect(readQuantity(kind, text).value).toBeCloseTo(value, 9);
  });

  test.each<[QuantityKind, string, string | null]>([
    ["bandwidth", "25", null],
    ["bandwidth", "25gb/S", "25GB/s"],
    ["bandwidth", "0GB/s", null],
    ["bandwidth", "-3GB/s", null],
    ["time", "5 minutes", null],
    ["time", "5US", "5us"],
    ["memory", "16gib", "16GiB"],
    ["memory", "GiB", null],
    ["memory", "1e999GiB", null],
    ["memory", "16constructor", null],
  ])("of %s: %s is refused", (kind, text, meant) => {
    const reading = readQuantity(kind, text);
    expect(reading.value).toBeNull();
    expect(reading.expected).toMatch(/^a number with a unit, such as \d/);
    expect(reading.meant).toBe(meant);
  });
});
