/**
 * What may be tried of a method: for each option its values. They follow from the type of the
 * option, its limits and its default, unless the user narrows them.
 *
 * - words, true or false: all of them;
 * - a whole number d above 0: from d / 4 to 4 d, even on a logarithmic scale;
 * - a number d from 0.8 on that is at most 1: a tenth to ten times its distance to 1;
 * - another number d above 0: from d / 10 to 10 d, even on a logarithmic scale;
 * - anything else: its default alone.
 *
 * Options that the spec gives are never changed.
 */
import type { Method } from "../../agents/contract.ts";
import { limitsOf, type NumberLimits, type OptionInfo, optionsOf } from "../../agents/registry/spec.ts";
import { InputError } from "../../env/model/errors.ts";
import type { Rng } from "../../env/model/rng.ts";
import { notKnown } from "../../env/model/suggest.ts";

export interface Choice {
  readonly kind: "choice";
  readonly name: string;
  readonly values: readonly string[];
}

export interface Range {
  readonly kind: "range";
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly isWhole: boolean;
  /** Even in the value, in its logarithm, or in the logarithm of its distance to 1. */
  readonly scale: "linear" | "log" | "near-one";
}

export type Dimension = Choice | Range;

/** What the user says about the values of options, each `NAME=...`. */
export interface Narrowing {
  /** `learningRate=0.001..0.1`. */
  readonly ranges: readonly string[];
  /** `entropy=0,0.01,0.1`. */
  readonly choices: readonly string[];
  /** Names of the options that are changed; default all that can be. */
  readonly vary?: readonly string[];
}

export function searchSpace(
  module: Method,
  given: ReadonlyMap<string, string>,
  { ranges, choices, vary }: Narrowing,
): Dimension[] {
  const options = optionsOf(module);
  const limits = limitsOf(module);
  const named = new Map<string, Dimension>();
  const name = (text: string, make: (option: OptionInfo, values: string) => Dimension) => {
    const [option, values] = narrowed(module, options, text);
    if (named.has(option.name)) throw new InputError(`Option "${option.name}" is narrowed twice.`);
    if (given.has(option.name))
      throw new InputError(
        `Option "${option.name}" is given in the spec, so there is nothing to tune in it.`,
      );
    named.set(option.name, make(option, values));
  };
  for (const text of ranges) name(text, rangeOf);
  for (const text of choices) name(text, choiceOf);
  for (const each of vary ?? []) expectOption(module, options, each);
  const dimensions = options.flatMap((option) => {
    const own = named.get(option.name);
    if (own !== undefined) return [own];
    const isAsked = vary?.includes(option.name) ?? true;
    const usual = isAsked && !given.has(option.name) ? usualOf(option, limits.get(option.name)) : null;
    return usual === null ? [] : [usual];
  });
  const still = vary?.find((each) => !dimensions.some((dimension) => dimension.name === each));
  if (still !== undefined)
    throw new InputError(`Option "${still}" has no usual range; give one with --range ${still}=FROM..TO.`);
  if (dimensions.length === 0)
    throw new InputError(`Method "${module.card.id}" has no option to tune; name values with --choose.`);
  return dimensions;
}

function narrowed(module: Method, options: readonly OptionInfo[], text: string): [OptionInfo, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new InputError(`"${text}" names no option, expected such as learningRate=0.001..0.1.`);
  return [expectOption(module, options, text.slice(0, at)), text.slice(at + 1)];
}

function expectOption(module: Method, options: readonly OptionInfo[], name: string): OptionInfo {
  const option = options.find((each) => each.name === name);
  if (option !== undefined) return option;
  const known = options.map((each) => each.name);
  throw new InputError(notKnown(`Option of "${module.card.id}":`, name, known));
}

function rangeOf({ name, type }: OptionInfo, text: string): Range {
  const [from, to, ...more] = text.split("..").map((part) => (part === "" ? Number.NaN : Number(part)));
  const isNumber = type === "number" || type === "integer";
  if (!isNumber || more.length > 0 || !(from < to) || !Number.isFinite(from) || !Number.isFinite(to))
    throw new InputError(
      `The range of option "${name}" is "${text}", expected two rising numbers such as 0.001..0.1 of an option that is a number.`,
    );
  return {
    kind: "range",
    name,
    from,
    to,
    isWhole: type === "integer",
    scale: from > 0 && to >= 10 * from ? "log" : "linear",
  };
}

function choiceOf({ name }: OptionInfo, text: string): Choice {
  const values = text.split(",").map((part) => part.trim());
  if (values.includes("") || new Set(values).size < values.length)
    throw new InputError(
      `The choice of option "${name}" is "${text}", expected different values with commas.`,
    );
  return { kind: "choice", name, values };
}

const NEAR_ONE = 0.8;

function usualOf(
  { name, type, values, ...rest }: OptionInfo,
  limits: NumberLimits | undefined,
): Dimension | null {
  if (values !== undefined) return values.length > 1 ? { kind: "choice", name, values } : null;
  if (type === "boolean") return { kind: "choice", name, values: ["true", "false"] };
  const middle = rest.default;
  if (limits === undefined || typeof middle !== "number" || !(middle > 0)) return null;
  if (type === "integer") return within({ name, middle, factor: 4, isWhole: true }, limits);
  if (middle >= NEAR_ONE && middle < 1 && limits.greatest === 1) {
    const distance = 1 - middle;
    const [from, to] = [1 - Math.min(1, 10 * distance), 1 - distance / 10];
    return { kind: "range", name, from: Math.max(from, limits.least), to, isWhole: false, scale: "near-one" };
  }
  return within({ name, middle, factor: 10, isWhole: false }, limits);
}

interface Around {
  readonly name: string;
  readonly middle: number;
  readonly factor: number;
  readonly isWhole: boolean;
}

function within({ name, middle, factor, isWhole }: Around, limits: NumberLimits): Range | null {
  const { least, greatest, below } = limits;
  const low = Math.max(middle / factor, least);
  const high = Math.min(middle * factor, greatest);
  const [from, to] = isWhole
    ? [Math.max(1, Math.ceil(low)), Math.floor(high)]
    : [low, below ? high * 0.999 : high];
  return from < to ? { kind: "range", name, from, to, isWhole, scale: "log" } : null;
}

/** A value of an option as the text of a spec. */
export function drawn(dimension: Dimension, rng: Rng): string {
  if (dimension.kind === "choice") return dimension.values[rng.int(dimension.values.length)];
  const { from, to, isWhole, scale } = dimension;
  const share = rng.next();
  if (isWhole && scale === "linear") return String(from + Math.floor(share * (to - from + 1)));
  const value =
    scale === "linear"
      ? from + share * (to - from)
      : scale === "log"
        ? from * (to / from) ** share
        : 1 - (1 - to) * ((1 - from) / (1 - to)) ** share;
  if (isWhole) return String(Math.min(to, Math.max(from, Math.round(value))));
  return shortest(value, dimension);
}

/** Three digits, or three of the distance to 1, where that stays inside. */
function shortest(value: number, { from, to, scale }: Range): string {
  const short = scale === "near-one" ? 1 - Number((1 - value).toPrecision(3)) : Number(value.toPrecision(3));
  return String(Number(Math.min(to, Math.max(from, short)).toPrecision(6)));
}
