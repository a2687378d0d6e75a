/**
 * The op graph of an FX graph: an op for each node that computes, takes an input or holds a shared
 * weight.
 *
 * A weight belongs to the op that uses it. A weight that several ops use is its own op, and so are
 * the parameters of a module that is called more than once. A tuple that an operator returns is its
 * output ports. `getitem` only names them, so it is no op, and neither is `output`.
 */
import { InputError } from "../../../env/model/errors.ts";
import { type GraphBuilder, graphBuilder } from "../../../env/model/graph/builder.ts";
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import type { UnknownOps } from "../contract.ts";
import type { FxNode } from "./file.ts";
import { FxCall } from "./fx-call.ts";
import { SharedModules } from "./modules.ts";
import { isScalar, operatorOf, wordOf } from "./operators.ts";
import { bytesOf, bytesOfAll, elementsOf, type TensorType } from "./tensor-type.ts";
import { type CallWork, known } from "./work.ts";

export interface FxGraph {
  readonly graph: OpGraph;
  readonly unknown: UnknownOps;
  readonly views: number;
  /** Module of each op, as the file or a weight names it; null where neither does. */
  readonly modules: readonly (string | null)[];
  /** Calls that are taken as a second call of one module, because their names say so. */
  readonly repeated: readonly string[];
}

interface Place {
  readonly op: string;
  readonly port: number;
}

export function fxGraph(nodes: readonly FxNode[], work: (node: FxNode, call: FxCall) => CallWork): FxGraph {
  return new FxReader(nodes, work).read();
}

class FxReader {
  readonly #nodes: readonly FxNode[];
  readonly #work: (node: FxNode, call: FxCall) => CallWork;
  readonly #byName = new Map<string, FxNode>();
  readonly #users = new Map<string, number>();
  readonly #places = new Map<string, Place>();
  /** The tensor that a reader of a node gets. */
  readonly #tensors = new Map<string, TensorType>();
  /** Nodes whose results are numbers or nothing. */
  readonly #scalars = new Set<string>();
  readonly #builder: GraphBuilder;
  readonly #edges: { readonly from: string; readonly output: number; readonly to: string }[] = [];
  readonly #withoutRule: number[] = [];
  readonly #withoutSize: number[] = [];
  readonly #modules: (string | null)[] = [];
  #views = 0;

