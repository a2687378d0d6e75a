/**
 * What of a training step scales with the batch. A micro-batch repeats the scaled part; the rest
 * happens once in a batch. The rules read the graph alone:
 *
 * - a *weight op* holds weights and puts out just these bytes, without an input: a variable. Its
 *   output is the same for every micro-batch;
 * - a *weight gradient* is a backward output that only updates and gradient sums use. Micro-batches
 *   add to one buffer;
 * - a *gradient sum* adds weight gradients of its own size, such as those of a shared embedding. It
 *   and the updates run once in a batch;
 * - a backward op is of the *weights phase* where its outputs are weight gradients alone.
 */
import { CONTROL, type OpGraph, Role } from "./graph.ts";

export interface OpClasses {
  /** 1 where an op runs once in a batch, shape [opCount]: weight ops, gradient sums, updates. */
  readonly once: Uint8Array;
  /** 1 where an output does not scale with the batch, by port, shape of `graph.outputBytes`. */
  readonly fixedPort: Uint8Array;
  /** 1 for backward ops that make weight gradients alone, shape [opCount]. */
  readonly weightsPhase: Uint8Array;
}

const known = new WeakMap<OpGraph, OpClasses>();

/** The classes of a graph, worked out once. */
export function opClasses(graph: OpGraph): OpClasses {
  const before = known.get(graph);
  if (before !== undefined) return before;
  const classes = classify(graph);
  known.set(graph, classes);
  return classes;
}

function classify(graph: OpGraph): OpClasses {
  const { opCount, role, outputStart } = graph;
  const once = new Uint8Array(opCount);
  const fixedPort = new Uint8Array(graph.outputBytes.length);
  const weightsPhase = new Uint8Array(opCount);
  for (let v = 0; v < opCount; v++) {
    if (role[v] === Role.update) once[v] = 1;
    if (!isWeightOp(graph, v)) continue;
    once[v] = 1;
    fixedPort.fill(1, outputStart[v], outputStart[v + 1]);
  }
  // Consumers first: whether an output is a weight gradient depends on who uses it.
  for (let at = opCount - 1; at >= 0; at--) {
    const v = graph.topologicalOrder[at];
    if (role[v] !== Role.backward) continue;
    const gradients = markWeightGradients(graph, v, once, fixedPort);
    if (gradients === 0 || gradients < outputStart[v + 1] - outputStart[v]) continue;
    weightsPhase[v] = 1;
    if (isSum(graph, v)) once[v] = 1;
  }
  return { once, fixedPort, weightsPhase };
}

function isWeightOp(graph: OpGraph, v: number): boolean {
  if (graph.role[v] !== Role.forward || graph.parameterBytes[v] === 0) return false;
  return graph.inStart[v] === graph.inStart[v + 1] && outputBytesOf(graph, v) === graph.parameterBytes[v];
}

/** Marks the outputs of a backward op that updates and gradient sums alone use; counts them. */
function markWeightGradients(graph: OpGraph, v: number, once: Uint8Array, fixedPort: Uint8Array): number {
  const first = graph.outputStart[v];
  const ports = graph.outputStart[v + 1] - first;
  const uses = new Uint8Array(ports);
  const others = new Uint8Array(ports);
  for (let i = graph.outStart[v]; i < graph.outStart[v + 1]; i++) {
    const e = graph.outEdge[i];
    const port = graph.edgeOutput[e];
    if (port === CONTROL) continue;
    uses[port] = 1;
    if (once[graph.edgeDestination[e]] === 0) others[port] = 1;
  }
  let count = 0;
  for (let port = 0; port < ports; port++) {
    if (uses[port] === 0 || others[port] === 1) continue;
    fixedPort[first + port] = 1;
    count++;
  }
  return count;
}

/** Two or more backward inputs, each as large as the only output. */
function isSum(graph: OpGraph, v: number): boolean {
  const bytes = outputBytesOf(graph, v);
  let inputs = 0;
  for (let e = graph.inStart[v]; e < graph.inStart[v + 1]; e++) {
    if (graph.edgeOutput[e] === CONTROL) continue;
    if (graph.role[graph.edgeSource[e]] !== Role.backward || graph.edgeBytes[e] !== bytes) return false;
    inputs++;
  }
  return inputs >= 2;
}

function outputBytesOf({ outputStart, outputBytes }: OpGraph, v: number): number {
  let sum = 0;
  for (let port = outputStart[v]; port < outputStart[v + 1]; port++) sum += outputBytes[port];
  return sum;
}
