/**
 * `PlacementState`: the device of each group, which groups are placed and how often they were
 * visited, and the group that is next. The parts of a placement env read it as a `PlacementView`.
 */
import { z } from "zod";
import { liftToOps } from "../../model/coarsen/grouping.ts";
import { InputError } from "../../model/errors.ts";
import { type Placement, placement } from "../../model/plan/placement.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { PlacementView } from "../../parts/views/placement-view.ts";
import type { PlanState } from "../plan-state.ts";
import { parseSaved } from "../saved-state.ts";

/** Decisions of a placement env: the device of each group. */
export type GroupDevices = ArrayLike<number>;

const devicesSchema = z.array(z.int().min(0));
const stateSchema = z.object({
  device: devicesSchema,
  placed: z.array(z.int().min(0).max(1)),
  visits: z.array(z.int().min(0)),
  current: z.int().min(-1),
  startUs: z.array(z.number()).nullable(),
});
type SavedPlacement = z.infer<typeof stateSchema>;

export class PlacementState implements PlanState<GroupDevices>, PlacementView {
  readonly scenario: Scenario;
  readonly device: Int32Array;
  readonly placed: Uint8Array;
  readonly visits: Int32Array;
  current = -1;
  startUs: Float64Array | null = null;
  onlyPlaced = -1;
  /** Op-level devices of the plan that is scored; used again for each. */
  private readonly opDevice: Int32Array;

  constructor(scenario: Scenario, defaultDevice: Int32Array) {
    const { groupCount } = scenario.grouping;
    this.scenario = scenario;
    this.device = defaultDevice.slice();
    this.placed = new Uint8Array(groupCount);
    this.visits = new Int32Array(groupCount);
    this.opDevice = new Int32Array(scenario.graph.opCount);
  }

  /** The start of an episode: all groups placed or none, and none visited. */
  begin(device: GroupDevices, { placed, current }: { placed: boolean; current: number }): void {
    this.device.set(device);
    this.placed.fill(Number(placed));
    this.visits.fill(0);
    this.current = current;
    this.startUs = null;
    this.onlyPlaced = -1;
  }

  /** Places one group for the first time. Nothing else changes but which one is next. */
  place(group: number, device: number, next: number): void {
    this.device[group] = device;
    this.placed[group] = 1;
    this.visits[group] = 1;
    this.current = next;
    this.onlyPlaced = group;
  }

  plan(): Placement {
    return placement(liftToOps(this.scenario.grouping, this.device));
  }

  planOf(device: GroupDevices): Placement {
    const { groupOf } = this.scenario.grouping;
    for (let v = 0; v < groupOf.length; v++) this.opDevice[v] = device[groupOf[v]];
    return { kind: "placement", device: this.opDevice };
  }

  keep(device: GroupDevices): number[] {
    return Array.from(device);
  }

  checkKept(kept: unknown, owner: string, within: string): number[] {
    const device = parseSaved(owner, devicesSchema, kept, within);
    checkLength(this.scenario, owner, device);
    checkDevices(this.scenario, owner, device);
    return device;
  }

  set({ device, placed, visits, current, startUs }: PlacementState): void {
    this.device.set(device);
    this.placed.set(placed);
    this.visits.set(visits);
    this.current = current;
    this.startUs = startUs?.slice() ?? null;
    this.onlyPlaced = -1;
  }

  save(): SavedPlacement {
    return {
      device: [...this.device],
      placed: [...this.placed],
      visits: [...this.visits],
      current: this.current,
      startUs: this.startUs === null ? null : [...this.startUs],
    };
  }

  restore(fields: object, owner: string): void {
    const saved = parseSaved(owner, stateSchema, fields);
    const { device, placed, visits, current, startUs } = saved;
    for (const entries of [device, placed, visits, startUs]) checkLength(this.scenario, owner, entries);
    const { groupCount } = this.scenario.grouping;
    if (current >= groupCount)
      throw new InputError(`The saved state of ${owner} is at group ${current} of ${groupCount}.`);
    checkDevices(this.scenario, owner, device);
    this.device.set(device);
    this.placed.set(placed);
    this.visits.set(visits);
    this.current = current;
    this.startUs = startUs === null ? null : Float64Array.from(startUs);
    this.onlyPlaced = -1;
  }
}

function checkLength({ grouping, name }: Scenario, owner: string, entries: readonly number[] | null): void {
  if (entries === null || entries.length === grouping.groupCount) return;
  throw new InputError(
    `The saved state of ${owner} covers ${entries.length} groups, but scenario "${name}" has ${grouping.groupCount}.`,
  );
}

function checkDevices({ cluster, name }: Scenario, owner: string, device: readonly number[]): void {
  const deviceCount = cluster.devices.length;
  const unknownDevice = device.find((d) => d >= deviceCount);
  if (unknownDevice === undefined) return;
  throw new InputError(
    `The saved state of ${owner} uses device ${unknownDevice}, but scenario "${name}" has ${deviceCount}.`,
  );
}
