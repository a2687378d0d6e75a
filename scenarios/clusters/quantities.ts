/**
 * Quantities with their unit, as people write them: `25GB/s`, `5us`, `16GiB`. A number without a
 * unit is refused, because 25 may be bytes, gigabytes or gigabits. Letters count: `B` is a byte,
 * `b` or `bit` a bit.
 */

/** Units in the base unit of the kind: bytes per us, us, bytes, FLOP per us. */
const units = {
  bandwidth: {
    ...scaled("B/s", 1e-6),
    ...scaled("bit/s", 1e-6 / 8),
    ...scaled("b/s", 1e-6 / 8),
    ...scaled("bps", 1e-6 / 8),
    ...binary("B/s", 1e-6),
  },
  time: { ns: 1e-3, us: 1, "\u00b5s": 1, "\u03bcs": 1, ms: 1e3, s: 1e6 },
  memory: { ...scaled("B", 1), ...binary("B", 1) },
  speed: scaled("FLOP/s", 1e-6),
} as const satisfies Readonly<Record<string, Readonly<Record<string, number>>>>;

export type QuantityKind = keyof typeof units;

const examples: Readonly<Record<QuantityKind, string>> = {
  bandwidth: "25GB/s",
  time: "5us",
  memory: "16GiB",
  speed: "15.7TFLOP/s",
};

export interface Reading {
  /** In the base unit; null where the text is none. */
  readonly value: number | null;
  /** What was expected, for a sentence. */
  readonly expected: string;
  /** The nearest text that is one, such as `25GB/s` for `25gb/s`. */
  readonly meant: string | null;
}

/** Reads a text such as `25GB/s`. Times may be 0; everything else is above 0. */
export function readQuantity(kind: QuantityKind, text: string): Reading {
  const expected = `a number with a unit, such as ${examples[kind]}`;
  const known: Readonly<Record<string, number>> = units[kind];
  const [, number = "", unit = ""] = /^\s*(\d+(?:\.\d*)?(?:e[-+]?\d+)?)\s*(\S*)\s*$/i.exec(text) ?? [];
  const size = Object.hasOwn(known, unit) ? Number(number) * known[unit] : Number.NaN;
  const fits = Number.isFinite(size) && (size > 0 || (kind === "time" && size === 0));
  if (number !== "" && fits) return { value: size, expected, meant: null };
  const near = Object.keys(known).find((each) => each.toLowerCase() === unit.toLowerCase());
  return { value: null, expected, meant: near === undefined || near === unit ? null : `${number}${near}` };
}

function scaled(base: string, size: number): Record<string, number> {
  const prefixes = { "": 1, k: 1e3, K: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 };
  return Object.fromEntries(
    Object.entries(prefixes).map(([prefix, factor]) => [prefix + base, factor * size]),
  );
}

function binary(base: string, size: number): Record<string, number> {
  const prefixes = ["Ki", "Mi", "Gi", "Ti"];
  return Object.fromEntries(prefixes.map((prefix, i) => [prefix + base, 1024 ** (i + 1) * size]));
}
