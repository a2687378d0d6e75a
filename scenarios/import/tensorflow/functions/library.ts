/**
 * The functions of a graph's library, and the graph with its calls replaced by what they call. TF 2
 * keeps models there: `PartitionedCall`, `StatefulPartitionedCall` and ops named like a function.
 *
 * A node of a function has the call's name in front of its own. Names of results and arguments
 * disappear: who reads a call reads the node that makes the result. Control edges lead to every
 * node that begins the function, and from every node that the function says to run.
 */
import { InputError } from "../../../../env/model/errors.ts";
import type { AttrValue, FunctionDef, FunctionLibrary, NodeDef } from "../messages/schema.ts";
import { portOf } from "./output-ports.ts";

const MOST_NODES = 200_000;
const DEEPEST = 64;
const CALLS = new Set(["PartitionedCall", "StatefulPartitionedCall", "TPUPartitionedCall"]);
/** The op of an argument in a body that is looked at alone; attribute `index` is its place. */
export const ARGUMENT = "_Arg";

/** A function with everything that it calls in place. */
export interface Body {
  readonly nodes: readonly NodeDef[];
  readonly arguments: readonly string[];
  /** What it returns, as `node:port`. */
  readonly results: readonly string[];
}

interface Call {
  readonly results: readonly string[];
  readonly controls: readonly string[];
}

/** A function's nodes as they come into the graph. */
interface Frame {
  readonly prefix: string;
  readonly name: string;
  readonly function: FunctionDef | null;
  /** What the caller gives for each argument. */
  readonly given: ReadonlyMap<string, string>;
  readonly controls: readonly string[];
  readonly chain: readonly string[];
}

export class Library {
  readonly #functions: ReadonlyMap<string, FunctionDef>;
  readonly #bodies = new Map<string, Body>();
  readonly #read = new Set<string>();
  #nodes = 0;
  calls = 0;

  constructor(library: FunctionLibrary | null) {
    const named = (library?.function ?? []).map((each) => [each.signature?.name ?? "", each] as const);
    this.#functions = new Map(named);
  }

  /** Functions that nothing has called or run so far. */
  get unread(): readonly string[] {
    return [...this.#functions.keys()].filter((name) => !this.#read.has(name));
  }

  /** Throws `InputError` for a function that calls itself, and for too many nodes. */
  withoutCalls(
    nodes: readonly NodeDef[],
    fetch: readonly string[],
  ): { readonly nodes: readonly NodeDef[]; readonly fetch: readonly string[] } {
    if (!nodes.some((node) => this.calledBy(node) !== null)) return { nodes, fetch };
    const { nodes: flat, calls } = this.#expanded(nodes, [], null);
    const made = fetch.flatMap((name) => {
      const call = calls.get(name);
      const inputs = call === undefined ? [name] : [...call.results, ...call.controls];
      return inputs.flatMap((input) => resolved(input, calls)).map((input) => asControl(input).slice(1));
    });
    return { nodes: flat, fetch: made };
  }

  /** `chain` are the functions that lead here. */
  body(name: string, chain: readonly string[]): Body {
    checkChain(name, chain);
    const known = this.#bodies.get(name);
    if (known !== undefined) return known;
    const definition = this.#functions.get(name);
    this.#read.add(name);
    if (definition === undefined)
      throw new InputError(`the function "${name.slice(0, 80)}" is not in the library.`);
    const inputs = definition.signature?.input_arg ?? [];
    const args = inputs.map((argument, index) => argumentNode(argument.name, argument.type, index));
    const frame: Frame = {
      prefix: "",
      name,
      function: definition,
      given: new Map(args.map(({ name: of }) => [of, of])),
      controls: [],
      chain: [...chain, name],
    };
    const { nodes, results } = this.#expanded(definition.node_def, args, frame);
    const body = { nodes, arguments: args.map(({ name: of }) => of), results };
    this.#bodies.set(name, body);
    return body;
  }

  /** The function that a node calls; null where it calls none. */
  calledBy({ op, attr }: NodeDef): string | null {
    const name = CALLS.has(op) ? attr.get("f")?.func?.name : op;
    return name !== undefined && this.#functions.has(name) ? name : null;
  }

  /** `args` come first, as nodes; `frame` is null for the graph itself. */
  #expanded(nodes: readonly NodeDef[], args: readonly NodeDef[], frame: Frame | null) {
    const out: NodeDef[] = [...args];
    const calls = new Map<string, Call>();
    const top: Frame = frame ?? {
      prefix: "",
      name: "",
      function: null,
      given: new Map(),
      controls: [],
      chain: [],
    };
    const results = this.#expand(nodes, top, out, calls);
    const resolve = (input: string) => resolved(input, calls);
    const renamed = out.map((node) => ({ ...node, input: node.input.flatMap(resolve) }));
    return { nodes: renamed, results: results.flatMap(resolve), calls };
  }

