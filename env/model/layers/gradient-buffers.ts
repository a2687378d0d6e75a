/**
 * Buffers of weight gradients. Micro-batches add to one buffer. Gradients that one gradient sum
 * adds, such as those of the steps of a recurrent cell, share a buffer in each stage. A stage adds
 * its own before anything is sent.
 *
 * - Replicas of a stage sum their buffers.
 * - Then a stage sends a buffer to the stage that has the sum or the update, once in a round.
 * - A graph with a backward pass and no update op says nothing of weight gradients. There each op
 *   with weights has a gradient of their size.
 */
import { type OpGraph, Role } from "../graph/graph.ts";
import { opClasses } from "../graph/op-classes.ts";
import { HOST_STAGE } from "../plan/pipeline.ts";

/** Gradients that one stage sends to another once in a round. */
export interface SharedGradient {
  readonly fromStage: number;
  readonly toStage: number;
  bytes: number;
}

export interface GradientBuffers {
  /** Of each stage, shape [stageCount]. */
  readonly gradientBytes: Float64Array;
  readonly sharedGradients: readonly SharedGradient[];
}

/** `outputBytes`: what a device of the op's stage holds; absent for whole tensors. */
export function gradientBuffers(
  graph: OpGraph,
  stageOf: Int32Array,
  stageCount: number,
  outputBytes: Float64Array = graph.outputBytes,
): GradientBuffers {
  const gradientBytes = new Float64Array(stageCount);
  const { ports, rootOf, opOfPort } = gradientPorts(graph);
  /** Bytes of each buffer, by root and stage. */
  const buffers = new Map<number, number>();
  for (const port of ports) {
    const key = rootOf[port] * stageCount + stageOf[opOfPort[port]];
    const known = buffers.get(key) ?? -1;
    // A gradient that is used in part counts with what is used.
    if (outputBytes[port] > known) buffers.set(key, outputBytes[port]);
  }
  const shared = new Map<number, SharedGradient>();
  for (const [key, bytes] of buffers) {
    const stage = key % stageCount;
    gradientBytes[stage] += bytes;
    for (const to of usersOf(graph, stageOf, (key - stage) / stageCount, stage))
      sharedOf(stage, to).bytes += bytes;
  }
  addImplicit(graph, stageOf, gradientBytes);
  return { gradientBytes, sharedGradients: [...shared.values()] };

  function sharedOf(fromStage: number, toStage: number): SharedGradient {
    const key = fromStage * stageCount + toStage;
    const known = shared.get(key) ?? { fromStage, toStage, bytes: 0 };
    shared.set(key, known);
    return known;
  }

  /** Other stages that need the buffer: that of the sum, or those that use a sum or a gradient. */
  function usersOf(of: OpGraph, stages: Int32Array, root: number, stage: number): Set<number> {
    const owner = opOfPort[root];
    const users = new Set<number>();
    if (stages[owner] !== stage) users.add(stages[owner]);
    else
      for (let i = of.outStart[owner]; i < of.outStart[owner + 1]; i++) {
        const e = of.outEdge[i];
        const to = stages[of.edgeDestination[e]];
        if (of.edgeOutput[e] === root - of.outputStart[owner] && to !== stage) users.add(to);
      }
    return users;
  }
}

function addImplicit(graph: OpGraph, stageOf: Int32Array, gradientBytes: Float64Array): void {
  if (graph.role.includes(Role.update) || !graph.role.includes(Role.backward)) return;
  for (let v = 0; v < graph.opCount; v++)
    if (graph.role[v] === Role.forward && stageOf[v] !== HOST_STAGE)
      gradientBytes[stageOf[v]] += graph.parameterBytes[v];
}

interface GradientPorts {
  /** Ports that are weight gradients. */
  readonly ports: Int32Array;
  /** Port of the last sum that a gradient goes into, else the port itself. */
  readonly rootOf: Int32Array;
  readonly opOfPort: Int32Array;
}

const known = new WeakMap<OpGraph, GradientPorts>();

function gradientPorts(graph: OpGraph): GradientPorts {
  const before = known.get(graph);
  if (before !== undefined) return before;
  const { once, fixedPort } = opClasses(graph);
  const { outputStart, outEdge, role } = graph;
  const opOfPort = new Int32Array(fixedPort.length);
  for (let v = 0; v < graph.opCount; v++) opOfPort.fill(v, outputStart[v], outputStart[v + 1]);
  const rootOf = Int32Array.from({ length: fixedPort.length }, (_, port) => port);
  // Consumers first, so that the root of a sum is known.
  for (let at = graph.opCount - 1; at >= 0; at--) {
    const v = graph.topologicalOrder[at];
    if (role[v] !== Role.backward) continue;
    for (let i = graph.outStart[v]; i < graph.outStart[v + 1]; i++) {
      const to = graph.edgeDestination[outEdge[i]];
      const port = outputStart[v] + graph.edgeOutput[outEdge[i]];
      if (port < outputStart[v] || fixedPort[port] === 0) continue;
      if (role[to] === Role.backward && once[to] === 1) rootOf[port] = rootOf[outputStart[to]];
    }
  }
  const ports = Int32Array.from(fixedPort.keys()).filter(
    (port) => fixedPort[port] === 1 && role[opOfPort[port]] === Role.backward,
  );
  const made = { ports, rootOf, opOfPort };
  known.set(graph, made);
  return made;
}
