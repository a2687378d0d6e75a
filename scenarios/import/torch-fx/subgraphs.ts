/**
 * Graphs inside of an FX graph, which higher-order operators run. Operators that only set a mode
 * are replaced by the nodes of their graph. Control flow stays one op: a condition costs its larger
 * branch, a scan its graph once for each slice, a while loop one pass.
 */
import { InputError } from "../../../env/model/errors.ts";
import { type Argument, isList, isRef } from "./arguments.ts";
import { type FxNode, fxNode, type GraphNodes } from "./file.ts";
import type { FxCall } from "./fx-call.ts";
import { fxGraph, isCall } from "./graph.ts";
import { operatorOf, wordOf } from "./operators.ts";
import { bytesOfAll } from "./tensor-type.ts";
import { type CallWork, workOf } from "./work.ts";

const DEEPEST = 32;
const MOST_NODES = 200_000;
/** Operators that run their graph once, in another mode or place. */
const modes = new Set(
  `wrap_with_set_grad_enabled wrap_with_autocast wrap_activation_checkpoint tag_activation_checkpoint invoke_subgraph
  hints_wrapper strict_mode wrap run_const_graph checkpoint inductor_compiled_code`.split(/\s+/),
);

export interface Flattened {
  readonly nodes: readonly FxNode[];
  readonly work: (node: FxNode, call: FxCall) => CallWork;
  readonly assumed: readonly string[];
}

export function flattened(nodes: readonly FxNode[], graphs: GraphNodes): Flattened {
  return new Flattener(graphs).flat(nodes, "", 0);
}

/** Where a graph is: the prefix of its nodes' new names, and of the graphs inside it. */
interface Scope {
  readonly prefix: string;
  readonly path: string;
  readonly depth: number;
  /** New names of nodes; null for a constant that a caller passes. */
  readonly names: Map<string, string | null>;
  /** Names of the graphs that nodes stand for. */
  readonly bodies: Map<string, string>;
  /** What the graph of a replaced operator returns. */
  readonly results: Map<string, readonly Argument[]>;
}

class Flattener {
  readonly #graphs: GraphNodes;
  readonly #flows = new Map<FxNode, readonly Flattened[]>();
  #loops = 0;
  #nodes = 0;

  constructor(graphs: GraphNodes) {
    this.#graphs = graphs;
  }

  flat(nodes: readonly FxNode[], path: string, depth: number): Flattened {
    const out: FxNode[] = [];
    this.#expand(nodes, scopeOf("", path, depth), out);
    return {
      nodes: out,
      work: (node, call) => this.#work(node, call),
      assumed:
        this.#loops === 0 ? [] : ["While loops cost one pass: the file does not say how often they run."],
    };
  }

