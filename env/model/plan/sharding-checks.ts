/**
 * What makes a sharding plan valid. Each mistake is one sentence. Memory is the evaluator's answer.
 */
import { isCpu } from "../cluster/cluster.ts";
import { InputError } from "../errors.ts";
import { type OpGraph, Role } from "../graph/graph.ts";
import type { OpIteration } from "../graph/iteration.ts";
import { kindsOf } from "../graph/support.ts";
import { rankCount, sizesOf } from "../layout/mesh.ts";
import type { OpSplit } from "../layout/natural.ts";
import type { Scenario } from "../scenario.ts";
import { alternatives } from "../suggest.ts";
import {
  iterationOf,
  type ShardingPlan,
  shardingCollectives,
  shardingSyncs,
  zeroStages,
} from "./sharding.ts";
import { checkAxes, checkLayouts } from "./sharding-fields/layout-checks.ts";
import { checkOffload } from "./sharding-fields/offload.ts";
import { checkOwners } from "./sharding-fields/owner-checks.ts";
import { checkPanels } from "./sharding-fields/panel-checks.ts";
import { checkRatios } from "./sharding-fields/ratio-checks.ts";
import { checkRecompute } from "./sharding-fields/recompute-checks.ts";
import { checkReductions } from "./sharding-fields/reduction-checks.ts";

export function checkSharding(scenario: Scenario, plan: ShardingPlan): void {
  checkMesh(scenario, plan);
  checkSplits(scenario, plan);
  checkOpFields(scenario.graph, plan);
  checkSupport(scenario, plan);
  checkWords(scenario, plan);
  checkReductions(plan);
  checkOwners(scenario, plan);
  checkRecompute(scenario, plan);
  checkOffload(scenario, plan);
}

/** Pre: the mesh and the splits are valid. */
export function checkOpFields(graph: OpGraph, plan: ShardingPlan): void {
  checkPanels(graph, plan);
  checkRatios(graph, plan);
  checkLayouts(graph, plan);
}

export function checkMesh({ cluster }: Scenario, { mesh }: ShardingPlan): void {
  if (!Array.isArray(mesh?.axes) || mesh.axes.length === 0)
    throw new InputError("The sharding's mesh has no axes; at least one is needed.");
  mesh.axes.forEach(({ name, size }, axis) => {
    if (typeof name !== "string" || name === "")
      throw new InputError(`Axis ${axis} of the mesh has no name: "name" must be a non-empty string.`);
    if (mesh.axes.findIndex((other) => other.name === name) !== axis)
      throw new InputError(`The mesh has two axes "${name}"; names must differ.`);
    if (!Number.isInteger(size) || size < 1)
      throw new InputError(
        `Axis "${name}" of the mesh has size ${size}, expected a whole number of at least 1.`,
      );
  });
  const count = rankCount(sizesOf(mesh));
  if (!Array.isArray(mesh.devices) || mesh.devices.length !== count)
    throw new InputError(
      `The mesh has ${mesh.devices?.length ?? "no"} devices for axes of ${mesh.axes.map(({ size }) => size).join(" x ")}, expected ${count}.`,
    );
  const wrong = mesh.devices.find((d) => !Number.isInteger(d) || d < 0 || d >= cluster.devices.length);
  if (wrong !== undefined)
    throw new InputError(`The mesh names device ${wrong}, expected 0..${cluster.devices.length - 1}.`);
  const twice = mesh.devices.find((d, i) => mesh.devices.indexOf(d) !== i);
  if (twice !== undefined) throw new InputError(`The mesh names "${cluster.devices[twice].name}" twice.`);
}

