/**
 * ONNX models (`.onnx`): binary protocol buffers as onnx/onnx.proto describes them, written by
 * PyTorch, TensorFlow, Paddle and others.
 *
 * The graph is that of inference, at op granularity. Shapes are inferred from those of the inputs
 * (inference.ts), and FLOP are 2 per multiply-add. Weights are the initializers, in the file or in
 * files of external data. Only their sizes are read, never their data.
 */

import { InputError } from "../../../env/model/errors.ts";
import { defaultFidelity } from "../../../env/model/fidelity/fidelity.ts";
import type { Imported, Importer, ImportReport } from "../contract.ts";
import { readBinary } from "../protobuf/binary.ts";
import { fieldsAtTop } from "../protobuf/fields-at-top.ts";
import { count } from "../sentences.ts";
import { Dimensions } from "./dimensions/dimensions.ts";
import { type OnnxGraph, onnxGraph } from "./graph.ts";
import { coverageOf } from "./rules/index.ts";
import { type ModelProto, modelType } from "./schema.ts";

const MOST_LISTED = 12;
const LONGEST_SHOWN = 80;
const OWN_DOMAINS = new Set(["", "ai.onnx"]);

export const onnx: Importer = {
  name: "onnx",
  summary: "ONNX models, as PyTorch, TensorFlow and Paddle export them",
  extensions: [".onnx"],
  options: {
    batch: "size of every dynamic first dimension of the inputs; default 1",
    "dim.*": "size of a dynamic dimension by its name, or as dim.INPUT.AXIS; default 1",
    trips: "passes of a loop whose number is not in the file; default 1",
  },
  recognises(file) {
    const fields = fieldsAtTop(file.head);
    // The IR version comes first, and the graph is field 7; a SavedModel has its graphs in field 2.
    return fields !== null && fields[0]?.number === 1 && fields[0].isNumber && fields.some(isGraph);
  },
  coverage: coverageOf,
  read(file, options) {
    const model = readBinary(modelType, file.bytes());
    const dimensions = new Dimensions(options);
    const passes = options.integer("trips", { min: 1, max: 1e9 }) ?? 1;
    const result = withHint(dimensions, () => onnxGraph(model, { dimensions, passes, file }));
    dimensions.checkUse();
    return {
      graph: result.graph,
      unknown: result.unknown,
      fidelity: { ...defaultFidelity, name: "default, 0 optimizer slots", optimizerSlots: 0 },
      meta: { source: "ONNX model" },
      report: reportOf(model, dimensions, result),
    } satisfies Imported;
  },
};

const isGraph = ({ number, isNumber }: { number: number; isNumber: boolean }): boolean =>
  number === 7 && !isNumber;

/** A size that was not set is the likeliest cause of a shape that does not fit. */
function withHint<T>(dimensions: Dimensions, make: () => T): T {
  try {
    return make();
  } catch (error) {
    const assumption = dimensions.assumption();
    if (!(error instanceof InputError) || assumption === null) throw error;
    throw new InputError(`${error.message} ${assumption}`);
  }
}

function reportOf(model: ModelProto, dimensions: Dimensions, result: OnnxGraph): ImportReport {
  return {
    recognised: recognisedAs(model),
    assumed: assumptions(dimensions, result),
    dropped: omissions(model, result),
  };
}

function recognisedAs({ ir_version, opset_import, producer_name, producer_version }: ModelProto): string {
  const opset = opset_import.find(({ domain }) => OWN_DOMAINS.has(domain))?.version;
  const producer = printable(`${producer_name} ${producer_version}`);
  return [
    `ONNX model, IR version ${ir_version}`,
    ...(opset === undefined ? [] : [`opset ${opset}`]),
    ...(producer === "" ? [] : [`by ${producer}`]),
  ].join(", ");
}

const INFERENCE =
  "All ops are forward ops: the model is for inference, without gradients, updates and optimizer state.";
const TRAINING =
  "Gradients and what follows from them are backward ops, optimizers and what follows from them updates. " +
  "Optimizer state is what the file holds.";

function assumptions(
  dimensions: Dimensions,
  { gaps, otherTypes, graph, isTraining }: OnnxGraph,
): readonly string[] {
  const ofDimensions = dimensions.assumption();
  return [
    isTraining ? TRAINING : INFERENCE,
    ...(ofDimensions === null ? [] : [ofDimensions]),
    ...listed(gaps.unknownTypes, "Types without a rule cost 1 FLOP for each element that they make"),
    ...listed(gaps.largestShapes, "Results whose size depends on data are as large as they can be"),
    ...listed(gaps.unknownShapes, "Results whose shape is not known count 0 bytes"),
    ...listed(
      gaps.controlFlow,
      "Control flow that depends on data costs its larger branch, or as many passes as the option trips says",
    ),
    ...(otherTypes.length === 0
      ? []
      : [`Ops run at the speed of ${graph.dtype}; some weights are ${otherTypes.join(", ")}.`]),
  ];
}

function omissions(
  model: ModelProto,
  { constants, externalBytes, sparseTensors }: OnnxGraph,
): readonly string[] {
  return [
    ...(constants === 0
      ? []
      : [`${count(constants, "constant node")}: their values are weights and arguments of other nodes.`]),
    ...(externalBytes === 0
      ? []
      : [`The data of ${count(externalBytes, "byte")} of weights in other files: their sizes suffice.`]),
    ...(sparseTensors === 0 ? [] : [`${count(sparseTensors, "sparse tensor")} count as dense ones.`]),
    ...(model.training_info.length === 0 ? [] : ["The training part of the model."]),
  ];
}

function listed(ops: ReadonlyMap<string, number>, sentence: string): readonly string[] {
  if (ops.size === 0) return [];
  const types = [...ops].map(([type, number]) => `${printable(type) || "(no type)"} (${number})`);
  return [
    `${sentence}: ${types.slice(0, MOST_LISTED).join(", ")}${types.length > MOST_LISTED ? ", ..." : ""}.`,
  ];
}

/** Names in files may contain anything, also line breaks; reports are one line. */
const printable = (text: string): string =>
  text
    .replace(/[^\x20-\x7e]/g, "?")
    .slice(0, LONGEST_SHOWN)
    .trim();
