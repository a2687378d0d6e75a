/**
 * A function of the library as a graph of its own. TF 2 modules without a signature have their
 * model in no node of the graph, only in functions.
 *
 * Arguments become placeholders with the shapes that the function says. A captured variable becomes
 * a variable of the size that is read from it.
 */
import { InputError } from "../../../../env/model/errors.ts";
import { didYouMean } from "../../../../env/model/suggest.ts";
import { ARGUMENT, Library, NO_VALUE } from "../functions/library.ts";
import type { AttrValue, GraphDef, NodeDef } from "../messages/schema.ts";
import { dataTypes } from "../messages/schema.ts";

export interface Entry {
  readonly name: string;
  /** Functions that could be taken as well. */
  readonly others: readonly string[];
  readonly graphDef: GraphDef;
  readonly fetch: readonly string[];
}

/** Functions with which a SavedModel is written, read and torn down. */
const HOUSEKEEPING = /_traced_(save|restore)|<lambda>|_(destroyer|creator|initializer)|signature_wrapper/;

/** Null where no function stands for the model. Throws `InputError` for a name that is none. */
export function entryOf(graphDef: GraphDef, given: string | undefined): Entry | null {
  const functions = graphDef.library?.function ?? [];
  const names = functions.map(({ signature }) => signature?.name ?? "");
  if (given !== undefined && !names.includes(given))
    throw new InputError(
      `option function is "${given}", which is not in the library.${didYouMean(given, names)}`,
    );
  const run = new Set(
    [...graphDef.node, ...functions.flatMap(({ node_def }) => node_def)].flatMap(functionsOf),
  );
  const free = functions.filter(({ signature }) => {
    const name = signature?.name ?? "";
    return !run.has(name) && !HOUSEKEEPING.test(name);
  });
  const largest = free.reduce<(typeof free)[number] | null>(
    (most, each) => (most === null || each.node_def.length > most.node_def.length ? each : most),
    null,
  );
  const name = given ?? largest?.signature?.name;
  if (name === undefined) return null;
  const library = new Library(graphDef.library);
  const body = library.body(name, []);
  const shapes = functions[names.lastIndexOf(name)].attr.get("_input_shapes")?.list?.shape ?? [];
  const nodes = body.nodes.map((node) => {
    if (node.op !== ARGUMENT) return node;
    const type = node.attr.get("dtype")?.type ?? 0;
    if (type === dataTypes.DT_RESOURCE) return variableOf(node, body.nodes);
    const shape = shapes[node.attr.get("index")?.i ?? -1] ?? { dim: [], unknown_rank: true };
    return withAttributes(node, "Placeholder", {
      dtype: { ...NO_VALUE, type },
      shape: { ...NO_VALUE, shape },
    });
  });
  return {
    name,
    others: free.map(({ signature }) => signature?.name ?? "").filter((other) => other !== name),
    graphDef: { ...graphDef, node: nodes },
    fetch: [...new Set(body.results.map((result) => result.replace(/:\d+$/, "")))],
  };
}

/** As large as what is read from it; of unknown shape where nothing is. */
function variableOf(argument: NodeDef, nodes: readonly NodeDef[]): NodeDef {
  const reader = nodes.find(({ op, input }) => op === "ReadVariableOp" && nameOf(input[0]) === argument.name);
  const shape = reader?.attr.get("_output_shapes")?.list?.shape[0] ?? { dim: [], unknown_rank: true };
  const type = reader?.attr.get("dtype")?.type ?? 0;
  return withAttributes(argument, "VarHandleOp", {
    dtype: { ...NO_VALUE, type },
    shape: { ...NO_VALUE, shape },
  });
}

const nameOf = (input: string | undefined): string => (input ?? "").replace(/:\d+$/, "");

const withAttributes = (node: NodeDef, op: string, attr: Readonly<Record<string, AttrValue>>): NodeDef => ({
  ...node,
  op,
  attr: new Map(Object.entries(attr)),
});

/** Names of the functions that a node may run. */
const functionsOf = ({ op, attr }: NodeDef): readonly string[] => [
  op,
  ...[...attr.values()].flatMap(({ func, list }) => [
    ...(func === null ? [] : [func.name]),
    ...(list?.func ?? []).map(({ name }) => name),
  ]),
];
