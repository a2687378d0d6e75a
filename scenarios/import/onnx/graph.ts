/**
 * The op graph of an ONNX model. It has one op for every node except `Constant`, one `Feed` for
 * every input, and one `Variable` for every shared weight tensor. A weight tensor of a single node
 * belongs to that node's op.
 *
 * Post: edges are the inputs of the nodes, in their order, without weights and constants. Every
 * weight tensor counts once.
 */

import { InputError } from "../../../env/model/errors.ts";
import { type GraphBuilder, graphBuilder, type OpSpec } from "../../../env/model/graph/builder.ts";
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import type { UnknownOps } from "../contract.ts";
import type { SourceFile } from "../source-file.ts";
import { bytesOf, type ElementType, isSized, isWeight, type Tensor } from "../tensors/tensor.ts";
import { Scope, UNKNOWN } from "./cost.ts";
import type { Dimensions } from "./dimensions/dimensions.ts";
import { withExternalData } from "./external-data.ts";
import { type Gaps, Inference, isLarge, nameOf, opsetsOf } from "./inference.ts";
import { inOrder, type NodeWithReads } from "./node-order.ts";
import { type NodeRole, rolesOf } from "./roles.ts";
import { ruleOf } from "./rules/index.ts";
import type { GraphProto, ModelProto, NodeProto } from "./schema.ts";
import { sizesFromResults } from "./sizes-from-results.ts";
import { isExternal, tensorOf } from "./tensor-proto.ts";
import { workloadType } from "./workload-types.ts";

export interface OnnxGraph {
  readonly graph: OpGraph;
  readonly gaps: Gaps;
  readonly unknown: UnknownOps;
  /** Whether it has backward or update ops. */
  readonly isTraining: boolean;
  /** Nodes that are constants and no ops: `Constant`, and `ConstantOfShape` of a known shape. */
  readonly constants: number;
  readonly sharedWeights: number;
  /** Bytes of weights whose data is in other files. */
  readonly externalBytes: number;
  readonly sparseTensors: number;
  /** Element types of weights that devices have no speed for. */
  readonly otherTypes: readonly ElementType[];
}

/** Where a value comes from. */
interface Source {
  readonly op: string;
  readonly port: number;
}

export interface OnnxGraphOptions {
  readonly dimensions: Dimensions;
  /** How often a loop runs whose number of passes is not in the file. */
  readonly passes: number;
  /** Only used to find shapes and axes in files of external data. */
  readonly file: SourceFile;
}

export function onnxGraph(model: ModelProto, options: OnnxGraphOptions): OnnxGraph {
  if (model.graph === null) throw new InputError("the model has no graph.");
  return new GraphReader(model, model.graph, options).read();
}

class GraphReader {
  readonly #graph: GraphProto;
  readonly #file: SourceFile;
  readonly #dimensions: Dimensions;
  readonly #newInference: () => Inference;
  readonly #inference: Inference;
  readonly #scope: Scope;
  readonly #opNames = new Set<string>();
  readonly #sources = new Map<string, Source>();
  /** Weights and constants by name. */
  readonly #fixed = new Map<string, Tensor>();
  /** How many nodes use each of them; gradients and updates of a forward op's weights do not. */
  readonly #uses = new Map<string, number>();
  /** Weights that gradients and updates read where their forward op has them. */
  readonly #tied = new Set<string>();
  /** Ops that hold such weights, by the names of the weights. */
  readonly #owners = new Map<string, string>();
  #constants = 0;
  #sharedWeights = 0;
  #externalBytes = 0;
  readonly #withoutRule = new Set<string>();
  readonly #withoutSize = new Set<string>();

  constructor(model: ModelProto, graph: GraphProto, { dimensions, passes, file }: OnnxGraphOptions) {
    this.#graph = graph;
    this.#file = file;
    this.#dimensions = dimensions;
    this.#newInference = () => new Inference(dimensions, model.functions, passes);
    this.#inference = this.#newInference();
    this.#scope = new Scope(opsetsOf(model.opset_import));
  }

