/**
 * Splits of dnn-partitioning (Tarnawski et al., NeurIPS 2020; msr-fiddle/dnn-partitioning): the ids
 * of the nodes on each accelerator and CPU.
 *
 *     {"fpgas": [{"load": -1, "nodes": [1, 2]}, {"load": -1, "nodes": [3]}],
 *      "cpus": [{"load": 0, "nodes": []}], "maxLoad": -1}
 *
 * Nodes that a split leaves out go with their colour class, as the authors' splits leave out
 * backward nodes. Loads are in ms; -1 and 0 stand for none. The reference program prints six
 * digits.
 */
import { z } from "zod";
import { isCpu } from "../../env/model/cluster/cluster.ts";
import { InputError } from "../../env/model/errors.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { parseWith } from "../import/sentences.ts";
import type { PlanClaim } from "./claims.ts";
import type { PlanReader } from "./contract.ts";
import { completedPlan, NO_DEVICE } from "./partial-plan.ts";

const US_PER_MS = 1000;
const SIX_DIGITS = 1e-5;

const part = z.object({ load: z.number().nullish(), nodes: z.array(z.int()) });
const schema = z.object({
  fpgas: z.array(part).optional(),
  accelerators: z.array(part).optional(),
  cpus: z.array(part).default([]),
  maxLoad: z.number().nullish(),
});
type Part = z.infer<typeof part>;

export const dnnSplit: PlanReader = {
  name: "dnn-partitioning",
  summary: "splits of dnn-partitioning: node ids of each accelerator and CPU",
  recognises(file) {
    const fields = file.jsonObject();
    return (
      fields !== null &&
      [fields.fpgas, fields.accelerators].some(
        (parts) => Array.isArray(parts) && parts.every((each) => Array.isArray(each?.nodes)),
      )
    );
  },
  read(file, scenario) {
    const { fpgas, accelerators = [], cpus, maxLoad } = parseWith(schema, file.json());
    const { devices } = scenario.cluster;
    const numbersOf = (wantsCpu: boolean) =>
      [...devices.keys()].filter((d) => isCpu(devices[d]) === wantsCpu);
    const placed = [
      ...placedOn(fpgas ?? accelerators, numbersOf(false), "accelerator"),
      ...placedOn(cpus, numbersOf(true), "CPU"),
    ];
    const opOf = opsById(scenario);
    const given = new Int32Array(scenario.graph.opCount).fill(NO_DEVICE);
    for (const { nodes, device } of placed)
      for (const id of nodes) {
        const v = opOf(id);
        if (given[v] !== NO_DEVICE && given[v] !== device)
          throw new InputError(
            `node ${id} is on "${devices[given[v]].name}" and on "${devices[device].name}", expected one device.`,
          );
        given[v] = device;
      }
    return {
      plan: completedPlan(scenario, given),
      claims: claimsOf(placed, maxLoad, devices.length),
      notes: [],
    };
  },
};

interface Placed extends Part {
  readonly device: number;
}

function placedOn(parts: readonly Part[], devices: readonly number[], kind: string): Placed[] {
  const needed = parts.filter(({ nodes }) => nodes.length > 0).length;
  const fits = parts.slice(devices.length).every(({ nodes }) => nodes.length === 0);
  if (!fits)
    throw new InputError(
      `the split has nodes on ${needed} ${kind}s, and the scenario has ${devices.length} ${kind}${devices.length === 1 ? "" : "s"}.`,
    );
  return parts.slice(0, devices.length).map((each, i) => ({ ...each, device: devices[i] }));
}

function claimsOf(
  placed: readonly Placed[],
  maxLoad: number | null | undefined,
  deviceCount: number,
): PlanClaim[] {
  const loadsUs = new Array<number | null>(deviceCount).fill(null);
  for (const { device, load } of placed) if (load != null && load > 0) loadsUs[device] = load * US_PER_MS;
  const value = maxLoad != null && maxLoad > 0 ? maxLoad * US_PER_MS : undefined;
  if (value === undefined && loadsUs.every((us) => us === null)) return [];
  return [{ objective: "max-load", value, loadsUs, tolerance: SIX_DIGITS }];
}

/** Ops by the ids of the file that the scenario was read from. */
function opsById({ graph, meta, name }: Scenario): (id: number) => number {
  const ids = meta.aliases?.ids;
  if (ids === undefined)
    throw new InputError(
      `it names nodes by ids, and the ops of scenario "${name}" have none; the workload must be a file of dnn-partitioning or Piper.`,
    );
  const opOf = new Map(ids.map((id, v) => [id, v]));
  return (id) => {
    const v = opOf.get(id);
    if (v === undefined)
      throw new InputError(`node ${id} is none of the ${graph.opCount} nodes of scenario "${name}".`);
    return v;
  };
}
