/**
 * PyTorch graphs as JSON, `placement-gym/torch-fx-1`: the nodes of the FX graph of
 * `torch.export.export` or of a traced `torch.fx.GraphModule`. The few lines of Python in
 * docs/importing.md write it. Names and fields are those of torch.fx.Node (`name`, `op`, `target`,
 * `all_input_nodes`) and of the export's graph signature; `outputs` are the tensors of
 * `meta["val"]`.
 *
 * A weight belongs to the op that uses it; a weight that several ops use is its own op. A tuple
 * that an operator returns is its output ports. `getitem` only names them, so it is no op, and
 * neither is `output`.
 */
import { z } from "zod";
import { InputError } from "../../../env/model/errors.ts";
import { defaultFidelity } from "../../../env/model/fidelity/fidelity.ts";
import { graphBuilder } from "../../../env/model/graph/builder.ts";
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import { MOST_EDGES, MOST_OPS } from "../../../env/model/graph/limits.ts";
import { listOf } from "../../../env/model/graph/list-schema.ts";
import type { Importer } from "../contract.ts";
import { count, parseWith } from "../sentences.ts";
import { elementsOf, operatorOf, type TensorType, type Work, workOf } from "./work.ts";

export const TORCH_FX_SCHEMA = "placement-gym/torch-fx-1";

const MOST_PORTS = 4096;
const MOST_RANK = 1000;
const tensor = z
  .tuple([z.string(), listOf(z.int().min(0), MOST_RANK)])
  .transform(([dtype, shape]) => ({ dtype, shape }));
const schema = z.object({
  schema: z.literal(TORCH_FX_SCHEMA),
  torch: z.string().optional(),
  nodes: listOf(
    z.object({
      name: z.string(),
      op: z.string(),
      target: z.string(),
      args: z.string().optional(),
      inputs: listOf(z.string(), MOST_EDGES),
      outputs: listOf(tensor, MOST_PORTS),
      /** The parameter or buffer of the model that a placeholder stands for. */
      weight: z.string().nullish(),
      /** Parameters of the module that a `call_module` runs. */
      weights: listOf(tensor, MOST_PORTS).optional(),
    }),
    MOST_OPS,
  ),
});
type FxNode = z.infer<typeof schema>["nodes"][number];

export const torchFx: Importer = {
  name: "torch-fx",
  summary: "PyTorch graphs of torch.export or torch.fx, as JSON that five lines of Python write",
  extensions: [".json"],
  recognises: (file) => file.jsonObject()?.schema === TORCH_FX_SCHEMA,
  read(source) {
    const { torch, nodes } = parseWith(schema, source.json());
    const reader = new FxReader(nodes);
    const graph = reader.read();
    const { unsized, views, modules } = reader;
    return {
      graph,
      fidelity: { ...defaultFidelity, name: "default, 0 optimizer slots", optimizerSlots: 0 },
      meta: {
        source: "PyTorch graph",
        ...(modules.some((module) => module !== null) && { aliases: { modules } }),
      },
      report: {
        recognised: `PyTorch FX graph${torch === undefined ? "" : ` of torch ${torch.slice(0, 40)}`}, ${count(nodes.length, "node")}`,
        assumed: [
          `Work comes from shapes, 2 FLOP per multiply-add; the speed is that of ${graph.dtype}.`,
          "The graph is a forward pass: weights have no optimizer state.",
          ...(unsized > 0
            ? [`${count(unsized, "node")} without tensors in their outputs carry nothing.`]
            : []),
          ...(views > 0 ? [`${count(views, "view")} of tensors take no time.`] : []),
        ],
        dropped: ["Values of arguments and of constants."],
      },
    };
  },
};

interface Place {
  readonly op: string;
  readonly port: number;
}

class FxReader {
  readonly #nodes: readonly FxNode[];
  readonly #byName = new Map<string, FxNode>();
  readonly #users = new Map<string, number>();
  readonly #places = new Map<string, Place>();
  unsized = 0;
  views = 0;
  /** Module of each op, by the name of a weight that belongs to it. */
  readonly modules: (string | null)[] = [];