/** Pre: the mesh is valid. */
export function checkSplits({ graph }: Scenario, plan: ShardingPlan): void {
  if (!Array.isArray(plan.split) || plan.split.length !== graph.opCount)
    throw new InputError(
      `The sharding's split has ${plan.split?.length ?? "no"} entries for ${graph.opCount} ops; give one split or null per op.`,
    );
  plan.split.forEach((split, v) => {
    if (split === null) return;
    const iteration = iterationOf(graph, v);
    if (iteration === null)
      throw new InputError(
        `Op "${graph.names[v]}" does not say what it iterates over, so it cannot be divided; give null.`,
      );
    checkSplit(plan, `Op "${graph.names[v]}"`, iteration, split);
  });
}

function checkSplit(plan: ShardingPlan, where: string, { dimensions }: OpIteration, split: OpSplit): void {
  if (!Array.isArray(split) || split.length !== dimensions.length)
    throw new InputError(
      `${where} has a split of ${split?.length ?? "no"} entries for ${dimensions.length} dimensions (${dimensions.map(({ name }) => name).join(", ")}).`,
    );
  checkAxes(plan, where, split);
  dimensions.forEach(({ name, kind, size }, dimension) => {
    const parts = split[dimension].reduce(
      (product: number, axis: number) => product * plan.mesh.axes[axis].size,
      1,
    );
    if (parts > 1 && kind === "opaque")
      throw new InputError(`${where} is divided along "${name}", which is opaque and cannot be.`);
    if (parts > Math.max(1, size))
      throw new InputError(
        `${where} is divided along "${name}" into ${parts} parts, expected at most ${size}.`,
      );
  });
}

function checkSupport({ graph, cluster }: Scenario, { mesh }: ShardingPlan): void {
  const host = cluster.devices.find(isCpu);
  for (let v = 0; v < graph.opCount; v++) {
    const kinds = kindsOf(graph, v);
    const device = mesh.devices.find((d) => kinds?.includes(cluster.devices[d].kind) === false);
    if (device === undefined) continue;
    const isSource = graph.inStart[v] === graph.inStart[v + 1] && graph.role[v] === Role.forward;
    const onHost = isSource && graph.parameterBytes[v] === 0;
    if (onHost && host !== undefined && kinds!.includes(host.kind)) continue;
    throw new InputError(
      `Op "${graph.names[v]}" is on "${cluster.devices[device].name}" (${cluster.devices[device].kind}) of the mesh, but runs only on ${kinds!.join(", ")}.`,
    );
  }
}

function checkWords(
  { graph }: Scenario,
  { collective = "ring", sync = "overlapped", memory = {} }: ShardingPlan,
) {
  if (!shardingCollectives.includes(collective))
    throw new InputError(
      `The sharding's collective is ${JSON.stringify(collective)}, expected ${alternatives(shardingCollectives)}.`,
    );
  if (!shardingSyncs.includes(sync))
    throw new InputError(
      `The sharding's sync is ${JSON.stringify(sync)}, expected ${alternatives(shardingSyncs)}.`,
    );
  const stranger = Object.keys(memory ?? {}).find((field) => field !== "zero");
  if (memory === null || typeof memory !== "object" || stranger !== undefined)
    throw new InputError(`The sharding's memory is ${JSON.stringify(memory)}, expected an object with zero.`);
  if (!zeroStages.includes(memory.zero ?? 0))
    throw new InputError(
      `The sharding's memory.zero is ${JSON.stringify(memory.zero)}, expected ${zeroStages.join(", ")}.`,
    );
  if ((memory.zero ?? 0) > 0 && !graph.role.includes(Role.update))
    throw new InputError(
      `The sharding's memory.zero is ${memory.zero}, which divides what updates need, and the graph has no update op.`,
    );
  if (sync !== "exposed") return;
  for (let e = 0; e < graph.edgeCount; e++) {
    const [from, to] = [graph.edgeSource[e], graph.edgeDestination[e]];
    if (graph.role[from] === Role.update && graph.role[to] !== Role.update)
      throw new InputError(
        `Op "${graph.names[to]}" waits for the update "${graph.names[from]}", so the sharding's sync cannot be exposed.`,
      );
  }
}
