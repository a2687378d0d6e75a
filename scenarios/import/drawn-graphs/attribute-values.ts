/**
 * Attributes of drawn graphs as numbers, lists and maps. All are text: lists and maps are JSON, and
 * lists may also be separated by commas. Every mistake names the node or edge and the attribute.
 */
import { InputError } from "../../../env/model/errors.ts";
import { ANY_KIND } from "../../../env/model/graph/graph.ts";
import type { OpIteration } from "../../../env/model/graph/iteration.ts";
import { iterationSchema } from "../../../env/model/graph/iteration-schema.ts";
import { MOST_PORTS } from "../../../env/model/graph/limits.ts";

export function numberOf(where: string, field: string, value: unknown): number {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number === "number" && !Number.isNaN(number)) return number;
  throw new InputError(`${where}: ${field} is ${shown(value)}, expected a number.`);
}

export function numbersOf(where: string, field: string, value: string): number[] {
  const list = jsonOf(value) ?? value.split(",");
  const items = Array.isArray(list) ? list : [list];
  if (items.length > MOST_PORTS)
    throw new InputError(`${where}: ${field} has ${items.length} entries, expected at most ${MOST_PORTS}.`);
  return items.map((item) => numberOf(where, field, item));
}

export function timesOf(where: string, value: string): Record<string, number> {
  const times = jsonOf(value);
  if (typeof times === "number") return { [ANY_KIND]: times };
  if (times === null || typeof times !== "object" || Array.isArray(times))
    throw new InputError(`${where}: measuredUs is ${shown(value)}, expected times in us by device kind.`);
  return Object.fromEntries(
    Object.entries(times).map(([kind, us]) => [kind, numberOf(where, `measuredUs.${kind.slice(0, 40)}`, us)]),
  );
}

export function featuresOf(where: string, value: string): Record<string, number> {
  const features = jsonOf(value);
  if (features === null || typeof features !== "object" || Array.isArray(features))
    throw new InputError(`${where}: dataFeatures is ${shown(value)}, expected numbers by name.`);
  return Object.fromEntries(
    Object.entries(features).map(([name, number]) => [
      name,
      numberOf(where, `dataFeatures.${name.slice(0, 40)}`, number),
    ]),
  );
}

export function kindsOf(where: string, value: string): string[] {
  const list = jsonOf(value) ?? value.split(/[,|]/);
  if (Array.isArray(list) && list.every((item) => typeof item === "string")) return list;
  throw new InputError(`${where}: supportedKinds is ${shown(value)}, expected a list of device kinds.`);
}

/** As our exports write it. */
export function iterationFrom(where: string, value: string): OpIteration {
  const parsed = iterationSchema.safeParse(jsonOf(value));
  if (parsed.success) return parsed.data;
  throw new InputError(`${where}: iteration is ${shown(value)}, expected the dimensions of an op.`);
}

const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, 60) ?? String(value);

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
