import { expect, test } from "vitest";
import {
  formatBytes,
  formatCount,
  formatGap,
  formatOn,
  formatSeconds,
  formatUs,
  scaleFor,
} from "../../../results/text/format.ts";

test.each([
  [0, "0 us"],
  [0.25, "0.250 us"],
  [12.3456, "12.35 us"],
  [999, "999.0 us"],
  [12_345.678, "12.35 ms"],
  [1_234_567, "1.235 s"],
  [98_765_432_100, "98,765 s"],
])("%d us reads %s", (us, text) => expect(formatUs(us)).toBe(text));

test.each([
  [0, "0 B"],
  [512, "512 B"],
  [1500, "1.50 kB"],
  [11.4e9, "11.4 GB"],
  [2e15, "2,000 TB"],
])("%d bytes read %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test.each([
  [0, "0.00%"],
  [1e-7, "<0.01%"],
  [0.0421, "4.21%"],
  [0.4217, "42.2%"],
  [3.2, "320%"],
  [41.5, "4,150%"],
])("a gap of %d reads %s", (gap, text) => expect(formatGap(gap)).toBe(text));

test("a column has one scale and as many decimals", () => {
  const scale = scaleFor("us", 12_345);
  expect([scale.unit, formatOn(scale, 12_345), formatOn(scale, 999)]).toEqual(["ms", "12.35", "1.00"]);
});

test("counts and seconds", () => {
  expect(formatCount(3000)).toBe("3,000");
  expect(formatCount(2.5)).toBe("2.5");
  expect(formatCount(999.04)).toBe("999");
  expect([0.4234, 12.34, 1840.2].map(formatSeconds)).toEqual(["0.42", "12.3", "1,840"]);
});
