/**
 * `Plan`: what a planner or agent answers. A discriminated union; today its only kind is a
 * placement.
 */
import { InputError } from "../errors.ts";
import type { Scenario } from "../scenario.ts";

export interface Placement {
  readonly kind: "placement";
  /** Device of each op, shape [opCount]. */
  readonly device: Int32Array;
  /**
   * Order of the ops of each device, lowest first, op id breaking ties, shape [opCount]: each waits
   * for the one before it, or, under `dispatch: "ready"`, goes first among those that are ready.
   * Without it a device runs ops in the order in which they become ready.
   */
  readonly opPriority?: Float64Array;
}

export type Plan = Placement;

export function placement(device: ArrayLike<number>): Placement {
  return { kind: "placement", device: Int32Array.from(device) };
}

/**
 * Throws one sentence where a plan is not one for the scenario: wrong length, no such device, a
 * device kind that cannot run the op, a co-location class on two devices. Memory is not judged
 * here; that is the evaluator's answer.
 */
export function validatePlan(scenario: Scenario, plan: Plan): void {
  const { graph, cluster } = scenario;
  const deviceCount = cluster.devices.length;
  if (plan?.kind !== "placement")
    throw new InputError(
      `The plan's kind is "${(plan as { kind: string } | null)?.kind}", expected "placement".`,
    );
  if (typeof plan.device?.length !== "number")
    throw new InputError(`The placement's device is ${typeof plan.device}, expected one device per op.`);
  if (plan.device.length !== graph.opCount)
    throw new InputError(
      `The placement has ${plan.device.length} entries for ${graph.opCount} ops; give one device per op.`,
    );
  checkPriority(scenario, plan);
  const classDevice = new Int32Array(graph.colocationCount).fill(-1);
  for (let v = 0; v < graph.opCount; v++) {
    const d = plan.device[v];
    if (!Number.isInteger(d) || d < 0 || d >= deviceCount)
      throw new InputError(
        `Op "${graph.names[v]}" is placed on device ${d}, expected 0..${deviceCount - 1}.`,
      );
    const kinds = graph.supportedKinds[v];
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

function checkPriority({ graph }: Scenario, { opPriority }: Plan): void {
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
