/** The rules of all op types of TensorFlow that the importer knows, by name. */
import type { OpCoverage } from "../../contract.ts";
import { CONTROL_FLOW } from "../functions/control-flow.ts";
import type { TfRule } from "../tf-op.ts";
import { elementwiseRules } from "./elementwise.ts";
import { layoutRules } from "./layout.ts";
import { listRules } from "./lists.ts";
import { productRules } from "./products.ts";
import { selectionRules } from "./selection.ts";
import { sequenceRules } from "./sequences.ts";
import { volumeRules } from "./volumes.ts";
import { zeroCostRules } from "./zero-cost.ts";

export const tfRules: ReadonlyMap<string, TfRule> = new Map([
  ...Object.entries(productRules),
  ...Object.entries(volumeRules),
  ...Object.entries(elementwiseRules),
  ...Object.entries(layoutRules),
  ...Object.entries(selectionRules),
  ...Object.entries(listRules),
  ...Object.entries(sequenceRules),
  ...Object.entries(zeroCostRules),
]);

/** Nothing is computed and nothing is moved: the op holds, names or shows a tensor. */
const zeroCost: ReadonlySet<string> = new Set([
  ...Object.keys(zeroCostRules),
  ..."Const Placeholder PlaceholderWithDefault Variable VariableV2 VarHandleOp ReadVariableOp".split(" "),
  ..."Identity IdentityN StopGradient PreventGradient Snapshot Reshape Squeeze ExpandDims Shape".split(" "),
  ..."ShapeN Size Rank BroadcastArgs InvertPermutation Range TensorListReserve EmptyTensorList".split(" "),
  ..."TensorListFromTensor TensorListLength TensorListResize TemporaryVariable".split(" "),
]);

/** Calls of functions are replaced by what they call. */
const calls: ReadonlySet<string> = new Set([
  "PartitionedCall",
  "StatefulPartitionedCall",
  "TPUPartitionedCall",
]);

export function coverageOf(type: string): OpCoverage {
  if (zeroCost.has(type)) return "zero-cost";
  return tfRules.has(type) || CONTROL_FLOW.has(type) || calls.has(type) ? "rule" : "unknown";
}
