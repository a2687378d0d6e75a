/**
 * The op graph of an ONNX model. It has one op for every node except `Constant`, one `Feed` for
 * every input, and one `Variable` for every shared weight tensor. A weight tensor of a single node
 * belongs to that node's op.
 *
 * Post: edges are the inputs of the nodes, in their order, without weights and constants. Every
 * weight tensor counts once.
 */

import { InputError } from "../../../env/model/errors.ts";
import { type GraphBuilder, graphBuilder } from "../../../env/model/graph/builder.ts";
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import type { UnknownOps } from "../contract.ts";
import type { SourceFile } from "../source-file.ts";
import { bytesOf, type ElementType, isWeight, type Tensor } from "../tensors/tensor.ts";
import type { Dimensions } from "./dimensions.ts";
import { withExternalData } from "./external-data.ts";
import { type Gaps, Inference, isLarge, nameOf, Scope } from "./inference.ts";
import { inOrder, type NodeWithReads } from "./node-order.ts";
import type { GraphProto, ModelProto, NodeProto } from "./schema.ts";
import { isExternal, tensorOf } from "./tensor-proto.ts";
import { workloadType } from "./workload-types.ts";

export interface OnnxGraph {
  readonly graph: OpGraph;
  readonly gaps: Gaps;
  readonly unknown: UnknownOps;
  /** `Constant` nodes, which are no ops. */
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

/** `file` is only used to find shapes and axes in files of external data. */
export function onnxGraph(model: ModelProto, dimensions: Dimensions, file: SourceFile): OnnxGraph {
  if (model.graph === null) throw new InputError("the model has no graph.");
  return new GraphReader(model, model.graph, dimensions, file).read();
}

class GraphReader {
  readonly #graph: GraphProto;
  readonly #file: SourceFile;
  readonly #dimensions: Dimensions;
  readonly #inference: Inference;
  readonly #scope = new Scope();
  readonly #opNames = new Set<string>();
  readonly #sources = new Map<string, Source>();
  /** Weights and constants by name. */
  readonly #fixed = new Map<string, Tensor>();
  /** How many nodes use each of them. */
  readonly #uses = new Map<string, number>();
  #constants = 0;
  #sharedWeights = 0;
  #externalBytes = 0;
  readonly #withoutRule = new Set<string>();
  readonly #withoutSize = new Set<string>();

  constructor(model: ModelProto, graph: GraphProto, dimensions: Dimensions, file: SourceFile) {
    this.#graph = graph;
    this.#file = file;
    this.#dimensions = dimensions;
    this.#inference = new Inference(dimensions, model.functions);
  }

  read(): OnnxGraph {
    const nodes = inOrder(this.#graph.node);
    this.#readFixed(nodes);
    const bytesByType = this.#weightBytes();
    const dtype =
      (bytesByType.get("float16") ?? 0) > (bytesByType.get("float32") ?? 0) ? "float16" : "float32";
    const builder = graphBuilder({ dtype });
    this.#readFeeds(builder);
    this.#inference.declare([...this.#graph.value_info, ...this.#graph.output]);
    for (const node of nodes) if (node.node.op_type !== "Constant") this.#readNode(builder, node);
    const graph = builder.build();
    const idsOf = (names: ReadonlySet<string>) =>
      graph.names.flatMap((name, v) => (names.has(name) ? [v] : []));
    return {
      graph,
      unknown: { withoutRule: idsOf(this.#withoutRule), withoutSize: idsOf(this.#withoutSize) },
      gaps: this.#inference.gaps,
      constants: this.#constants,
      sharedWeights: this.#sharedWeights,
      externalBytes: this.#externalBytes,
      sparseTensors: this.#graph.sparse_initializer.length,
      otherTypes: [...bytesByType.keys()].filter((element) => element !== dtype),
    };
  }

  /** Initializers and `Constant` nodes. */
  #readFixed(nodes: readonly NodeWithReads[]): void {
    for (const proto of this.#graph.initializer) {
      const tensor = within(`initializer "${proto.name}"`, () =>
        tensorOf(withExternalData(proto, this.#file)),
      );
      this.#fixed.set(proto.name, tensor);
      if (isExternal(proto)) this.#externalBytes += bytesOf(tensor);
    }
    for (const { values, dims } of this.#graph.sparse_initializer)
      if (values !== null) this.#fixed.set(values.name, { element: "float32", shape: dims });
    for (const { node } of nodes) {
      if (node.op_type !== "Constant" || node.output.length === 0) continue;
      this.#constants++;
      this.#fixed.set(node.output[0], this.#inference.cost(node, this.#scope).outputs[0]);
    }
    for (const [name, tensor] of this.#fixed) this.#scope.set(name, tensor);
    for (const { reads } of nodes)
      for (const name of new Set(reads))
        if (this.#fixed.has(name)) this.#uses.set(name, (this.#uses.get(name) ?? 0) + 1);
  }

  #weightBytes(): ReadonlyMap<ElementType, number> {
    const bytesByType = new Map<ElementType, number>();
    for (const tensor of this.#fixed.values())
      if (isParameter(tensor))
        bytesByType.set(tensor.element, (bytesByType.get(tensor.element) ?? 0) + bytesOf(tensor));
    return bytesByType;
  }

  #readFeeds(builder: GraphBuilder): void {
    for (const input of this.#graph.input) {
      // Older files list their initializers among the inputs.
      if (this.#fixed.has(input.name)) continue;
      this.#inference.declare([input]);
      const shape = this.#dimensions.ofInput(input);
      const tensor: Tensor = { ...(this.#inference.declared(input.name) ?? UNTYPED), shape };
      this.#scope.set(input.name, tensor);
      const op = this.#freshName(input.name || "input");
      builder.op({ name: op, type: "Feed", outputs: [bytesOf(tensor)] });
      this.#sources.set(input.name, { op, port: 0 });
    }
  }

  #readNode(builder: GraphBuilder, { node, reads }: NodeWithReads): void {
    const cost = this.#inference.cost(node, this.#scope);
    const op = this.#freshName(nameOf(node) || node.op_type || "op");
    if (cost.withoutRule) this.#withoutRule.add(op);
    if (cost.withoutSize) this.#withoutSize.add(op);
    const fixed = [...new Set(reads)].filter((name) => isParameter(this.#fixed.get(name)));
    const own = fixed.filter((name) => this.#uses.get(name) === 1);
    const weightBytes = own.reduce((total, name) => total + bytesOf(this.#fixed.get(name)!), 0);
    for (const name of fixed) if (!own.includes(name)) this.#shareWeights(builder, name);
    builder.op({
      name: op,
      type: this.#typeOf(node),
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
  }

  #typeOf(node: NodeProto): string {
    const [data, second] = node.input.map((name) => this.#scope.find(name));
    const groups = node.attribute.find(({ name }) => name === "group")?.i ?? 1;
    return workloadType(node.op_type, {
      weightsOnRight: second != null && this.#fixed.has(node.input[1]),
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

const UNTYPED: Tensor = { element: "float32", shape: null };

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