  constructor(nodes: readonly FxNode[]) {
    this.#nodes = nodes;
    for (const node of nodes) {
      if (this.#byName.has(node.name))
        throw new InputError(`node "${node.name}" is declared twice; names must be unique.`);
      this.#byName.set(node.name, node);
      for (const input of new Set(node.inputs)) this.#users.set(input, (this.#users.get(input) ?? 0) + 1);
    }
  }

  read(): OpGraph {
    const builder = graphBuilder({ dtype: this.#dtype() });
    const edges: { readonly from: string; readonly output: number; readonly to: string }[] = [];
    for (const node of this.#nodes) {
      const inputs = node.inputs.map((name) => this.#input(name, node));
      if (node.op === "output" || this.#ownedByUser(node)) continue;
      if (operatorOf(node.target) === "getitem" && inputs[0] !== undefined && this.#isTuple(inputs[0])) {
        this.#places.set(node.name, { op: this.#placeOf(inputs[0]).op, port: this.#item(node, inputs[0]) });
        continue;
      }
      const owned = inputs.filter((input) => this.#ownedByUser(input));
      const work = this.#workOf(node, inputs);
      if (node.outputs.length === 0) this.unsized++;
      if (!work.moves && isCall(node)) this.views++;
      const weights = [...owned.flatMap(({ outputs }) => outputs), ...(node.weights ?? [])];
      const tensors = [
        ...inputs.flatMap((input) => this.#tensorsOf(input)),
        ...(node.weights ?? []),
        ...node.outputs,
      ];
      this.modules.push(moduleOf([node, ...owned]));
      builder.op({
        name: node.name,
        type: work.type,
        flops: work.flops,
        bytesTouched: work.moves ? sumOf(tensors) : 0,
        parameterBytes: sumOf(isWeight(node) ? node.outputs : weights),
        outputs: node.outputs.map(bytesOf),
      });
      this.#places.set(node.name, { op: node.name, port: 0 });
      for (const input of inputs) {
        if (this.#ownedByUser(input)) continue;
        const { op, port } = this.#placeOf(input);
        if (this.#sizeOf(op) > port) edges.push({ from: op, output: port, to: node.name });
        else builder.control(op, node.name);
      }
    }
    for (const edge of edges) builder.edge(edge);
    return builder.build();
  }

  #input(name: string, user: FxNode): FxNode {
    const node = this.#byName.get(name);
    if (node === undefined) throw new InputError(`node "${user.name}" takes "${name}", which is no node.`);
    if (!this.#places.has(name) && !this.#ownedByUser(node))
      throw new InputError(`node "${user.name}" takes "${name}", which does not come before it.`);
    return node;
  }

  #placeOf(node: FxNode): Place {
    return this.#places.get(node.name) as Place;
  }

  #sizeOf(op: string): number {
    return (this.#byName.get(op) as FxNode).outputs.length;
  }

  /** A weight that only one op uses belongs to that op. */
  #ownedByUser(node: FxNode): boolean {
    return isWeight(node) && (this.#users.get(node.name) ?? 0) <= 1;
  }

  #isTuple({ outputs }: FxNode): boolean {
    return outputs.length > 1;
  }

  #item(node: FxNode, tuple: FxNode): number {
    const index = Number(/,\s*(-?\d{1,6})\)\s*$/.exec(node.args ?? "")?.[1] ?? Number.NaN);
    const port = index < 0 ? tuple.outputs.length + index : index;
    if (Number.isNaN(port) || port < 0 || port >= tuple.outputs.length)
      throw new InputError(
        `node "${node.name}" takes item ${(node.args ?? "without args").slice(0, 40)} of "${tuple.name}", which has ${tuple.outputs.length} outputs.`,
      );
    return port;
  }

  /** The output that an op reads of an input: the one that a getitem names, else the first. */
  #tensorsOf(input: FxNode): readonly TensorType[] {
    return input.outputs.slice(0, 1);
  }

  #workOf(node: FxNode, inputs: readonly FxNode[]): Work {
    if (!isCall(node)) return { type: node.op, flops: 0, moves: false };
    const operator = operatorOf(node.target);
    const tensors = [...inputs.flatMap((input) => this.#tensorsOf(input)), ...(node.weights ?? [])];
    try {
      return workOf(operator, tensors, node.outputs, node.args ?? "");
    } catch (error) {
      if (error instanceof InputError) throw new InputError(`node "${node.name}": ${error.message}`);
      throw error;
    }
  }

  /** Half precision where most bytes of the tensors between ops are, else single. */
  #dtype(): string {
    let half = 0;
    let other = 0;
    for (const { outputs } of this.#nodes)
      for (const each of outputs)
        if (/\b(float16|half|bfloat16)$/.test(each.dtype)) half += elementsOf(each);
        else other += elementsOf(each);
    return half > other ? "float16" : "float32";
  }
}

/** `layers.0` of the parameter `layers.0.weight`. */
function moduleOf(nodes: readonly FxNode[]): string | null {
  const weight = nodes.map((node) => node.weight).find((name) => name?.includes("."));
  return weight == null ? null : weight.slice(0, weight.lastIndexOf("."));
}

const isCall = ({ op }: FxNode): boolean => op.startsWith("call_");
const isWeight = ({ op, weight }: FxNode): boolean =>
  op === "get_attr" || (op === "placeholder" && weight != null);
const sumOf = (tensors: readonly TensorType[]): number =>
  tensors.reduce((sum, each) => sum + bytesOf(each), 0);

/** The name of every numeric type contains its bits; a boolean takes a byte. */
function bytesOf(each: TensorType): number {
  const named = { half: 16, float: 32, double: 64, long: 64, int: 32, short: 16, bool: 8 };
  const word = each.dtype.replace(/^torch\./, "");
  const bits = Number(
    /(\d+)/.exec(word)?.[1] ?? (Object.hasOwn(named, word) ? named[word as keyof typeof named] : Number.NaN),
  );
  if (Number.isNaN(bits) || bits > 1024)
    throw new InputError(
      `the type "${each.dtype.slice(0, 40)}" is not known, expected one such as torch.float32.`,
    );
  return Math.ceil((elementsOf(each) * bits) / 8);
}
