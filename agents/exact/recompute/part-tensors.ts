/**
 * What one device computes under a placement, as the memory program sees it (host-tensors.ts): ops
 * of one type, role and layer are one step, and their outputs one tensor. What other devices make
 * lies on the host, as do tensors that come from no op. Weights and their optimizer state stay in
 * memory and leave less of it.
 */
import { CONTROL } from "../../../env/model/graph/graph.ts";
import type { BlockLine } from "../../problems/block-line.ts";
import type { TensorProblem, TensorStep } from "./host-tensors.ts";

interface Tensor {
  bytes: number;
  readonly isOnHost: boolean;
}

interface Step {
  /** Numbers of the tensors. */
  readonly reads: Set<number>;
  readonly writes: number;
  /** In the order in which the first op of each runs. */
  readonly after: Set<Step>;
}

/** Null where steps would wait for each other. */
export function partTensors(
  { scenario, layerOf }: BlockLine,
  device: ArrayLike<number>,
  own: number,
): TensorProblem | null {
  const { graph, cluster, fidelity } = scenario;
  const tensors: Tensor[] = [];
  const numberOf = new Map<string, number>();
  const counted = new Set<number>();
  const steps = new Map<string, Step>();
  const keyOf = (v: number) => `${graph.role[v]} ${graph.types[v]} ${layerOf[v]}`;
  const isSource = (v: number) => graph.inStart[v] === graph.inStart[v + 1];
  const isWeight = (v: number) => isSource(v) && graph.parameterBytes[v] > 0;

  const tensorOf = (v: number): number => {
    const isOnHost = device[v] !== own || isSource(v);
    const key = `${device[v] === own} ${keyOf(v)}`;
    let number = numberOf.get(key);
    if (number === undefined) {
      number = tensors.push({ bytes: 0, isOnHost }) - 1;
      numberOf.set(key, number);
    }
    if (!counted.has(v)) {
      counted.add(v);
      for (let port = graph.outputStart[v]; port < graph.outputStart[v + 1]; port++)
        tensors[number].bytes += graph.outputBytes[port];
    }
    return number;
  };
  const stepOf = (v: number): Step => {
    const known = steps.get(keyOf(v));
    if (known !== undefined) return known;
    const step: Step = { reads: new Set(), writes: tensorOf(v), after: new Set() };
    steps.set(keyOf(v), step);
    return step;
  };

  let residentBytes = 0;
  for (const v of graph.topologicalOrder) {
    if (device[v] !== own) continue;
    residentBytes += graph.parameterBytes[v] * (1 + fidelity.optimizerSlots);
    if (isSource(v)) continue;
    const step = stepOf(v);
    tensorOf(v);
    for (let e = graph.inStart[v]; e < graph.inStart[v + 1]; e++) {
      const source = graph.edgeSource[e];
      if (graph.edgeOutput[e] === CONTROL || (device[source] === own && isWeight(source))) continue;
      const isOwn = device[source] === own && !isSource(source);
      if (isOwn && stepOf(source) === step) continue;
      step.reads.add(tensorOf(source));
      if (isOwn) step.after.add(stepOf(source));
    }
  }
  const order = inOrder([...steps.values()]);
  if (order === null) return null;
  return {
    bytes: tensors.map(({ bytes }) => bytes),
    onHost: [...tensors.keys()].filter((t) => tensors[t].isOnHost),
    steps: order.map(({ reads, writes }): TensorStep => ({ reads: [...reads], writes: [writes] })),
    capacityBytes: cluster.devices[own].memoryBytes - residentBytes,
  };
}

/** Each step behind those that it waits for, the first of those that may run first. */
function inOrder(steps: readonly Step[]): readonly Step[] | null {
  const done = new Set<Step>();
  while (done.size < steps.length) {
    const next = steps.find((step) => !done.has(step) && [...step.after].every((other) => done.has(other)));
    if (next === undefined) return null;
    done.add(next);
  }
  return [...done];
}