  /** Returns where the function's results are, and takes note of what its calls return. */
  #expand(
    nodes: readonly NodeDef[],
    frame: Frame,
    out: NodeDef[],
    calls: Map<string, Call>,
  ): readonly string[] {
    this.#nodes += nodes.length;
    if (this.#nodes > MOST_NODES)
      throw new InputError(`functions, each as often as it is called, have more than ${MOST_NODES} nodes.`);
    const byName = new Map(nodes.map((node) => [node.name, node]));
    const translate = (input: string) => this.#translated(input, frame, byName);
    for (const node of nodes) {
      const name = frame.prefix + node.name;
      const input = frame.function === null ? node.input : this.#inputsOf(node, frame, byName);
      const called = this.calledBy(node);
      const definition = called === null ? undefined : this.#functions.get(called);
      if (called === null || definition === undefined) {
        out.push({ ...node, name, input, attr: located(node.attr, frame.prefix, byName) });
        continue;
      }
      this.calls++;
      this.#read.add(called);
      checkChain(called, frame.chain);
      const data = input.filter((each) => !each.startsWith("^"));
      const inner: Frame = {
        prefix: `${name}/`,
        name: called,
        function: definition,
        given: new Map(
          (definition.signature?.input_arg ?? []).map((argument, i) => [argument.name, data[i]]),
        ),
        controls: input.filter((each) => each.startsWith("^")),
        chain: [...frame.chain, called],
      };
      const results = this.#expand(definition.node_def, inner, out, calls);
      const controls = definition.control_ret.map(({ value }) => `^${inner.prefix}${value}`);
      calls.set(name, { results, controls: controls.length > 0 ? controls : results.map(asControl) });
    }
    const byResult = new Map((frame.function?.ret ?? []).map(({ key, value }) => [key, value]));
    return (frame.function?.signature?.output_arg ?? []).map(({ name }) => {
      const value = byResult.get(name);
      if (value === undefined)
        throw new InputError(
          `the function "${frame.name.slice(0, 80)}" does not say what its result "${name.slice(0, 80)}" is.`,
        );
      return translate(value);
    });
  }

  /** A node that begins a function waits for what the call waits for. */
  #inputsOf(node: NodeDef, frame: Frame, byName: ReadonlyMap<string, NodeDef>): readonly string[] {
    const inputs = node.input.map((input) => this.#translated(input, frame, byName));
    const begins = node.input.every((input) => frame.given.has(input));
    return begins && frame.controls.length > 0 ? [...inputs, ...frame.controls] : inputs;
  }

  /** From a function's way of naming an input to the graph's. */
  #translated(input: string, frame: Frame, byName: ReadonlyMap<string, NodeDef>): string {
    if (frame.function === null) return input;
    if (input.startsWith("^")) {
      const given = byName.has(input.slice(1)) ? undefined : frame.given.get(input.slice(1));
      return given === undefined ? `^${frame.prefix}${input.slice(1)}` : asControl(given);
    }
    const [name, output = "", number = "0"] = input.split(":");
    const node = byName.get(name);
    if (node === undefined) {
      const given = frame.given.get(name);
      if (given !== undefined) return given;
      throw new InputError(
        `the function "${frame.name.slice(0, 80)}" reads "${input.slice(0, 80)}", which is none of its nodes or arguments.`,
      );
    }
    const called = this.calledBy(node);
    const outputs =
      called === null || called !== node.op ? [] : this.#functions.get(called)!.signature!.output_arg;
    const port = portOf(
      node.op,
      output,
      Number(number),
      outputs.map((each) => each.name),
    );
    return `${frame.prefix}${name}:${port}`;
  }
}

function checkChain(name: string, chain: readonly string[]): void {
  if (chain.includes(name)) throw new InputError(`the function "${name.slice(0, 80)}" calls itself.`);
  if (chain.length >= DEEPEST)
    throw new InputError(
      `calls of functions are nested more than ${DEEPEST} deep, at "${name.slice(0, 80)}".`,
    );
}

const asControl = (result: string): string => `^${result.replace(/:\d+$/, "").replace(/^\^/, "")}`;

/** Follows what calls return, until it is a node that stays. */
function resolved(input: string, calls: ReadonlyMap<string, Call>): readonly string[] {
  const open = [input];
  const found: string[] = [];
  const seen = new Set<string>();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const isControl = next.startsWith("^");
    const [name, port = "0"] = next.replace(/^\^/, "").split(":");
    const call = calls.get(name);
    if (seen.has(next) && isControl) continue;
    if (seen.has(next))
      throw new InputError(`the results of the call "${name.slice(0, 80)}" are made of each other.`);
    seen.add(next);
    if (call === undefined) found.push(next);
    else if (isControl) open.push(...call.controls);
    else {
      const result = call.results[Number(port)];
      if (result === undefined)
        throw new InputError(
          `result ${port} of the call "${name.slice(0, 80)}" is read, which returns ${call.results.length}.`,
        );
      open.push(result);
    }
  }
  return found;
}

/** An attribute without a value. */
export const NO_VALUE: AttrValue = {
  list: null,
  s: null,
  i: null,
  f: null,
  b: null,
  type: null,
  shape: null,
  tensor: null,
  func: null,
};

function argumentNode(name: string, type: number, index: number): NodeDef {
  const attr = new Map<string, AttrValue>([
    ["index", { ...NO_VALUE, i: index }],
    ["dtype", { ...NO_VALUE, type }],
  ]);
  return { name, op: ARGUMENT, input: [], device: "", attr };
}

/** Co-location with a node of the same function. */
function located(
  attr: ReadonlyMap<string, AttrValue>,
  prefix: string,
  byName: ReadonlyMap<string, NodeDef>,
): ReadonlyMap<string, AttrValue> {
  const given = attr.get("_class");
  if (prefix === "" || given?.list == null) return attr;
  const s = given.list.s.map((item) => {
    const other = /^loc:@(.*)$/.exec(Buffer.from(item).toString("utf8"))?.[1];
    return other !== undefined && byName.has(other) ? Buffer.from(`loc:@${prefix}${other}`) : item;
  });
  return new Map(attr).set("_class", { ...given, list: { ...given.list, s } });
}
