/**
 * `PropagationRules`: how divisions of one op carry over to its neighbours. A dimension of an op
 * and one of another are linked where an axis of the tensor between them runs along both. Divisions
 * spread along links. A dimension that an op sums over ends at it, since its output has no axis
 * along it.
 *
 * Sources: Xu et al. (GSPMD, arXiv 2105.04663), Alabed et al. (PartIR, arXiv 2210.06352). In theirs
 * each type of op has rules of its own. Here an op's iteration is all rules that it has.
 *
 * Forward ops alone are in the rules. Backward and update ops follow their twins (../../plan).
 */
import { CONTROL, type OpGraph, Role } from "../../graph/graph.ts";
import { type OpIteration, WHOLE } from "../../graph/iteration.ts";
import { matchedAxes } from "../../graph/matched-axes.ts";
import { elementsIn } from "../layout.ts";
import { type WireClass, wireClass } from "./wire-class.ts";

/** Two dimensions along one axis of the tensor on a wire. -1 where one op has none there. */
export interface AxisPair {
  /** Numbers of dimensions, counted over all ops (`dimensionStart`). */
  readonly from: number;
  readonly to: number;
  /** The number of parts must divide it; 0 for any. */
  readonly parts: number;
}

/** A tensor from a forward op to another one. */
export interface Wire {
  readonly producer: number;
  readonly consumer: number;
  readonly pairs: readonly AxisPair[];
  readonly class: WireClass;
  readonly bytes: number;
}

export interface PropagationRules {
  readonly graph: OpGraph;
  /** Forward ops that say what they iterate over, in topological order. */
  readonly ops: Int32Array;
  /** Dimensions of op v have the numbers dimensionStart[v] .. dimensionStart[v + 1]. */
  readonly dimensionStart: Int32Array;
  /** The op of each dimension. */
  readonly opOf: Int32Array;
  readonly sizeOf: Float64Array;
  /** Most parts of each dimension: 1 for one that no plan may divide. */
  readonly mostParts: Float64Array;
  /** The number of parts must divide it; 0 for any. */
  readonly evenParts: Float64Array;
  /** Wires of each op, shape [opCount]. */
  readonly inputs: readonly (readonly Wire[])[];
  readonly outputs: readonly (readonly Wire[])[];
}

export function propagationRules(graph: OpGraph): PropagationRules {
  const iterations = Array.from({ length: graph.opCount }, (_, v) =>
    graph.role[v] === Role.forward ? (graph.iterations?.[v] ?? null) : null,
  );
  const dimensionStart = new Int32Array(graph.opCount + 1);
  iterations.forEach((iteration, v) => {
    dimensionStart[v + 1] = dimensionStart[v] + (iteration?.dimensions.length ?? 0);
  });
  const count = dimensionStart[graph.opCount];
  const limits = { mostParts: new Float64Array(count), evenParts: new Float64Array(count) };
  const [opOf, sizeOf] = [new Int32Array(count), new Float64Array(count)];
  iterations.forEach((iteration, v) => {
    iteration?.dimensions.forEach(({ size, kind, halo = 0 }, d) => {
      opOf[dimensionStart[v] + d] = v;
      sizeOf[dimensionStart[v] + d] = size;
      limits.mostParts[dimensionStart[v] + d] = kind === "opaque" || halo > 0 ? 1 : Math.max(1, size);
    });
  });
  addEvenParts(graph, iterations, dimensionStart, limits.evenParts);
  const inputs: Wire[][] = Array.from({ length: graph.opCount }, () => []);
  const outputs: Wire[][] = Array.from({ length: graph.opCount }, () => []);
  for (let v = 0; v < graph.opCount; v++)
    for (const wire of wiresTo(graph, iterations, dimensionStart, v)) {
      inputs[v].push(wire);
      outputs[wire.producer].push(wire);
    }
  const ops = graph.topologicalOrder.filter((v) => iterations[v] !== null);
  return { graph, ops, dimensionStart, opOf, sizeOf, ...limits, inputs, outputs };
}

type Iterations = readonly (OpIteration | null)[];

/**
 * An axis that is longer than its dimension is cut evenly, in backward and update ops as well: they
 * follow by the names of dimensions.
 */
function addEvenParts(graph: OpGraph, iterations: Iterations, start: Int32Array, even: Float64Array): void {
  const require = (
    dimension: number,
    { dimensions, inputs, parameters, outputs }: OpIteration,
    d: number,
  ) => {
    for (const { shape, along } of [...inputs, ...parameters, ...outputs])
      shape.forEach((length, t) => {
        const { size } = dimensions[d];
        if (along[t] !== d || length === size) return;
        even[dimension] = greatestDivisor(greatestDivisor(even[dimension], size), length);
      });
  };
  for (let v = 0; v < graph.opCount; v++) {
    const own = graph.iterations?.[v] ?? null;
    const leader = iterations[v] !== null ? v : graph.twin[v];
    const lead = leader === -1 ? null : iterations[leader];
    if (own === null || lead === null) continue;
    lead.dimensions.forEach(({ name }, d) => {
      const followed = own.dimensions.findIndex((dimension) => dimension.name === name);
      if (followed !== -1) require(start[leader] + d, own, followed);
    });
  }
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

function wiresTo(graph: OpGraph, iterations: Iterations, start: Int32Array, v: number): Wire[] {
  const iteration = iterations[v];
  if (iteration === null) return [];
  const wires: Wire[] = [];
  let input = 0;
  for (let e = graph.inStart[v]; e < graph.inStart[v + 1]; e++) {
    if (graph.edgeOutput[e] === CONTROL) continue;
    const to = iteration.inputs[input++];
    const producer = graph.edgeSource[e];
    const from = iterations[producer]?.outputs[graph.edgeOutput[e]];
    if (from === undefined || to === undefined) continue;
    const number = (op: number, dimension: number) => (dimension === WHOLE ? -1 : start[op] + dimension);
    const pairs = axisPairs(from.shape, to.shape)
      .map(({ from: s, to: t, parts }) => ({
        from: s === -1 ? -1 : number(producer, from.along[s]),
        to: t === -1 ? -1 : number(v, to.along[t]),
        parts,
      }))
      .filter((pair) => pair.from !== -1 || pair.to !== -1);
    const isView = from.shape.join() !== to.shape.join();
    wires.push({
      producer,
      consumer: v,
      pairs,
      class: wireClass(iteration, to, isView),
      bytes: graph.edgeBytes[e],
    });
  }
  return wires;
}

/** Axes of two shapes that are the same elements; the rest of either has -1. */
function axisPairs(from: readonly number[], to: readonly number[]): AxisPair[] {
  if (from.join() === to.join()) return from.map((_, t) => ({ from: t, to: t, parts: 0 }));
  const isAlike = elementsIn(from) === elementsIn(to) && elementsIn(from) > 0;
  const pairs: AxisPair[] = isAlike
    ? matchedAxes(from, to).map(({ from: s, to: t, parts }) => ({
        from: s,
        to: t,
        parts: from[s] === to[t] ? 0 : parts,
      }))
    : [];
  const [known, needed] = [pairs.map((pair) => pair.from), pairs.map((pair) => pair.to)];
  return [
    ...pairs,
    ...[...from.keys()].filter((s) => !known.includes(s)).map((s) => ({ from: s, to: -1, parts: 0 })),
    ...[...to.keys()].filter((t) => !needed.includes(t)).map((t) => ({ from: -1, to: t, parts: 0 })),
  ];
}
