/**
 * Which of TensorFlow's messages a file holds. Protocol buffers do not say it, but the first bytes
 * of the usual messages differ. A message that the user names is taken as given.
 */
import { InputError } from "../../../../env/model/errors.ts";
import { readBinary } from "../../protobuf/binary.ts";
import { fieldsAtTop, type TopField } from "../../protobuf/fields-at-top.ts";
import type { MessageType } from "../../protobuf/schema.ts";
import { readText } from "../../protobuf/text.ts";
import type { SourceFile } from "../../source-file.ts";
import {
  type GraphDef,
  graphDefType,
  type MetaGraphDef,
  metaGraphType,
  type SavedModel,
  savedModelType,
} from "./schema.ts";
import {
  type CostGraph,
  costGraphType,
  type RunMetadata,
  runMetadataType,
  type StepStats,
  stepStatsType,
} from "./stats-schema.ts";

export type TfMessage =
  | { readonly kind: "GraphDef"; readonly message: GraphDef }
  | { readonly kind: "MetaGraphDef"; readonly message: MetaGraphDef }
  | { readonly kind: "SavedModel"; readonly message: SavedModel }
  | { readonly kind: "RunMetadata"; readonly message: RunMetadata }
  | { readonly kind: "StepStats"; readonly message: StepStats }
  | { readonly kind: "CostGraphDef"; readonly message: CostGraph };
export type TfKind = TfMessage["kind"];

export const tfKinds: readonly TfKind[] = [
  "GraphDef",
  "MetaGraphDef",
  "SavedModel",
  "RunMetadata",
  "StepStats",
  "CostGraphDef",
];

const types: Readonly<Record<TfKind, MessageType<never>>> = {
  GraphDef: graphDefType as unknown as MessageType<never>,
  MetaGraphDef: metaGraphType as unknown as MessageType<never>,
  SavedModel: savedModelType as unknown as MessageType<never>,
  RunMetadata: runMetadataType as unknown as MessageType<never>,
  StepStats: stepStatsType as unknown as MessageType<never>,
  CostGraphDef: costGraphType as unknown as MessageType<never>,
};

export function readTf(file: SourceFile, kind: TfKind | null): TfMessage {
  const found = kind ?? kindOfFile(file);
  if (found === null)
    throw new InputError(
      `the file is none of ${tfKinds.join(", ")} as far as its first bytes show; the option message names it.`,
    );
  const message = isText(file.head)
    ? readText(types[found], file.text())
    : readBinary(types[found], file.bytes());
  return { kind: found, message } as unknown as TfMessage;
}

/** Null where the file is none of TensorFlow's. */
export const kindOfFile = (file: SourceFile): TfKind | null =>
  isText(file.head) ? kindOfText(file.head) : kindOfBinary(file.head);

/** Text has no control characters except white space. */
const isText = (head: string): boolean => /^[\t\n\f\r\x20-\xff]*$/.test(head) && head.trim() !== "";

function kindOfText(head: string): TfKind | null {
  const start = head.replace(/^(\s|#[^\n]*\n)+/, "");
  if (/^(meta_info_def|graph_def)\s*:?\s*\{/.test(start)) return "MetaGraphDef";
  if (/^(saved_model_schema_version\s*:|meta_graphs\s*:?\s*\{)/.test(start)) return "SavedModel";
  if (/^(step_stats|cost_graph|partition_graphs)\s*:?\s*\{/.test(start)) return "RunMetadata";
  if (/^dev_stats\s*:?\s*\{/.test(start)) return "StepStats";
  if (/^(versions|library)\s*:?\s*\{/.test(start)) return "GraphDef";
  if (!/^node\s*:?\s*\{/.test(start)) return null;
  const isCost = /\b(id|input_info|output_info|compute_cost)\s*[:{]/.test(start);
  return isCost && !/\bop\s*:/.test(start) ? "CostGraphDef" : "GraphDef";
}

function kindOfBinary(head: string): TfKind | null {
  const [first, second] = fieldsAtTop(head) ?? [];
  if (first === undefined) return null;
  if (first.number === 1 && first.isNumber && second?.number === 2 && startsMetaGraph(second))
    return "SavedModel";
  if (first.isNumber) return null;
  const inside = fieldsAtTop(first.content) ?? [];
  if (first.number === 2) return kindOfSecondField(inside);
  if (first.number !== 1) return null;
  if (isNode(inside)) return "GraphDef";
  if (isCostNode(inside)) return "CostGraphDef";
  if (isDeviceStats(inside)) return "StepStats";
  const innermost = fieldsAtTop(inside[0]?.content ?? "") ?? [];
  if (inside[0]?.number === 1 && isDeviceStats(innermost)) return "RunMetadata";
  return second?.number === 2 && isNode(fieldsAtTop(fieldsAtTop(second.content)?.[0]?.content ?? "") ?? [])
    ? "MetaGraphDef"
    : null;
}

/**
 * This field is the graph of a MetaGraphDef without information, or the cost graph of a
 * RunMetadata.
 */
function kindOfSecondField(inside: readonly TopField[]): TfKind | null {
  const innermost = fieldsAtTop(inside[0]?.content ?? "") ?? [];
  if (isNode(innermost)) return "MetaGraphDef";
  return isCostNode(innermost) ? "RunMetadata" : null;
}

function startsMetaGraph({ content }: TopField): boolean {
  const [first] = fieldsAtTop(content) ?? [];
  return first !== undefined && !first.isNumber && first.number <= 2;
}

const isName = (field: TopField | undefined): boolean =>
  field?.number === 1 && !field.isNumber && /^[\x20-\x7e]+$/.test(field.content);

const isNode = ([name, type]: readonly TopField[]): boolean =>
  isName(name) && type?.number === 2 && /^[A-Za-z_][\w>./]*$/.test(type.content);

/** A device begins with a slash; where there is none, an id is a number. */
const isCostNode = ([name, device]: readonly TopField[]): boolean =>
  isName(name) &&
  ((device?.number === 2 && device.content.startsWith("/")) || (device?.number === 3 && device.isNumber));

const isDeviceStats = ([device, node]: readonly TopField[]): boolean =>
  isName(device) &&
  device.content.startsWith("/") &&
  (node === undefined || (node.number === 2 && !node.isNumber));
