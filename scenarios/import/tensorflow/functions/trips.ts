/**
 * How often a while loop runs, where its functions tell. A counter begins at a known number and
 * each pass adds a known number. The loop ends where the counter reaches a known limit. Of several
 * such conditions the first to end counts.
 */
import type { Tensor } from "../../tensors/tensor.ts";
import type { NodeDef } from "../messages/schema.ts";
import { constantOf } from "../messages/tensor-proto.ts";
import { ARGUMENT, type Body } from "./library.ts";

/** Bounds the search through a condition; longer ones are not counters. */
const MOST_STEPS = 1000;

/** What a node of a loop is: a number, or argument `index` of the functions. */
type Known = { readonly number: number } | { readonly index: number };

/** Null where the functions do not tell. */
export function tripsOf(condition: Body, body: Body, initial: readonly Tensor[]): number | null {
  const nodes = nodesOf(condition);
  const open = [condition.results[0] ?? ""];
  let fewest: number | null = null;
  for (let steps = 0; open.length > 0 && steps < MOST_STEPS; steps++) {
    const node = through(open.pop()!, nodes);
    if (node === undefined) continue;
    if (node.op === "LogicalAnd") open.push(...dataOf(node));
    const trips = comparedIn(node, nodes, body, initial);
    if (trips !== null) fewest = fewest === null ? trips : Math.min(fewest, trips);
  }
  return fewest;
}

const comparisons: ReadonlyMap<string, { readonly isSwapped: boolean; readonly isClosed: boolean }> = new Map(
  [
    ["Less", { isSwapped: false, isClosed: false }],
    ["LessEqual", { isSwapped: false, isClosed: true }],
    ["Greater", { isSwapped: true, isClosed: false }],
    ["GreaterEqual", { isSwapped: true, isClosed: true }],
  ],
);

function comparedIn(
  node: NodeDef,
  nodes: ReadonlyMap<string, NodeDef>,
  body: Body,
  initial: readonly Tensor[],
): number | null {
  const comparison = comparisons.get(node.op);
  if (comparison === undefined) return null;
  const operands = dataOf(node).map((input) => knownIn(input, nodes));
  const [counter, limit] = comparison.isSwapped ? [operands[1], operands[0]] : operands;
  // `10 > i` is `i < 10`; a counter that goes down is not looked for.
  if (counter == null || limit == null || !("index" in counter)) return null;
  const start = initial[counter.index]?.value?.[0];
  const end =
    "number" in limit
      ? limit.number
      : isUnchanged(limit.index, body)
        ? initial[limit.index]?.value?.[0]
        : undefined;
  const step = stepOf(counter.index, body);
  if (start === undefined || end === undefined || step === null || !(step > 0)) return null;
  const trips = comparison.isClosed ? Math.floor((end - start) / step) + 1 : Math.ceil((end - start) / step);
  return Number.isFinite(trips) ? Math.max(0, trips) : null;
}

/** What one pass adds to an argument. */
function stepOf(index: number, body: Body): number | null {
  const nodes = nodesOf(body);
  const sum = through(body.results[index] ?? "", nodes);
  if (sum === undefined || !/^Add(V2)?$/.test(sum.op)) return null;
  const [left, right] = dataOf(sum).map((input) => knownIn(input, nodes));
  const isOwn = (known: Known | null) => known !== null && "index" in known && known.index === index;
  const added = isOwn(left) ? right : isOwn(right) ? left : null;
  return added !== null && added !== undefined && "number" in added ? added.number : null;
}

/** Whether every pass gives an argument on as it is. */
export function isUnchanged(index: number, body: Body): boolean {
  const known = knownIn(body.results[index] ?? "", nodesOf(body));
  return known !== null && "index" in known && known.index === index;
}

function knownIn(input: string, nodes: ReadonlyMap<string, NodeDef>): Known | null {
  const node = through(input, nodes);
  if (node?.op === ARGUMENT) return { index: node.attr.get("index")?.i ?? -1 };
  const tensor = node?.op === "Const" ? node.attr.get("value")?.tensor : null;
  const number = tensor == null ? undefined : constantOf(tensor).value?.[0];
  return number === undefined ? null : { number };
}

/** The node that makes a value, behind those that only pass it on. */
function through(input: string, nodes: ReadonlyMap<string, NodeDef>): NodeDef | undefined {
  let node = nodes.get(nameOf(input));
  for (let steps = 0; node !== undefined && steps < MOST_STEPS; steps++) {
    if (!/^(Identity|Cast|StopGradient)$/.test(node.op)) return node;
    node = nodes.get(nameOf(dataOf(node)[0] ?? ""));
  }
  return undefined;
}

const nameOf = (input: string): string => input.replace(/:\d+$/, "");
const dataOf = ({ input }: NodeDef): readonly string[] => input.filter((each) => !each.startsWith("^"));
const byName = new WeakMap<Body, ReadonlyMap<string, NodeDef>>();

function nodesOf(body: Body): ReadonlyMap<string, NodeDef> {
  const known = byName.get(body);
  if (known !== undefined) return known;
  const nodes = new Map(body.nodes.map((node) => [node.name, node]));
  byName.set(body, nodes);
  return nodes;
}
