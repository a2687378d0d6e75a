/**
 * Placement files: one device for each op, as an array in op order, as `{"device": [...]}` or
 * `{"plan": [...]}` (what `solve --json` prints), or as an object from op name to device. A device
 * is its number or its name. Beside `device` or `plan` there may be `opPriority`, the order of the
 * ops, one number for each.
 */
import { InputError } from "../errors.ts";
import type { Scenario } from "../scenario.ts";
import { didYouMean } from "../suggest.ts";
import { type Placement, placement } from "./placement.ts";

/**
 * The plan in a placement file's text; every mistake is one sentence naming the file and the op.
 */
export function readPlacement(text: string, file: string, scenario: Scenario): Placement {
  const where = `Placement file "${file}"`;
  const json = parseJson(text, where);
  const list = listIn(json);
  if (list !== null) return withOrder(placement(fromList(list, where, scenario)), json, where, scenario);
  if (typeof json === "object" && json !== null && !Array.isArray(json))
    return placement(fromNames(json as Record<string, unknown>, where, scenario));
  throw new InputError(
    `${where}: found ${typeof json}, expected an array with one device per op or an object.`,
  );
}

function withOrder(plan: Placement, json: unknown, where: string, { graph }: Scenario): Placement {
  const opPriority = Array.isArray(json) ? null : ((json as { opPriority?: unknown }).opPriority ?? null);
  if (opPriority === null) return plan;
  if (!Array.isArray(opPriority) || opPriority.length !== graph.opCount || !opPriority.every(Number.isFinite))
    throw new InputError(`${where}: opPriority is not a list of ${graph.opCount} numbers, one for each op.`);
  return { ...plan, opPriority: Float64Array.from(opPriority) };
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${where} is not JSON: ${(error as Error).message.replace(/\.$/, "")}.`);
  }
}

function listIn(json: unknown): readonly unknown[] | null {
  if (Array.isArray(json)) return json;
  if (typeof json !== "object" || json === null) return null;
  const { device, plan } = json as { device?: unknown; plan?: unknown };
  if (Array.isArray(device)) return device;
  return Array.isArray(plan) ? plan : null;
}

function fromList(list: readonly unknown[], where: string, scenario: Scenario): number[] {
  const { opCount, names } = scenario.graph;
  if (list.length !== opCount)
    throw new InputError(`${where} has ${list.length} entries for ${opCount} ops; give one device per op.`);
  return list.map((device, v) => deviceNumber(device, `${where}, op "${names[v]}"`, scenario));
}

function fromNames(devices: Record<string, unknown>, where: string, scenario: Scenario): number[] {
  const { names } = scenario.graph;
  const known = new Set(names);
  const stranger = Object.keys(devices).find((name) => !known.has(name));
  if (stranger !== undefined)
    throw new InputError(
      `${where} places the op "${stranger}", which scenario "${scenario.name}" does not have.${didYouMean(stranger, names.slice(0, 1_000))}`,
    );
  const missing = names.find((name) => !Object.hasOwn(devices, name));
  if (missing !== undefined)
    throw new InputError(`${where} gives no device for op "${missing}"; give one device per op.`);
  return names.map((name) => deviceNumber(devices[name], `${where}, op "${name}"`, scenario));
}

function deviceNumber(device: unknown, where: string, { cluster }: Scenario): number {
  const { devices } = cluster;
  if (typeof device === "number" && Number.isInteger(device) && device >= 0 && device < devices.length)
    return device;
  const named = devices.findIndex(({ name }) => name === device);
  if (named !== -1) return named;
  const names = devices.map(({ name }) => `"${name}"`).join(", ");
  throw new InputError(
    `${where}: the device is ${JSON.stringify(device) ?? "missing"}, expected 0..${devices.length - 1} or one of ${names}.`,
  );
}