  /** Returns what the graph's output node returns, under new names. */
  #expand(nodes: readonly FxNode[], scope: Scope, out: FxNode[]): readonly Argument[] {
    if (scope.depth > DEEPEST) throw new InputError(`graphs are nested more than ${DEEPEST} deep.`);
    let result: readonly Argument[] = [];
    for (const node of nodes) {
      if (++this.#nodes > MOST_NODES)
        throw new InputError(`graphs inside of nodes have more than ${MOST_NODES} nodes.`);
      const body = node.op === "get_attr" ? bodyOf(node, scope, this.#graphs) : null;
      if (body !== null) scope.bodies.set(node.name, body);
      else if (scope.depth > 0 && node.op === "output") result = renamedAll(node.args?.[0] ?? null, scope);
      else if (!this.#isReplaced(node, scope, out)) out.push(this.#renamed(node, scope));
    }
    return result;
  }

  #isReplaced(node: FxNode, scope: Scope, out: FxNode[]): boolean {
    if (scope.names.has(node.name)) return true;
    const tuple = scope.results.get(node.inputs[0]);
    if (operatorOf(node.target) === "getitem" && tuple !== undefined) {
      const item = tuple.at(Number(node.args?.[1]));
      scope.names.set(node.name, item !== undefined && isRef(item) ? item.node : null);
      return true;
    }
    const body = node.inputs.map((name) => scope.bodies.get(name)).find((name) => name !== undefined);
    if (!isCall(node) || body === undefined || !modes.has(wordOf(operatorOf(node.target)))) return false;
    const inner = this.#graphs[body].map(fxNode);
    const parameters = inner.filter(({ op }) => op === "placeholder");
    const given = argumentsOf(node, scope).slice(-parameters.length);
    const within = scopeOf(`${scope.prefix}${node.name}/`, `${body}.`, scope.depth + 1);
    parameters.forEach(({ name }, i) => {
      const argument = given[i];
      within.names.set(name, argument !== undefined && isRef(argument) ? argument.node : null);
    });
    scope.results.set(node.name, this.#expand(inner, within, out));
    return true;
  }

  #renamed(node: FxNode, scope: Scope): FxNode {
    const name = scope.prefix + node.name;
    if (scope.prefix !== "") scope.names.set(node.name, name);
    const bodies = node.inputs.flatMap((input) => scope.bodies.get(input) ?? []);
    if (scope.prefix === "" && scope.names.size === 0 && bodies.length === 0) return node;
    const inputs = node.inputs.flatMap((input) => {
      if (scope.bodies.has(input)) return [];
      const mapped = scope.names.get(input);
      return mapped === undefined ? [input] : mapped === null ? [] : [mapped];
    });
    const args = node.args === null ? null : renamedAll(node.args, scope);
    const renamed: FxNode = { ...node, name, inputs, args };
    if (bodies.length > 0) this.#flows.set(renamed, this.#flowsOf(node, bodies, scope));
    return renamed;
  }

  #flowsOf(node: FxNode, bodies: readonly string[], scope: Scope): readonly Flattened[] {
    if (wordOf(operatorOf(node.target)) === "while_loop") this.#loops++;
    return bodies.map((body) => this.flat(this.#graphs[body].map(fxNode), `${body}.`, scope.depth + 1));
  }

  #work(node: FxNode, call: FxCall): CallWork {
    const flows = this.#flows.get(node);
    if (flows === undefined || call.word.startsWith("flex_attention"))
      return workOf(operatorOf(node.target), call);
    const costs = flows.map(({ nodes, work }) => {
      const { graph, unknown } = fxGraph(nodes, work);
      const sum = (values: Float64Array) => values.reduce((all, value) => all + value, 0);
      return { flops: sum(graph.flops), bytes: sum(graph.bytesTouched), unknown };
    });
    const times = timesOf(call);
    const isChoice = call.word === "cond";
    const total = (of: (cost: (typeof costs)[number]) => number) =>
      isChoice ? Math.max(...costs.map(of)) : times * costs.reduce((all, cost) => all + of(cost), 0);
    return {
      type: operatorOf(node.target),
      flops: total(({ flops }) => flops),
      bytes: total(({ bytes }) => bytes) || bytesOfAll(call.inputs),
      isView: false,
      isUnknown: costs.some(({ unknown }) => unknown.withoutRule.length > 0),
      isUnsized: costs.some(({ unknown }) => unknown.withoutSize.length > 0),
    };
  }
}

const scopeOf = (prefix: string, path: string, depth: number): Scope => ({
  prefix,
  path,
  depth,
  names: new Map(),
  bodies: new Map(),
  results: new Map(),
});

/** A scan has its slices as third argument, a map as second one; all else runs once. */
function timesOf(call: FxCall): number {
  const place = { scan: 2, map: 1, map_impl: 1, associative_scan: 1 }[call.word];
  if (place === undefined) return 1;
  const length = (call.list(place)[0] ?? call.optional(place))?.shape[0];
  return length === undefined || Number.isNaN(length) ? 1 : length;
}

/** The name of the graph that a node stands for; null where it is a tensor. */
function bodyOf(node: FxNode, scope: Scope, graphs: GraphNodes): string | null {
  const name = scope.path + node.target;
  return Object.hasOwn(graphs, name) ? name : null;
}

const argumentsOf = (node: FxNode, scope: Scope): readonly Argument[] =>
  renamedAll(node.args ?? node.inputs.map((name) => ({ node: name })), scope);

function renamedAll(argument: Argument, scope: Scope): readonly Argument[] {
  const renamed = renamedIn(argument, scope);
  return isList(renamed) ? renamed : [renamed];
}

function renamedIn(argument: Argument, scope: Scope): Argument {
  if (isList(argument)) return argument.map((item) => renamedIn(item, scope));
  if (!isRef(argument)) return argument;
  const mapped = scope.names.get(argument.node);
  if (mapped === null) return null;
  return { node: mapped ?? argument.node };
}