  read(): OnnxGraph {
    const nodes = inOrder(this.#graph.node);
    const roles = rolesOf(nodes, new Set(this.#graph.output.map(({ name }) => name)));
    this.#readFixed(nodes, roles);
    const bytesByType = this.#weightBytes();
    const dtype =
      (bytesByType.get("float16") ?? 0) > (bytesByType.get("float32") ?? 0) ? "float16" : "float32";
    const builder = graphBuilder({ dtype });
    this.#readFeeds(builder);
    this.#inference.declare([...this.#graph.value_info, ...this.#graph.output]);
    if (nodes.some(({ node }) => isUnruled(node))) this.#findSizes(nodes);
    const names: (string | null)[] = [];
    for (const [i, node] of nodes.entries()) {
      const { role, twin } = roles?.[i] ?? FORWARD;
      const twinName = twin === null ? null : (names[twin] ?? null);
      const isOp = !node.node.output.some((name) => this.#fixed.has(name));
      names.push(
        isOp ? this.#readNode(builder, node, { role, ...(twinName !== null && { twin: twinName }) }) : null,
      );
    }
    const graph = builder.build();
    const idsOf = (names: ReadonlySet<string>) =>
      graph.names.flatMap((name, v) => (names.has(name) ? [v] : []));
    return {
      graph,
      unknown: { withoutRule: idsOf(this.#withoutRule), withoutSize: idsOf(this.#withoutSize) },
      gaps: this.#inference.gaps,
      isTraining: roles !== null,
      constants: this.#constants,
      sharedWeights: this.#sharedWeights,
      externalBytes: this.#externalBytes,
      sparseTensors: this.#graph.sparse_initializer.length,
      otherTypes: [...bytesByType.keys()].filter((element) => element !== dtype),
    };
  }

  /** Initializers, and nodes that make constants. */
  #readFixed(nodes: readonly NodeWithReads[], roles: readonly NodeRole[] | null): void {
    for (const proto of this.#graph.initializer) {
      const tensor = within(`initializer "${proto.name}"`, () =>
        tensorOf(withExternalData(proto, this.#file)),
      );
      this.#fixed.set(proto.name, tensor);
      if (isExternal(proto)) this.#externalBytes += bytesOf(tensor);
    }
    for (const { values, dims } of this.#graph.sparse_initializer)
      if (values !== null) this.#fixed.set(values.name, { element: "float32", shape: dims });
    for (const [name, tensor] of this.#fixed) this.#scope.set(name, tensor);
    const reads = new Set(nodes.flatMap((one) => one.reads));
    for (const { node } of nodes) {
      if (!this.#isConstant(node, reads)) continue;
      this.#constants++;
      const [tensor] = this.#inference.cost(node, this.#scope).outputs;
      this.#fixed.set(node.output[0], tensor);
      this.#scope.set(node.output[0], tensor);
    }
    this.#countUses(nodes, roles);
  }

  #countUses(nodes: readonly NodeWithReads[], roles: readonly NodeRole[] | null): void {
    const isForward = (i: number) => (roles?.[i].role ?? "forward") === "forward";
    const forward = new Set(nodes.flatMap(({ reads }, i) => (isForward(i) ? reads : [])));
    nodes.forEach(({ reads }, i) => {
      const names = [...new Set(reads)].filter((name) => this.#fixed.has(name));
      const weights = names.filter((name) => forward.has(name) && isParameter(this.#fixed.get(name)));
      // A gradient or update of many weights is no part of one of their ops.
      const tied = !isForward(i) && weights.length === 1 ? weights[0] : null;
      if (tied !== null) this.#tied.add(tied);
      for (const name of names) if (name !== tied) this.#uses.set(name, (this.#uses.get(name) ?? 0) + 1);
    });
  }

  #isConstant({ op_type, input, output }: NodeProto, reads: ReadonlySet<string>): boolean {
    if (output.length === 0 || output[0] === "") return false;
    if (op_type === "ConstantOfShape")
      return reads.has(output[0]) && this.#fixed.get(input[0])?.value !== undefined;
    return op_type === "Constant";
  }

  #weightBytes(): ReadonlyMap<ElementType, number> {
    const bytesByType = new Map<ElementType, number>();
    for (const tensor of this.#fixed.values())
      if (isParameter(tensor))
        bytesByType.set(tensor.element, (bytesByType.get(tensor.element) ?? 0) + bytesOf(tensor));
    return bytesByType;
  }

  #readFeeds(builder: GraphBuilder): void {
    this.#dimensions.readNames(this.#graph.input.filter(({ name }) => !this.#fixed.has(name)));
    for (const input of this.#graph.input) {
      // Older files list their initializers among the inputs.
      if (this.#fixed.has(input.name)) continue;
      const tensor: Tensor = this.#dimensions.ofInput(input) ?? UNKNOWN;
      this.#scope.set(input.name, tensor);
      const op = this.#freshName(input.name || "input");
      builder.op({ name: op, type: "Feed", outputs: [bytesOf(tensor)] });
      this.#sources.set(input.name, { op, port: 0 });
    }
  }

  /** Where an op has no rule, what is made of its result may tell the size of it. */
  #findSizes(nodes: readonly NodeWithReads[]): void {
    const inference = this.#newInference();
    inference.declare([...this.#graph.value_info, ...this.#graph.output]);
    const scope = this.#scope.inner();
    try {
      for (const { node } of nodes)
        inference.cost(node, scope).outputs.forEach((tensor, i) => {
          if (!isSized(tensor)) return;
          scope.set(node.output[i], tensor);
        });
    } catch (error) {
      // The mistake is told when the node is read.
      if (error instanceof InputError) return;
      throw error;
    }
    const find = (name: string) => scope.find(name) ?? inference.declared(name) ?? null;
    this.#inference.declareFound(sizesFromResults(nodes, find));
  }

  /** Gives the name of its op. */
  #readNode(
    builder: GraphBuilder,
    { node, reads }: NodeWithReads,
    placed: Pick<OpSpec, "role" | "twin">,
  ): string {
    const cost = this.#inference.cost(node, this.#scope);
    const op = this.#freshName(nameOf(node) || node.op_type || "op");
    if (cost.withoutRule) this.#withoutRule.add(op);
    if (cost.withoutSize) this.#withoutSize.add(op);
    const read = [...new Set(reads)].filter((name) => isParameter(this.#fixed.get(name)));
    const owner = read.map((name) => this.#owners.get(name)).find((name) => name !== undefined);
    const fixed = read.filter((name) => !this.#owners.has(name));
    const own = fixed.filter((name) => this.#uses.get(name) === 1);
    const weightBytes = own.reduce((total, name) => total + bytesOf(this.#fixed.get(name)!), 0);
    for (const name of fixed) if (!own.includes(name)) this.#shareWeights(builder, name);
    const tied = own.filter((name) => this.#tied.has(name));
    for (const name of tied) this.#owners.set(name, op);
    // Gradients and updates run where their weights are.
    const colocation = owner ?? (tied.length > 0 ? op : undefined);
    builder.op({
      name: op,
      type: this.#typeOf(node),
      ...placed,
      ...(colocation !== undefined && { colocation }),
      flops: cost.flops,
      bytesTouched: cost.bytesTouched,
      parameterBytes: weightBytes + cost.innerParameterBytes,
      outputs: node.output.map((name, i) => (name === "" ? 0 : bytesOf(cost.outputs[i]))),
    });
    for (const name of reads) {
      if (name === "" || (this.#fixed.has(name) && !this.#sources.has(name))) continue;
      const source = this.#sources.get(name);
      if (source === undefined)
        throw new InputError(
          `node "${op}" (${node.op_type}) reads "${name}", which no node, input or initializer makes.`,
        );
      builder.edge({ from: source.op, output: source.port, to: op });
    }
    node.output.forEach((name, port) => {
      if (name === "") return;
      if (this.#sources.has(name) || this.#fixed.has(name))
        throw new InputError(`"${name}" is the output of two nodes; every value is made once.`);
      this.#sources.set(name, { op, port });
      this.#scope.set(name, cost.outputs[port]);
    });
    return op;
  }

  #typeOf(node: NodeProto): string {
    const [data, second] = node.input.map((name) => this.#scope.find(name));
    const groups = node.attribute.find(({ name }) => name === "group")?.i ?? 1;
    return workloadType(node.op_type, {
      isPlain: second != null && (this.#fixed.has(node.input[1]) || second.shape?.length === 2),
      isDepthwise: groups > 1 && data?.shape?.[1] === groups,
    });
  }

  /** Weights that several nodes use, as an op of their own. */
  #shareWeights(builder: GraphBuilder, name: string): void {
    if (this.#sources.has(name)) return;
    const bytes = bytesOf(this.#fixed.get(name)!);
    const op = this.#freshName(name);
    this.#sharedWeights++;
    this.#sources.set(name, { op, port: 0 });
    builder.op({ name: op, type: "Variable", parameterBytes: bytes, outputs: [bytes] });
  }

  /** Nodes and values have separate namespaces in ONNX; here they share one. */
  #freshName(wanted: string): string {
    let name = wanted;
    for (let i = 2; this.#opNames.has(name); i++) name = `${wanted}#${i}`;
    this.#opNames.add(name);
    return name;
  }
}

const isUnruled = ({ domain, op_type }: NodeProto): boolean =>
  op_type !== "Constant" && ruleOf(domain, op_type) === undefined;

const FORWARD: NodeRole = { role: "forward", twin: null };

const isParameter = (tensor: Tensor | undefined): boolean =>
  tensor !== undefined && isWeight(tensor.element) && isLarge(tensor);

function within<T>(where: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${where}: ${error.message}`);
    throw error;
  }
}
