/**
 * Colours that stand side by side can be told apart, also by readers who lack one kind of cone.
 *
 * The simulation is that of Machado, Oliveira and Fernandes ("A physiologically-based model for
 * simulation of color vision deficiency", IEEE TVCG 2009) at full severity, in linear light. The
 * distance is CIE76 in L*a*b*, where about 2.3 can just be noticed.
 */
import { describe, expect, test } from "vitest";
import { chartStyle, palette } from "../../../results/page/palette.ts";

type Triple = readonly [number, number, number];
type Matrix = readonly [Triple, Triple, Triple];

const sight: Readonly<Record<string, Matrix>> = {
  "full sight": [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const toXyz: Matrix = [
  [0.4124564, 0.3575761, 0.1804375],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339, 0.119192, 0.9503041],
];
const white: Triple = [0.95047, 1, 1.08883];

const times = (matrix: Matrix, [x, y, z]: Triple): Triple => {
  const row = ([a, b, c]: Triple) => a * x + b * y + c * z;
  return [row(matrix[0]), row(matrix[1]), row(matrix[2])];
};

function linear(hex: string): Triple {
  const channel = (at: number) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

function lab(rgb: Triple): Triple {
  const clamped = rgb.map((value) => Math.min(1, Math.max(0, value))) as unknown as Triple;
  const [x, y, z] = times(toXyz, clamped).map((value, i) => {
    const ratio = value / white[i];
    return ratio > 216 / 24389 ? Math.cbrt(ratio) : (24389 / 27) * (ratio / 116) + 16 / 116;
  });
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const seenBy = (matrix: Matrix, hex: string): Triple => lab(times(matrix, linear(hex)));
const distance = (a: Triple, b: Triple): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

const [light, dark] = palette.split("@media");
const colour = (theme: string, name: string): string => {
  const [, hex] = new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(theme)!;
  return hex;
};

const sideBySide = ["forward", "backward", "update", "transfer", "critical", "panel"];

describe.each([
  ["light", light],
  ["dark", dark],
])("on a %s page", (_, theme) => {
  test.each(Object.entries(sight))("roles, transfers and critical path differ under %s", (_name, matrix) => {
    for (const [i, a] of sideBySide.entries())
      for (const b of sideBySide.slice(i + 1)) {
        const far = distance(seenBy(matrix, colour(theme, a)), seenBy(matrix, colour(theme, b)));
        expect(far, `${a} and ${b}`).toBeGreaterThan(12);
      }
  });

  test.each(Object.entries(sight))("critical path and backward are far apart under %s", (_name, matrix) => {
    const [critical, backward] = ["critical", "backward"].map((name) => seenBy(matrix, colour(theme, name)));
    expect(distance(critical, backward)).toBeGreaterThan(40);
  });
});

test("the simulation merges what red-green blindness merges", () => {
  const [red, green] = ["#c85050", "#8c8c46"];
  const far = (name: string) => distance(seenBy(sight[name], red), seenBy(sight[name], green));
  expect(far("full sight")).toBeGreaterThan(45);
  expect(far("deuteranopia")).toBeLessThan(far("full sight") / 2);
});

test("no text of a chart is smaller than 11 px", () => {
  const sizes = [...chartStyle.matchAll(/font(?:-size)?: ([\d.]+)px/g)].map(([, size]) => Number(size));
  expect(sizes.length).toBeGreaterThan(3);
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(11);
});
