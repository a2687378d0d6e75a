/**
 * A graph of terms as an `OpGraph`. Ops that a substitution did not touch are as they were; new
 * ones have their work and dimensions from their shapes (term-ops.ts, new-ops.ts).
 *
 * A new op is named for the first op that its tensors came from, with its type behind.
 */
import { graphBuilder, type OpSpec } from "../builder.ts";
import { CONTROL, type OpGraph } from "../graph.ts";
import { newIteration } from "./new-ops.ts";
import { dataInputs, weightBytes } from "./read-graph.ts";
import { opsOf, opType, type TermOp, workOf } from "./term-ops.ts";
import { reachedIn, type TermGraph, type Terms } from "./terms.ts";

export interface Written {
  readonly original: OpGraph;
  readonly graph: TermGraph;
  /** The original op of a term that no substitution made. */
  readonly origins: ReadonlyMap<number, number>;
  /** The original op that a new term is named for. */
  readonly sources: ReadonlyMap<number, number>;
  readonly numberBytes: number;
}

export function writeGraph(written: Written): OpGraph {
  const { original, graph } = written;
  const ops = opsOf(graph, reachedIn(graph));
  const builder = graphBuilder({ dtype: original.dtype, batch: original.batch });
  const names = namesOf(written, ops);
  const madeBy = new Map<number, { readonly name: string; readonly output: number }>();
  ops.forEach((op, i) => {
    const origin = originOf(written, op);
    builder.op(origin === null ? newSpec(written, op, names[i]) : originalSpec(original, origin));
    op.outputs.forEach((term, port) => {
      const { operator, attributes } = graph.terms.at(term);
      madeBy.set(term, { name: names[i], output: operator === "whole" ? attributes[1] : port });
    });
  });
  ops.forEach((op, i) => {
    for (const input of op.inputs) {
      const { name, output } = madeBy.get(input)!;
      builder.edge({ from: name, output, to: names[i] });
    }
  });
  addControlEdges(original, builder);
  return builder.build();
}

/** The original op that still does just this; null for a new one. */
function originOf({ original, graph: { terms }, origins }: Written, op: TermOp): number | null {
  if (op.operator === "whole") return op.op;
  const origin = origins.get(op.outputs[op.outputs.length - 1]);
  if (origin === undefined || op.outputs.some((output) => origins.get(output) !== origin)) return null;
  const iteration = original.iterations![origin]!;
  const sizes = (numbers: readonly number[]) => numbers.map((number) => terms.at(number).shape.join());
  const isSame =
    dataInputs(original, origin).length === op.inputs.length &&
    op.outputs.length >= 1 &&
    sizes(op.outputs).every((shape, port) => shape === iteration.outputs[port]?.shape.join()) &&
    op.weights.every((weight) => {
      const { operator, attributes } = terms.at(weight);
      return operator === "weight" && attributes[0] === origin;
    });
  return isSame ? origin : null;
}

function originalSpec(graph: OpGraph, v: number): OpSpec {
  const measured = [...graph.measuredUs].flatMap(([kind, us]) =>
    Number.isNaN(us[v]) ? [] : [[kind, us[v]] as const],
  );
  const transferUs = graph.transferUs?.[v] ?? Number.NaN;
  const iteration = graph.iterations?.[v] ?? null;
  const kinds = graph.supportedKinds[v];
  return {
    name: graph.names[v],
    type: graph.types[v],
    flops: graph.flops[v],
    bytesTouched: graph.bytesTouched[v],
    parameterBytes: graph.parameterBytes[v],
    workspaceBytes: graph.workspaceBytes[v],
    outputs: [...graph.outputBytes.subarray(graph.outputStart[v], graph.outputStart[v + 1])],
    ...(measured.length > 0 && { measuredUs: Object.fromEntries(measured) }),
    ...(!Number.isNaN(transferUs) && { transferUs }),
    ...(kinds !== null && { supportedKinds: kinds }),
    ...(graph.colocation[v] !== -1 && { colocation: `class ${graph.colocation[v]}` }),
    ...(iteration !== null && { iteration }),
    ...(graph.dataFeatures?.[v] && { dataFeatures: graph.dataFeatures[v] }),
  };
}

function newSpec({ graph: { terms }, numberBytes }: Written, op: TermOp, name: string): OpSpec {
  const bytesOf = (number: number): number =>
    numberBytes * terms.at(number).shape.reduce((product, size) => product * size, 1);
  return {
    name,
    type: opType(op),
    ...workOf(terms, op, numberBytes),
    parameterBytes: weightBytes(terms, op, numberBytes),
    outputs: op.outputs.map(bytesOf),
    iteration: newIteration(terms, op),
  };
}

/** Original names where ops are as they were; others get a number where one is taken. */
function namesOf(written: Written, ops: readonly TermOp[]): string[] {
  const { original, sources, origins, graph } = written;
  const taken = new Set<string>();
  const names = ops.map((op) => {
    const origin = originOf(written, op);
    if (origin === null) return null;
    taken.add(original.names[origin]);
    return original.names[origin];
  });
  return names.map((known, i) => {
    if (known !== null) return known;
    const [first] = ops[i].outputs;
    const source =
      sources.get(first) ?? origins.get(first) ?? sourceBelow(graph.terms, sources, origins, first);
    const base = `${source === undefined ? "" : `${original.names[source]}/`}${opType(ops[i])}`;
    let name = base;
    for (let number = 2; taken.has(name); number++) name = `${base}_${number}`;
    taken.add(name);
    return name;
  });
}

/** The first op that one of its inputs came from. */
function sourceBelow(
  terms: Terms,
  sources: ReadonlyMap<number, number>,
  origins: ReadonlyMap<number, number>,
  term: number,
): number | undefined {
  for (const input of [...terms.at(term).inputs].reverse()) {
    const { operator, attributes } = terms.at(input);
    const found =
      operator === "weight"
        ? attributes[0]
        : (sources.get(input) ?? origins.get(input) ?? sourceBelow(terms, sources, origins, input));
    if (found !== undefined) return found;
  }
  return undefined;
}

function addControlEdges(
  { names, edgeCount, edgeOutput, edgeSource, edgeDestination }: OpGraph,
  builder: ReturnType<typeof graphBuilder>,
): void {
  for (let e = 0; e < edgeCount; e++)
    if (edgeOutput[e] === CONTROL) builder.control(names[edgeSource[e]], names[edgeDestination[e]]);
}
