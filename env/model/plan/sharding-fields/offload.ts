/**
 * What a sharding keeps in the memory of its ranks' hosts: how it is read, copied and checked.
 *
 * Sources: Ren et al. (ZeRO-Offload, USENIX ATC 2021) for the optimizer, Rajbhandari et al.
 * (ZeRO-Infinity, SC 2021) for weights, Rhu et al. (vDNN, MICRO 2016) for activations.
 */
import { hostOf } from "../../cluster/hosts.ts";
import { InputError } from "../../errors.ts";
import { type OpGraph, Role } from "../../graph/graph.ts";
import { kindsOf } from "../../graph/support.ts";
import type { Scenario } from "../../scenario.ts";
import { flagsIn, shown } from "../plan-fields.ts";

export interface Offload {
  /** Whether hosts hold the optimizer's state and a copy of the weights, and run the updates. */
  readonly optimizer?: boolean;
  /** Whether hosts alone hold the weights, which ranks fetch for each pass. */
  readonly weights?: boolean;
  /**
   * 1 for each forward op whose outputs wait on the host for the backward pass, shape [opCount].
   * Absent for none.
   */
  readonly activations?: Uint8Array;
}

const FIELDS = ["optimizer", "weights", "activations"];

/** Throws a sentence where the field has another form. */
export function offloadIn({ opCount }: OpGraph, offload: unknown, where: string): Offload {
  const given = (offload ?? {}) as Partial<Record<keyof Offload, unknown>>;
  if (typeof offload !== "object" || Array.isArray(offload))
    throw new InputError(
      `${where}: offload is ${shown(offload)}, expected an object with ${FIELDS.join(", ")}.`,
    );
  const { activations, ...rest } = given;
  return {
    ...(rest as Offload),
    ...(activations !== undefined && {
      activations: flagsIn(activations, opCount, `${where}: offload.activations`),
    }),
  };
}

export const offloadJson = ({ activations, ...rest }: Offload): object => ({
  ...rest,
  ...(activations !== undefined && { activations: Array.from(activations) }),
});

/** What the checks read of a plan. */
export interface Offloading {
  readonly mesh: { readonly devices: readonly number[] };
  readonly offload?: Offload;
  readonly memory?: { readonly zero?: number };
  readonly recompute?: Uint8Array;
  readonly owners?: readonly { readonly op: number }[];
}

/** Pre: the mesh, the owners and the recomputed ops are valid. */
export function checkOffload(scenario: Pick<Scenario, "graph" | "cluster">, plan: Offloading): void {
  const { offload, mesh } = plan;
  if (offload === undefined) return;
  const stranger = Object.keys(offload).find((field) => !FIELDS.includes(field));
  if (stranger !== undefined)
    throw new InputError(`The sharding's offload has no field "${stranger}", expected ${FIELDS.join(", ")}.`);
  for (const field of ["optimizer", "weights"] as const)
    if (offload[field] !== undefined && typeof offload[field] !== "boolean")
      throw new InputError(
        `The sharding's offload.${field} is ${shown(offload[field])}, expected true or false.`,
      );
  const { cluster } = scenario;
  if (isAnything(offload) && hostOf(cluster, mesh.devices[0]) === -1)
    throw new InputError(
      `The sharding offloads to the host's memory, but cluster "${cluster.name}" has no CPU.`,
    );
  if (offload.optimizer) checkOptimizer(scenario, plan);
  if (offload.weights && (plan.memory?.zero !== 3 || !offload.optimizer))
    throw new InputError(
      "The sharding offloads weights, which takes stage 3 of ZeRO and the optimizer on the host.",
    );
  if (offload.activations !== undefined) checkActivations(scenario, plan, offload.activations);
}

const isAnything = ({ optimizer, weights, activations }: Offload): boolean =>
  optimizer === true || weights === true || activations?.includes(1) === true;

function checkOptimizer({ graph, cluster }: Pick<Scenario, "graph" | "cluster">, plan: Offloading): void {
  if (!graph.role.includes(Role.update))
    throw new InputError("The sharding offloads the optimizer's state, and the graph has no update op.");
  if ((plan.owners ?? []).length > 0)
    throw new InputError(
      "The sharding offloads the optimizer's state and has owners, whose ranks update their ops themselves; give one of both.",
    );
  const hosts = plan.mesh.devices.map((device) => cluster.devices[hostOf(cluster, device)]);
  for (let v = 0; v < graph.opCount; v++) {
    if (graph.role[v] !== Role.update) continue;
    const host = hosts.find(({ kind }) => kindsOf(graph, v)?.includes(kind) === false);
    if (host !== undefined)
      throw new InputError(
        `The sharding offloads the optimizer's state, but update "${graph.names[v]}" does not run on the host "${host.name}" (${host.kind}).`,
      );
    if ((graph.iterations?.[v] ?? null) === null)
      throw new InputError(
        `The sharding offloads the optimizer's state, but update "${graph.names[v]}" does not say what it iterates over, so what it sends back is not known.`,
      );
    if (graph.outputStart[v] < graph.outputStart[v + 1])
      throw new InputError(
        `The sharding offloads the optimizer's state, but update "${graph.names[v]}" has outputs, which only ranks can make.`,
      );
  }
}

function checkActivations(
  { graph, cluster }: Pick<Scenario, "graph" | "cluster">,
  { mesh, recompute, owners = [] }: Offloading,
  activations: Uint8Array,
): void {
  if (activations.length !== graph.opCount)
    throw new InputError(
      `The sharding's offload.activations has ${activations.length} entries for ${graph.opCount} ops; give 0 or 1 for each op.`,
    );
  activations.forEach((flag, v) => {
    if (flag === 0) return;
    const where = `The sharding's offload.activations of op "${graph.names[v]}" is ${flag}`;
    if (flag !== 1 || graph.role[v] !== Role.forward)
      throw new InputError(`${where}, expected 0, or 1 for a forward op.`);
    if (recompute?.[v] === 1)
      throw new InputError(`${where}, but the op is computed again; what it makes is not kept.`);
    if (owners.some(({ op }) => op === v))
      throw new InputError(`${where}, but one rank owns the op; only ops that all ranks run can be.`);
    const kinds = kindsOf(graph, v);
    if (kinds !== null && mesh.devices.some((d) => !kinds.includes(cluster.devices[d].kind)))
      throw new InputError(`${where}, but the host runs the op; only ops that all ranks run can be.`);
  });
}
