/** Fields that files of several plan kinds have: devices by number or name. */
import { InputError } from "../errors.ts";
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
