/**
 * What each device of a sharding holds over time, by name. The highest level of a device is its
 * peak, to the byte. What steps and the host bring to a rank are copies: gathered weights and
 * resharded tensors. Slices and sums in place are of what they were made from. What waits on a host
 * is of the host's device; weights there are the copy of which it makes new ones.
 */
import { hostOf } from "../../../model/cluster/hosts.ts";
import { type OpGraph, Role } from "../../../model/graph/graph.ts";
import { opClasses } from "../../../model/graph/op-classes.ts";
import type { ShardingPlan } from "../../../model/plan/sharding.ts";
import type { Scenario } from "../../../model/scenario.ts";
import {
  type Feed,
  type HostCopy,
  type Instruction,
  type Move,
  WEIGHTS,
} from "../../lower/sharding/instructions.ts";
import type { LoggedSharding } from "../../lower/sharding/run.ts";
import { hostBytes, residentOf } from "../../lower/sharding/state-bytes.ts";
import { WORKSPACE } from "../../memory/interval-columns.ts";
import type { MemoryInterval, PassingPart } from "../../memory/memory.ts";
import { type MemoryParts, type MemoryStep, noParts, trainingSteps } from "../explain/memory-steps.ts";

/** Of the scenario's devices, in order of time. */
export function shardingMemory(scenario: Scenario, plan: ShardingPlan, run: LoggedSharding): MemoryStep[] {
  const { graph, cluster } = scenario;
  const deviceCount = cluster.devices.length;
  const { columns, device, engine } = run;
  const { kindOf, deviceOf, opOf, bytesOf, fromUs, toUs } = columns;
  const parts = bufferParts(graph, run);
  const rows = columns.fill(engine, device);
  const intervals: MemoryInterval[] = [];
  for (let row = 0; row < rows; row++) {
    if (deviceOf[row] >= deviceCount || bytesOf[row] === 0 || toUs[row] <= fromUs[row]) continue;
    intervals.push({
      part: kindOf[row] === WORKSPACE ? "workspace" : (parts.get(row) ?? "activations"),
      device: deviceOf[row],
      bytes: bytesOf[row],
      op: opOf[row],
      fromUs: fromUs[row],
      toUs: toUs[row],
    });
  }
  return trainingSteps(intervals, residentParts(scenario, plan, run));
}

const isBrought = (instruction: Instruction): instruction is Move | Feed | HostCopy =>
  instruction.kind === "move" || instruction.kind === "feed" || instruction.kind === "fetch";

/** The part of each buffer of a rank, by the value that it was made for. */
function bufferParts(graph: OpGraph, { program, bufferOf }: LoggedSharding): Map<number, PassingPart> {
  const { fixedPort } = opClasses(graph);
  const brought = new Set<number>();
  for (const instruction of program.instructions) if (isBrought(instruction)) brought.add(instruction.to);
  const parts = new Map<number, PassingPart>();
  program.values.forEach(({ op, output }, value) => {
    const isGradient =
      output !== WEIGHTS &&
      graph.role[op] === Role.backward &&
      fixedPort[graph.outputStart[op] + output] === 1;
    const part = isGradient ? "gradients" : brought.has(value) ? "copies" : "activations";
    for (const buffer of bufferOf[value] ?? [])
      if (buffer !== -1 && !parts.has(buffer)) parts.set(buffer, part);
  });
  return parts;
}

/** Weights and optimizer state of a rank or a host, all the time. */
function residentParts(
  { graph, cluster }: Scenario,
  { mesh, offload }: ShardingPlan,
  run: LoggedSharding,
): MemoryParts[] {
  const { program, compiled, device, opOf } = run;
  const deviceCount = cluster.devices.length;
  const weightsOf = new Float64Array(deviceCount);
  mesh.devices.forEach((on, rank) => {
    weightsOf[on] += residentOf(program, offload, 0)(rank);
    if (offload?.optimizer) weightsOf[hostOf(cluster, on)] += hostBytes(program, 0, rank);
  });
  for (const instruction of program.instructions) {
    if (instruction.kind !== "owned" || graph.role[instruction.op] !== Role.forward) continue;
    const task = opOf.findIndex((op, at) => op === instruction.op && device[at] < deviceCount);
    weightsOf[device[task]] += graph.parameterBytes[instruction.op];
  }
  const resident = new Float64Array(deviceCount);
  device.forEach((on, task) => {
    if (on < deviceCount) resident[on] += compiled.residentBytes[task];
  });
  return Array.from(resident, (bytes, d) =>
    bytes === 0 ? noParts : { ...noParts, weights: weightsOf[d], optimizer: bytes - weightsOf[d] },
  );
}
