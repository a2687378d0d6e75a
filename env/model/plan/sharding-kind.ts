/**
 * The entry of sharding plans in the table of plan kinds: how they are copied, written and read.
 * What makes one valid is in sharding-checks.ts.
 */
import { InputError } from "../errors.ts";
import type { Mesh } from "../layout/mesh.ts";
import type { Scenario } from "../scenario.ts";
import type { Sync } from "./pipeline.ts";
import { deviceIn, flagsIn, listsIn, meshAxesIn, opIn, shown } from "./plan-fields.ts";
import type { PlanJson, PlanKind } from "./plan-kind.ts";
import type { OpOwner, ShardingCollective, ShardingPlan } from "./sharding.ts";
import { checkSharding } from "./sharding-checks.ts";
import { fieldsIn } from "./sharding-fields/fields-in.ts";
import { offloadIn, offloadJson } from "./sharding-fields/offload.ts";
import { copyFields } from "./sharding-fields/op-fields.ts";
import { reductionsIn } from "./sharding-fields/reduction-checks.ts";

export const shardingKind: PlanKind<ShardingPlan> = {
  kind: "sharding",
  validate: checkSharding,
  copy: (plan) => structuredClone(plan),
  equal: (a, b) => JSON.stringify(toJson(a)) === JSON.stringify(toJson(b)),
  toJson,
  fromJson,
};

const copyLists = (lists: readonly (readonly number[])[]): number[][] => lists.map((list) => [...list]);

function toJson({
  mesh,
  split,
  ratios,
  layouts,
  panels,
  owners,
  collective,
  reductions,
  memory,
  recompute,
  offload,
  sync,
}: ShardingPlan): PlanJson {
  return {
    kind: "sharding",
    mesh: { axes: mesh.axes.map(({ name, size }) => ({ name, size })), devices: [...mesh.devices] },
    split: split.map((own) => (own === null ? null : copyLists(own))),
    ...copyFields({ ratios, layouts, panels }),
    ...(owners !== undefined && { owners: owners.map(({ op, rank }) => ({ op, rank })) }),
    ...(collective !== undefined && { collective }),
    ...(reductions !== undefined && { reductions: structuredClone(reductions) }),
    ...(memory !== undefined && { memory: { ...memory } }),
    ...(recompute !== undefined && { recompute: Array.from(recompute) }),
    ...(offload !== undefined && { offload: offloadJson(offload) }),
    ...(sync !== undefined && { sync }),
  };
}

const FIELDS = [
  "kind",
  "mesh",
  "split",
  "ratios",
  "layouts",
  "panels",
  "owners",
  "collective",
  "reductions",
  "memory",
  "recompute",
  "offload",
  "sync",
];

/** Devices, mesh axes and ops may be numbers or names. */
function fromJson(scenario: Scenario, json: PlanJson, where: string): ShardingPlan {
  const stranger = Object.keys(json).find((field) => !FIELDS.includes(field));
  if (stranger !== undefined)
    throw new InputError(`${where}: a sharding has no field "${stranger}", expected ${FIELDS.join(", ")}.`);
  const mesh = meshIn(scenario, json.mesh, where);
  const { split, ratios, layouts, panels, owners, collective, reductions, memory, recompute, sync } = json;
  const { offload } = json;
  if (!Array.isArray(split)) throw new InputError(`${where}: split is ${shown(split)}, expected a list.`);
  const plan: ShardingPlan = {
    kind: "sharding",
    mesh,
    split: split.map((own: unknown, v) =>
      own === null ? null : listsIn(mesh.axes, own, `${where}: split ${v}`),
    ),
    ...fieldsIn(scenario.graph, () => mesh.axes, { ratios, layouts, panels }, where),
    ...(owners !== undefined && { owners: ownersIn(scenario, owners, where) }),
    ...(collective !== undefined && { collective: collective as ShardingCollective }),
    ...(reductions !== undefined && { reductions: reductionsIn(mesh.axes, reductions, where) }),
    ...(memory !== undefined && { memory: structuredClone(memory) as ShardingPlan["memory"] }),
    ...(recompute !== undefined && {
      recompute: flagsIn(recompute, scenario.graph.opCount, `${where}: recompute`),
    }),
    ...(offload !== undefined && { offload: offloadIn(scenario.graph, offload, where) }),
    ...(sync !== undefined && { sync: sync as Sync }),
  };
  try {
    checkSharding(scenario, plan);
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${where}: ${error.message}`) : error;
  }
  return plan;
}

function meshIn(scenario: Scenario, mesh: unknown, where: string): Mesh {
  const { axes, devices } = (mesh ?? {}) as { readonly axes?: unknown; readonly devices?: unknown };
  if (!Array.isArray(axes) || !Array.isArray(devices))
    throw new InputError(
      `${where}: mesh is ${shown(mesh)}, expected an object with lists of axes and devices.`,
    );
  return {
    axes: meshAxesIn(axes),
    devices: devices.map((device) => deviceIn(scenario, device, `${where}, mesh`)),
  };
}

/** Ops may be numbers or names. */
function ownersIn({ graph }: Scenario, owners: unknown, where: string): OpOwner[] {
  if (!Array.isArray(owners))
    throw new InputError(`${where}: owners is ${shown(owners)}, expected a list of ops and ranks.`);
  return owners.map((owner: unknown) => {
    const { op, rank } = (owner ?? {}) as Partial<Record<keyof OpOwner, unknown>>;
    return { op: opIn(graph.names, op), rank: rank as number };
  });
}
