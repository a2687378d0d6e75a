/**
 * The file of a PyTorch graph, `placement-gym/torch-fx-1`, as the Python of docs/importing.md
 * writes it. Older files lack `kwargs`, `graphs`, and names of modules and weights. They name each
 * input once (`all_input_nodes`), and the text of the arguments says how often it is read.
 */
import { z } from "zod";
import { MOST_EDGES, MOST_OPS, MOST_PORTS } from "../../../env/model/graph/limits.ts";
import { listOf } from "../../../env/model/graph/list-schema.ts";
import { type Argument, readArguments, refsIn } from "./arguments.ts";
import type { TensorType } from "./tensor-type.ts";

export const TORCH_FX_SCHEMA = "placement-gym/torch-fx-1";

const MOST_RANK = 1000;
const sizes = listOf(
  z
    .int()
    .min(0)
    .nullable()
    .transform((size) => size ?? Number.NaN),
  MOST_RANK,
);
const tensor = z.tuple([z.string(), sizes]).transform(([dtype, shape]): TensorType => ({ dtype, shape }));
/** A place of a tuple without a tensor. */
const NOTHING: TensorType = { dtype: "torch.bool", shape: [0] };
const ownTensor = z.union([
  tensor,
  z.tuple([z.string(), sizes, z.string()]).transform(([dtype, shape, name]) => ({ dtype, shape, name })),
]);
const node = z.object({
  name: z.string(),
  op: z.string(),
  target: z.string(),
  args: z.string().optional(),
  kwargs: z.string().optional(),
  inputs: listOf(z.string(), MOST_EDGES),
  outputs: listOf(
    tensor.nullable().transform((each) => each ?? NOTHING),
    MOST_PORTS,
  ),
  /** The parameter or buffer of the model that a placeholder stands for. */
  weight: z.string().nullish(),
  /** The module that a `call_module` runs, by its name in the model. */
  module: z.string().nullish(),
  /** Parameters of that module. */
  weights: listOf(ownTensor, MOST_PORTS).optional(),
});
const nodes = listOf(node, MOST_OPS);
export const fxFile = z.object({
  schema: z.literal(TORCH_FX_SCHEMA),
  torch: z.string().optional(),
  nodes,
  /** Graphs that a `get_attr` of the same target stands for. */
  graphs: z.record(z.string(), nodes).optional(),
});
type FileNode = z.infer<typeof node>;
export type GraphNodes = Readonly<Record<string, readonly FileNode[]>>;

export interface FxNode extends Omit<FileNode, "args" | "kwargs" | "weights"> {
  /** Null where the text of the arguments is missing or nobody can read it. */
  readonly args: readonly Argument[] | null;
  readonly own: readonly TensorType[];
}

export function fxNode({ args, kwargs, weights, ...rest }: FileNode): FxNode {
  const declared = new Set(rest.inputs);
  const positional = readArguments(args ?? "", declared);
  const byName = readArguments(kwargs ?? "", declared);
  const read = [...(positional ?? []), ...(byName ?? [])].flatMap(refsIn);
  const found = new Set(read);
  // Older files do not print arguments with names, but have their inputs.
  const all = [...read, ...rest.inputs.filter((name) => !found.has(name))];
  const isRead = positional !== null && all.length >= rest.inputs.length;
  return {
    ...rest,
    args: isRead ? positional : null,
    inputs: isRead ? all : rest.inputs,
    own: weights ?? [],
  };
}
