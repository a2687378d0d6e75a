/**
 * Random damage to files, as bytes and as text, as from a broken disk, a cut connection, a mistaken
 * edit or an attack.
 */
import { createRng, type Rng } from "../../../env/index.ts";
import { mutated, pick } from "../../laws/mutate.ts";

const strayWords = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "",
  "node1",
  "\u0000",
  "\u202e",
  "é",
];
const strayNumbers = [
  "-1",
  "0",
  "1e999",
  "1e308",
  "9007199254740993",
  "18446744073709551616",
  "-0.5",
  "1e-320",
  "NaN",
  "Infinity",
  "4294967295",
];
const openings = ["[", "{", '{"a":', "<a>", "(", "<", "((", "/*", '"', "-- "];
const DEEP = 20_000;

type Damage = (bytes: Uint8Array, rng: Rng) => Uint8Array;

const flip: Damage = (bytes, rng) => {
  const damaged = bytes.slice();
  for (let i = 0; i <= rng.int(4); i++) damaged[rng.int(damaged.length)] ^= 1 << rng.int(8);
  return damaged;
};
const overwrite: Damage = (bytes, rng) => {
  const damaged = bytes.slice();
  const at = rng.int(damaged.length);
  for (let i = at; i < Math.min(damaged.length, at + 1 + rng.int(8)); i++) damaged[i] = rng.int(256);
  return damaged;
};
const truncate: Damage = (bytes, rng) => bytes.slice(0, rng.int(bytes.length));
const remove: Damage = (bytes, rng) => {
  const at = rng.int(bytes.length);
  return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + rng.int(40)));
};
const repeat: Damage = (bytes, rng) => {
  const at = rng.int(bytes.length);
  const end = Math.min(bytes.length, at + 1 + rng.int(200));
  return joined(bytes.subarray(0, end), bytes.subarray(at));
};
const nest: Damage = (bytes, rng) => {
  const at = rng.int(bytes.length);
  const deep = new TextEncoder().encode(pick(openings, rng).repeat(DEEP));
  return joined(bytes.subarray(0, at), deep, bytes.subarray(at));
};

/**
 * Replaces one token by another, which gives cycles, repeated ids, and numbers in place of names.
 */
const swapTokens: Damage = (bytes, rng) =>
  asText(bytes, (text) => {
    const tokens = [...text.matchAll(/[\w.+-]+/g)];
    if (tokens.length < 2) return text;
    const from = pick(tokens, rng);
    return spliced(text, from.index, from[0].length, pick(tokens, rng)[0]);
  });
const strayToken: Damage = (bytes, rng) =>
  asText(bytes, (text) => {
    const isNumber = rng.int(2) === 0;
    const tokens = [...text.matchAll(isNumber ? /-?\d[\d.eE+]*/g : /[A-Za-z_][\w.]*/g)];
    if (tokens.length === 0) return text;
    const from = pick(tokens, rng);
    return spliced(text, from.index, from[0].length, pick(isNumber ? strayNumbers : strayWords, rng));
  });
const repeatLine: Damage = (bytes, rng) =>
  asText(bytes, (text) => {
    const lines = text.split("\n");
    lines.splice(rng.int(lines.length + 1), 0, pick(lines, rng));
    return lines.join("\n");
  });
/** Each edge of a text turned around has its ends in the other order. */
const reverseLine: Damage = (bytes, rng) =>
  asText(bytes, (text) => {
    const lines = text.split("\n");
    const at = rng.int(lines.length);
    lines[at] = lines[at].split(/(\s+)/).reverse().join("");
    return lines.join("\n");
  });
/** Well-formed JSON with a wrong value, key or repetition somewhere; other files are flipped. */
const structure: Damage = (bytes, rng) => {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return flip(bytes, rng);
  }
  return new TextEncoder().encode(JSON.stringify(mutated(value, rng.int(1 << 30))));
};

const damages = [
  flip,
  overwrite,
  truncate,
  remove,
  repeat,
  nest,
  swapTokens,
  strayToken,
  repeatLine,
  reverseLine,
  structure,
  swapTokens,
  strayToken,
  structure,
];

/** A copy with one to three faults; the same for the same seed. */
export function damaged(content: string | Uint8Array, seed: string): Uint8Array {
  const rng = createRng(seed);
  let bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  for (let faults = 1 + rng.int(3); faults > 0 && bytes.length > 0; faults--)
    bytes = pick(damages, rng)(bytes, rng);
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Latin-1 keeps every byte, so that binary files survive as well. */
function asText(bytes: Uint8Array, change: (text: string) => string): Uint8Array {
  return new Uint8Array(Buffer.from(change(Buffer.from(bytes).toString("latin1")), "latin1"));
}

const spliced = (text: string, at: number, length: number, replacement: string): string =>
  text.slice(0, at) + replacement + text.slice(at + length);
