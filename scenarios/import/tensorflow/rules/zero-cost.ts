/**
 * Ops of TensorFlow that do no work in a step: names of other tensors and control flow of TF 1.
 * What savers, tables and summaries do is outside of it.
 */
import type { Effect, Tensor } from "../../tensors/tensor.ts";
import type { TfOp, TfRule } from "../tf-op.ts";

const named = (names: string, rule: TfRule): Record<string, TfRule> =>
  Object.fromEntries(names.split(" ").map((name) => [name, rule]));

const free = (outputs: readonly Tensor[]): Effect => ({ outputs, flops: 0, bytesTouched: 0 });

const passed: TfRule = (op) => free(op.inputs);

/** Both sides have the data; the second input decides. */
const switched: TfRule = (op) => free([op.input(0), op.input(0)]);

/** The first input that is known; the edge back in a loop is left out. */
const merged: TfRule = (op) => {
  const known = op.inputs.find(({ shape }) => shape !== null) ?? op.input(0);
  return free([
    { element: known.element, shape: known.shape },
    { element: "int32", shape: [] },
  ]);
};

const scalar =
  (element: Tensor["element"]): TfRule =>
  () =>
    free([{ element, shape: [] }]);
const match: TfRule = (op) => free([{ element: "bool", shape: op.input(0).shape }]);
const nothing: TfRule = () => free([]);

/** One text for each element of the largest input. */
const texts: TfRule = (op: TfOp) => {
  const shapes = op.inputs.map(({ shape }) => shape ?? []);
  const largest = shapes.reduce((most, shape) => (shape.length > most.length ? shape : most), []);
  return free([{ element: "string", shape: largest }]);
};

export const zeroCostRules: Readonly<Record<string, TfRule>> = {
  ...named(
    "Enter RefEnter Exit RefExit NextIteration RefNextIteration LoopCond RefIdentity DeepCopy",
    passed,
  ),
  ...named("EnsureShape _Retval DebugGradientIdentity DebugGradientRefIdentity", passed),
  ...named("Switch RefSwitch", switched),
  ...named("Merge RefMerge", merged),
  ...named("StringJoin AsString StringFormat ShardedFilename StringLower StringUpper StringStrip", texts),
  ...named("StaticRegexFullMatch RegexFullMatch", match),
  ...named("Rank VarIsInitializedOp IsVariableInitialized LookupTableSizeV2", scalar("int32")),
  ...named(
    "MutableHashTable MutableHashTableV2 HashTable HashTableV2 AnonymousHashTable",
    scalar("resource"),
  ),
  ...named("ScalarSummary HistogramSummary MergeSummary ImageSummary TensorSummaryV2", scalar("string")),
  ...named("NoOp Assert ControlTrigger Abort SaveV2 SaveSlices Save MergeV2Checkpoints PrintV2", nothing),
  ...named("InitializeTableV2 InitializeTableFromTextFileV2 LookupTableImportV2", nothing),
  ...named(
    "DestroyResourceOp DestroyTemporaryVariable WriteScalarSummary WriteSummary DisableCopyOnRead",
    nothing,
  ),
};
