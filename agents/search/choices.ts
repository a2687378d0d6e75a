/**
 * `Choices`: the search space of the planners, which devices each group may take.
 *
 * Every group has at least one choice, because `createScenario` has checked that some device runs it.
 */
import { allowedDevices, isCpu, liftToOps, type Plan, type Rng, type Scenario } from "../../env/index.ts";

/** `accelerators` leaves out devices of kind CPU, except for groups that no accelerator can run. */
export type Pool = "all" | "accelerators";
export const pools = ["all", "accelerators"] as const;

export interface Choices {
  readonly scenario: Scenario;
  readonly groupCount: number;
  readonly deviceCount: number;
  /** Devices of the pool, ascending. */
  readonly devices: Int32Array;
  /** Legal devices of each group, ascending, never empty. */
  readonly legal: readonly Int32Array[];
}

export function choicesOf(scenario: Scenario, pool: Pool): Choices {
  const { cluster, grouping } = scenario;
  const deviceCount = cluster.devices.length;
  const all = Int32Array.from({ length: deviceCount }, (_, d) => d);
  const accelerators = all.filter((d) => !isCpu(cluster.devices[d]));
  const devices = pool === "all" || accelerators.length === 0 ? all : accelerators;
  const allowed = allowedDevices(scenario);
  const legal = Array.from({ length: grouping.groupCount }, (_, g) => {
    const runs = (d: number) => allowed[g * deviceCount + d] === 1;
    const preferred = devices.filter(runs);
    return preferred.length > 0 ? preferred : all.filter(runs);
  });
  return { scenario, groupCount: grouping.groupCount, deviceCount, devices, legal };
}

/** The op-level plan of one device per group. */
export function planOf({ scenario }: Choices, groupDevice: ArrayLike<number>): Plan {
  return { kind: "placement", device: liftToOps(scenario.grouping, groupDevice) };
}

/** Every group on `device`; a group that cannot run there goes to the first device that runs it. */
export function onOneDevice({ legal }: Choices, device: number): Int32Array {
  return Int32Array.from(legal, (devices) => (devices.includes(device) ? device : devices[0]));
}

/** Groups dealt out in topological order; a group that cannot run on its turn's device goes to the next one that can. */
export function dealtOut({ legal, devices }: Choices): Int32Array {
  return Int32Array.from(legal, (allowed, g) => {
    for (let turn = 0; turn < devices.length; turn++) {
      const device = devices[(g + turn) % devices.length];
      if (allowed.includes(device)) return device;
    }
    return allowed[0];
  });
}

/** A uniformly random legal device for each group. */
export function drawn({ legal }: Choices, rng: Rng): Int32Array {
  return Int32Array.from(legal, (devices) => devices[rng.int(devices.length)]);
}

/**
 * A plan under search: the op-level plan that the evaluator sees and the devices of its groups, kept in step. `apply` changes
 * it in place; whoever keeps a plan takes a `snapshot`.
 */
export interface WorkingPlan {
  readonly plan: Plan;
  readonly groupDevice: Int32Array;
  apply(group: number, device: number): void;
  reset(groupDevice: ArrayLike<number>): void;
  snapshot(): Plan;
}

export function workingPlan(choices: Choices, start: ArrayLike<number>): WorkingPlan {
  const { memberStart, members } = choices.scenario.grouping;
  const groupDevice = Int32Array.from(start);
  const plan = planOf(choices, groupDevice);
  const working: WorkingPlan = {
    plan,
    groupDevice,
    apply(group, device) {
      groupDevice[group] = device;
      for (let i = memberStart[group]; i < memberStart[group + 1]; i++) plan.device[members[i]] = device;
    },
    reset(devices) {
      for (let g = 0; g < choices.groupCount; g++)
        if (groupDevice[g] !== devices[g]) working.apply(g, devices[g]);
    },
    snapshot: () => ({ ...plan, device: plan.device.slice() }),
  };
  return working;
}
