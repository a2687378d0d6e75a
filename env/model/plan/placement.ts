/**
 * `Placement`: the plan kind that gives each op a device and, where it wants to, each device an
 * order of its ops.
 */
import { InputError } from "../errors.ts";
import type { OpGraph } from "../graph/graph.ts";
import { kindsOf } from "../graph/support.ts";
import type { Scenario } from "../scenario.ts";
import { didYouMean } from "../suggest.ts";
import type { PlanJson, PlanKind } from "./plan-kind.ts";

export interface Placement {
  readonly kind: "placement";
  /** Device of each op, shape [opCount]. */
  readonly device: Int32Array;
  /**
   * Order of the ops of each device, lowest first, op id breaking ties, shape [opCount]. Each op
   * waits for the one before it; under `dispatch: "ready"` it goes first among those that are
   * ready. Without it a device runs ops in the order in which they become ready.
   */
  readonly opPriority?: Float64Array;
}

/** Copies both arrays. */
export function placement(device: ArrayLike<number>, opPriority?: ArrayLike<number>): Placement {
  const own = Int32Array.from(device);
  if (opPriority === undefined) return { kind: "placement", device: own };
  return { kind: "placement", device: own, opPriority: Float64Array.from(opPriority) };
}

export const placementKind: PlanKind<Placement> = {
  kind: "placement",
  validate,
  copy: ({ device, opPriority }) => placement(device, opPriority),
  equal: (a, b) => isSame(a.device, b.device) && isSame(a.opPriority, b.opPriority),
  toJson({ device, opPriority }) {
    const json = { kind: "placement", device: Array.from(device) };
    return opPriority === undefined ? json : { ...json, opPriority: Array.from(opPriority) };
  },
  fromJson,
};

function validate({ graph, cluster }: Scenario, plan: Placement): void {
  const deviceCount = cluster.devices.length;
  if (typeof plan.device?.length !== "number")
    throw new InputError(`The placement's device is ${typeof plan.device}, expected one device per op.`);
  if (plan.device.length !== graph.opCount)
    throw new InputError(
      `The placement has ${plan.device.length} entries for ${graph.opCount} ops; give one device per op.`,
    );
  checkPriority(graph, plan);
  const classDevice = new Int32Array(graph.colocationCount).fill(-1);
  for (let v = 0; v < graph.opCount; v++) {
    const d = plan.device[v];
    if (!Number.isInteger(d) || d < 0 || d >= deviceCount)
      throw new InputError(
        `Op "${graph.names[v]}" is placed on device ${d}, expected 0..${deviceCount - 1}.`,
      );
    const kinds = kindsOf(graph, v);
    if (kinds !== null && !kinds.includes(cluster.devices[d].kind))
      throw new InputError(
        `Op "${graph.names[v]}" is placed on "${cluster.devices[d].name}" (${cluster.devices[d].kind}), but runs only on ${kinds.join(", ")}.`,
      );
    const c = graph.colocation[v];
    if (c === -1) continue;
    if (classDevice[c] === -1) classDevice[c] = d;
    else if (classDevice[c] !== d)
      throw new InputError(
        `Op "${graph.names[v]}" is on "${cluster.devices[d].name}", but its co-location class is on "${cluster.devices[classDevice[c]].name}".`,
      );
  }
}

function checkPriority(graph: OpGraph, { opPriority }: Placement): void {
  if (opPriority === undefined) return;
  if (opPriority.length !== graph.opCount)
    throw new InputError(
      `The plan's opPriority has ${opPriority.length} entries for ${graph.opCount} ops; give one number per op.`,
    );
  const v = opPriority.findIndex((priority) => !Number.isFinite(priority));
  if (v !== -1)
    throw new InputError(
      `The plan's opPriority of op "${graph.names[v]}" is ${opPriority[v]}, expected a finite number.`,
    );
}

function isSame(a: ArrayLike<number> | undefined, b: ArrayLike<number> | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** `device` holds numbers or names of devices: a list in op order, or an object by op name. */
function fromJson(scenario: Scenario, json: PlanJson, where: string): Placement {
  const { device, opPriority } = json;
  if (typeof device !== "object" || device === null)
    throw new InputError(
      `${where}: device is ${device === undefined ? "missing" : JSON.stringify(device)}, expected a list with one device per op or an object by op name.`,
    );
  const devices = Array.isArray(device)
    ? fromList(device, where, scenario)
    : fromNames(device as Record<string, unknown>, where, scenario);
  return checked(scenario, placement(devices, orderIn(opPriority, where, scenario)), where);
}

function checked(scenario: Scenario, plan: Placement, where: string): Placement {
  try {
    validate(scenario, plan);
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${where}: ${error.message}`) : error;
  }
  return plan;
}

function orderIn(opPriority: unknown, where: string, { graph }: Scenario): number[] | undefined {
  if (opPriority === undefined || opPriority === null) return undefined;
  if (!Array.isArray(opPriority) || opPriority.length !== graph.opCount || !opPriority.every(Number.isFinite))
    throw new InputError(`${where}: opPriority is not a list of ${graph.opCount} numbers, one for each op.`);
  return opPriority;
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
