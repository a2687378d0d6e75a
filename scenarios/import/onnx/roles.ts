/**
 * Roles of the nodes of a training graph. A file for inference has forward ops alone.
 *
 * - Update: optimizers and accumulators of gradients, and what follows from them.
 * - Backward: gradients, what follows from them, and views and transposes made only for them.
 *   ONNX Runtime calls the gradients of a node `NODE_Grad/...`.
 * - A backward op's twin is the forward op of that name. Else it is the only forward op of the
 *   gradient's type that shares a value with it.
 * - An update's twin is the only forward op that reads its weights.
 */
import type { RoleName } from "../../../env/model/graph/graph.ts";
import { nameOf } from "./inference.ts";
import type { NodeWithReads } from "./node-order.ts";
import { isOptimizer } from "./rules/index.ts";

export interface NodeRole {
  readonly role: RoleName;
  /** Place of the forward node that it belongs to. */
  readonly twin: number | null;
}

const GRADIENT_TYPE = /^(.+?)Grad(?:_\d+|_dX|V\d+)?$/;
const GRADIENT_NAME = /^(.+)_Grad\//;
const RELAYOUT = /^(Transpose|Reshape|Flatten|Squeeze|Unsqueeze|Identity|Cast|Shape|Size|Expand)$/;
/** Types whose gradients are ops of the same type. */
const LINEAR = /^(MatMul|Gemm|FusedMatMul|TransposeMatMul|FusedGemm)$/;

/** Null for a graph without gradients and updates. `results` names the graph's outputs. */
export function rolesOf(
  nodes: readonly NodeWithReads[],
  results: ReadonlySet<string>,
): readonly NodeRole[] | null {
  const roles = sourceRoles(nodes);
  if (roles.every((role) => role === "forward")) return null;
  const producer = producersOf(nodes);
  // Nodes are in topological order.
  nodes.forEach(({ reads }, i) => {
    const before = reads.flatMap((name) => producer.get(name) ?? []).map((source) => roles[source]);
    if (before.includes("update")) roles[i] = "update";
    else if (roles[i] === "forward" && before.includes("backward")) roles[i] = "backward";
  });
  markRelayouts(nodes, roles, results);
  const twinOf = twinFinder(nodes, roles, producer);
  return roles.map((role, i) => ({ role, twin: role === "forward" ? null : twinOf(i) }));
}

function sourceRoles(nodes: readonly NodeWithReads[]): RoleName[] {
  return nodes.map(({ node }) => {
    if (isOptimizer(node.op_type) && node.domain !== "") return "update";
    const isGradient = GRADIENT_TYPE.test(node.op_type) || GRADIENT_NAME.test(node.name);
    return isGradient ? "backward" : "forward";
  });
}

function producersOf(nodes: readonly NodeWithReads[]): ReadonlyMap<string, number> {
  const producer = new Map<string, number>();
  nodes.forEach(({ node }, i) => {
    for (const name of node.output) if (name !== "") producer.set(name, i);
  });
  return producer;
}

/** From the last to the first, so that a chain of them is found whole. */
function markRelayouts(nodes: readonly NodeWithReads[], roles: RoleName[], results: ReadonlySet<string>) {
  const users = new Map<string, number[]>();
  nodes.forEach(({ reads }, i) => {
    for (const name of reads) users.set(name, [...(users.get(name) ?? []), i]);
  });
  for (let i = nodes.length - 1; i >= 0; i--) {
    const { node } = nodes[i];
    if (roles[i] !== "forward" || !RELAYOUT.test(node.op_type)) continue;
    const readers = node.output.flatMap((name) => users.get(name) ?? []);
    const isResult = node.output.some((name) => results.has(name));
    if (readers.length > 0 && !isResult && readers.every((reader) => roles[reader] !== "forward"))
      roles[i] = "backward";
  }
}

function twinFinder(
  nodes: readonly NodeWithReads[],
  roles: readonly RoleName[],
  producer: ReadonlyMap<string, number>,
): (i: number) => number | null {
  const byName = new Map(nodes.map(({ node }, i) => [nameOf(node), i]));
  /** Forward nodes by what they read or make. */
  const byValue = new Map<string, number[]>();
  nodes.forEach(({ node, reads }, i) => {
    if (roles[i] !== "forward") return;
    for (const name of new Set([...reads, ...node.output]))
      if (name !== "") byValue.set(name, [...(byValue.get(name) ?? []), i]);
  });
  /** The value before transposes and views. */
  const origin = (name: string): string => {
    let at = name;
    for (let source = producer.get(at); source !== undefined; source = producer.get(at)) {
      const { node } = nodes[source];
      if (!RELAYOUT.test(node.op_type) || node.input.length === 0) break;
      at = node.input[0];
    }
    return at;
  };
  const onlyOne = (candidates: readonly number[]): number | null => {
    const different = [...new Set(candidates)];
    return different.length === 1 ? different[0] : null;
  };
  const sharing = (i: number, fits: (type: string) => boolean): number | null => {
    const values = nodes[i].reads.flatMap((name) => [name, origin(name)]);
    const found = values.flatMap((name) => byValue.get(name) ?? []);
    return onlyOne(found.filter((one) => fits(nodes[one].node.op_type)));
  };
  return (i) => {
    const { node } = nodes[i];
    const named = byName.get(GRADIENT_NAME.exec(node.name)?.[1] ?? "");
    if (named !== undefined && roles[named] === "forward") return named;
    if (roles[i] === "update") return onlyOne(node.input.flatMap((name) => readersOf(byValue, nodes, name)));
    const base = GRADIENT_TYPE.exec(node.op_type)?.[1];
    if (base !== undefined) return sharing(i, (type) => type === base);
    return LINEAR.test(node.op_type) ? sharing(i, (type) => LINEAR.test(type)) : null;
  };
}

const readersOf = (
  byValue: ReadonlyMap<string, readonly number[]>,
  nodes: readonly NodeWithReads[],
  name: string,
): readonly number[] => (byValue.get(name) ?? []).filter((i) => nodes[i].reads.includes(name));
