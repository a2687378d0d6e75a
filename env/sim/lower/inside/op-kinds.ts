/** Kinds of ops, by all that programs and runs of an op depend on beside its place in the graph. */
import type { OpGraph } from "../../../model/graph/graph.ts";
import { opClasses } from "../../../model/graph/op-classes.ts";

const known = new WeakMap<OpGraph, Int32Array>();

/** A number for each different kind, shape [opCount]; worked out once. */
export function kindsOfOps(graph: OpGraph): Int32Array {
  const before = known.get(graph);
  if (before !== undefined) return before;
  const numberOf = new Map<string, number>();
  const kinds = Int32Array.from({ length: graph.opCount }, (_, v) => {
    const text = textOf(graph, v);
    const number = numberOf.get(text) ?? numberOf.size;
    numberOf.set(text, number);
    return number;
  });
  known.set(graph, kinds);
  return kinds;
}

function textOf(graph: OpGraph, v: number): string {
  const { once, fixedPort } = opClasses(graph);
  const [firstPort, ports] = [graph.outputStart[v], graph.outputStart[v + 1]];
  const measured = [...graph.measuredUs.values()].map((us) => us[v]);
  const work = [graph.flops[v], graph.bytesTouched[v], graph.workspaceBytes[v], graph.parameterBytes[v]];
  return JSON.stringify([
    graph.types[v],
    graph.role[v],
    once[v],
    graph.supportedKinds[v],
    [...work, ...measured],
    [...graph.outputBytes.subarray(firstPort, ports), ...fixedPort.subarray(firstPort, ports)],
    [...graph.edgeBytes.subarray(graph.inStart[v], graph.inStart[v + 1])],
    graph.iterations?.[v] ?? null,
  ]);
}
