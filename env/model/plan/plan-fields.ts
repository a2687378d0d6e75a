/** Fields that files of several plan kinds have: devices and mesh axes by number or name. */
import { InputError } from "../errors.ts";
import type { MeshAxis } from "../layout/mesh.ts";
import type { OpSplit } from "../layout/natural.ts";
import type { Scenario } from "../scenario.ts";

export function deviceIn({ cluster }: Scenario, device: unknown, where: string): number {
  const { devices } = cluster;
  if (typeof device === "number" && Number.isInteger(device) && device >= 0 && device < devices.length)
    return device;
  const named = devices.findIndex(({ name }) => name === device);
  if (named !== -1) return named;
  throw new InputError(
    `${where}: the device is ${shown(device)}, expected 0..${devices.length - 1} or one of ${devices.map(({ name }) => `"${name}"`).join(", ")}.`,
  );
}

/** What a file holds in place of something else. */
export const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, 80) ?? "missing";

/** What is no name or size is left to the checks. */
export const meshAxesIn = (axes: readonly unknown[]): MeshAxis[] =>
  axes.map((axis) => {
    const { name, size } = (axis ?? {}) as { readonly name?: unknown; readonly size?: unknown };
    return { name: name as string, size: size as number };
  });

/** Lists of mesh axes; what is no number is left to the checks. */
export function listsIn(axes: readonly MeshAxis[], lists: unknown, where: string): OpSplit {
  if (!Array.isArray(lists) || !lists.every(Array.isArray))
    throw new InputError(`${where} is ${shown(lists)}, expected a list of lists of mesh axes, or null.`);
  return lists.map((list: unknown[]) => list.map((axis) => meshAxisIn(axes, axis)));
}

/** A mesh axis by its number or name; what is neither is left to the checks. */
export function meshAxisIn(axes: readonly Pick<MeshAxis, "name">[], axis: unknown): number {
  const named = axes.findIndex(({ name }) => name === axis);
  return named === -1 ? (axis as number) : named;
}

/** A list of whole numbers, one for each op. */
export function integersIn(list: unknown, length: number, where: string): number[] {
  if (!Array.isArray(list) || list.length !== length || !list.every(Number.isInteger))
    throw new InputError(`${where} is not a list of ${length} whole numbers, one for each op.`);
  return list;
}

/** 0 or 1 for each op, in a list, or in bytes as plans have them. */
export function flagsIn(list: unknown, length: number, where: string): Uint8Array {
  const flags = integersIn(list instanceof Uint8Array ? Array.from(list) : list, length, where);
  if (flags.every((flag) => flag === 0 || flag === 1)) return Uint8Array.from(flags);
  throw new InputError(`${where} holds other numbers than 0 and 1.`);
}

/** An op by its number or name; what is neither is left to the checks. */
export const opIn = (names: readonly string[], op: unknown): number =>
  typeof op === "string" ? names.indexOf(op) : (op as number);