  constructor(nodes: readonly FxNode[], work: (node: FxNode, call: FxCall) => CallWork) {
    this.#nodes = nodes;
    this.#work = work;
    this.#builder = graphBuilder({ dtype: dtypeOf(nodes) });
    for (const node of nodes) {
      if (this.#byName.has(node.name))
        throw new InputError(`node "${node.name}" is declared twice; names must be unique.`);
      this.#byName.set(node.name, node);
      if (node.outputs.length > 0) this.#tensors.set(node.name, node.outputs[0]);
      for (const input of new Set(node.inputs)) this.#users.set(input, (this.#users.get(input) ?? 0) + 1);
    }
  }

  read(): FxGraph {
    const modules = new SharedModules(this.#nodes, (name) => this.#byName.has(name));
    for (const weight of modules.weights) {
      this.#modules.push(null);
      this.#op(weight.name, "get_attr", {}, [weight.tensor], weight.tensor);
    }
    for (const node of this.#nodes) {
      const inputs = node.inputs.map((name) => this.#input(name, node));
      if (node.op === "output" || this.#ownedByUser(node) || this.#isNamed(node, inputs)) continue;
      const { shared, own } = modules.weightsOf(node);
      this.#add(node, inputs, own);
      for (const name of shared) this.#edges.push({ from: name, output: 0, to: node.name });
    }
    for (const edge of this.#edges) this.#builder.edge(edge);
    return {
      graph: this.#builder.build(),
      unknown: { withoutRule: this.#withoutRule, withoutSize: this.#withoutSize },
      views: this.#views,
      modules: this.#modules,
      repeated: modules.assumed,
    };
  }

  /** `getitem` of a tuple names one of its outputs. */
  #isNamed(node: FxNode, [tuple]: readonly FxNode[]): boolean {
    if (operatorOf(node.target) !== "getitem" || tuple === undefined || !isTuple(tuple, node)) return false;
    const port = itemOf(node, tuple);
    this.#places.set(node.name, { op: this.#places.get(tuple.name)!.op, port });
    return true;
  }

  #add(node: FxNode, inputs: readonly FxNode[], own: readonly TensorType[]): void {
    const id = this.#modules.length;
    const call = isCall(node);
    const work = call ? this.#workOf(node) : null;
    const owners = inputs.filter((input) => this.#ownedByUser(input));
    const owned = owners.flatMap(({ outputs }) => outputs);
    this.#modules.push(moduleOf([node, ...owners]));
    this.#op(
      node.name,
      work?.type ?? node.op,
      { flops: work?.flops, bytesTouched: work?.bytes },
      node.outputs,
      ...(isWeight(node) ? node.outputs : [...new Set(owned), ...own]),
    );
    if (work?.isView) this.#views++;
    if (work?.isUnknown && !this.#isScalarCall(node)) this.#withoutRule.push(id);
    if (call && (work?.isUnsized || (node.outputs.length === 0 && !this.#isScalarCall(node))))
      this.#withoutSize.push(id);
    if (node.outputs.length === 0 && (!call || this.#isScalarCall(node))) this.#scalars.add(node.name);
    this.#places.set(node.name, { op: node.name, port: 0 });
    for (const input of inputs) {
      if (this.#ownedByUser(input)) continue;
      const { op, port } = this.#places.get(input.name)!;
      if (this.#byName.get(op)!.outputs.length > port)
        this.#edges.push({ from: op, output: port, to: node.name });
      else this.#builder.control(op, node.name);
    }
  }

  #op(
    name: string,
    type: string,
    work: { readonly flops?: number; readonly bytesTouched?: number },
    outputs: readonly TensorType[],
    ...weights: readonly TensorType[]
  ): void {
    this.#builder.op({
      name,
      type,
      flops: work.flops ?? 0,
      bytesTouched: work.bytesTouched ?? 0,
      parameterBytes: known(bytesOfAll(weights)),
      outputs: outputs.map((output) => known(bytesOf(output))),
    });
  }

  /** A number made of numbers, such as the product of two sizes. */
  #isScalarCall(node: FxNode): boolean {
    if (node.outputs.length > 0) return false;
    return (
      isScalar(operatorOf(node.target)) ||
      (node.inputs.every((name) => this.#scalars.has(name)) && node.inputs.length > 0)
    );
  }

  #input(name: string, user: FxNode): FxNode {
    const node = this.#byName.get(name);
    if (node === undefined) throw new InputError(`node "${user.name}" takes "${name}", which is no node.`);
    if (!this.#places.has(name) && !this.#ownedByUser(node))
      throw new InputError(`node "${user.name}" takes "${name}", which does not come before it.`);
    return node;
  }

  /** A weight that only one op uses belongs to that op. */
  #ownedByUser(node: FxNode): boolean {
    return isWeight(node) && (this.#users.get(node.name) ?? 0) <= 1;
  }

  #workOf(node: FxNode): CallWork {
    const inputs = node.inputs.flatMap((name) => this.#tensors.get(name) ?? []);
    const word = wordOf(operatorOf(node.target));
    const { args, own, outputs } = node;
    try {
      return this.#work(node, new FxCall(word, { args, tensors: this.#tensors, inputs, own, outputs }));
    } catch (error) {
      if (error instanceof InputError) throw new InputError(`node "${node.name}": ${error.message}`);
      throw error;
    }
  }
}

/** The module that the first node calls, or `layers.0` of the parameter `layers.0.weight`. */
function moduleOf(nodes: readonly FxNode[]): string | null {
  if (nodes[0].module != null) return nodes[0].module;
  const weight = nodes.map((node) => node.weight).find((name) => name?.includes("."));
  return weight == null ? null : weight.slice(0, weight.lastIndexOf("."));
}

export const isCall = ({ op }: Pick<FxNode, "op">): boolean => op.startsWith("call_");
const isWeight = ({ op, weight, outputs }: FxNode): boolean =>
  (op === "get_attr" && outputs.length > 0) || (op === "placeholder" && weight != null);

/** A tuple of one looks like a tensor; its only item has the shape of the whole. */
function isTuple({ op, outputs }: FxNode, item: FxNode): boolean {
  if (outputs.length !== 1) return outputs.length > 1;
  const [whole, part] = [outputs[0], item.outputs[0]];
  return isCall({ op }) && item.args?.[1] === 0 && JSON.stringify(whole) === JSON.stringify(part);
}

function itemOf(node: FxNode, tuple: FxNode): number {
  const index = node.args?.[1];
  const port = typeof index !== "number" ? Number.NaN : index < 0 ? tuple.outputs.length + index : index;
  if (Number.isInteger(port) && port >= 0 && port < tuple.outputs.length) return port;
  const said = index === undefined ? "of unknown number" : JSON.stringify(index).slice(0, 40);
  throw new InputError(
    `node "${node.name}" takes item ${said} of "${tuple.name}", which has ${tuple.outputs.length} outputs.`,
  );
}

/** Half precision where most elements of the tensors between ops are, else single. */
function dtypeOf(nodes: readonly FxNode[]): string {
  let half = 0;
  let other = 0;
  for (const { outputs } of nodes)
    for (const each of outputs)
      if (/\b(float16|half|bfloat16)$/.test(each.dtype)) half += known(elementsOf(each));
      else other += known(elementsOf(each));
  return half > other ? "float16" : "float32";
}
