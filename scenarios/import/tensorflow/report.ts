/** The report of the importer of TensorFlow graphs. */
import type { ImportReport } from "../contract.ts";
import { count } from "../sentences.ts";
import type { Entry } from "./entry/function.ts";
import type { TfGraph } from "./graph.ts";
import type { Measured } from "./measurements/measured.ts";
import type { TfKind } from "./messages/file-kinds.ts";
import type { GraphDef, SignatureDef } from "./messages/schema.ts";

const MOST_LISTED = 12;

export interface GraphContext {
  readonly kind: TfKind;
  /** Null where there is only a cost graph. */
  readonly graphDef: GraphDef | null;
  /** Version of TensorFlow; empty where the file does not say it. */
  readonly version: string;
  /** Further graphs of a SavedModel. */
  readonly others: number;
  readonly signatures: ReadonlyMap<string, SignatureDef>;
}

/** With the signature whose results were fetched; null for none. */
interface ReadContext extends GraphContext {
  readonly signature: string | null;
  /** The function that was taken as the graph. */
  readonly entry: Entry | null;
}

export function reportOf(
  context: ReadContext,
  result: TfGraph | null,
  measured: Measured | null,
  gpuKind: string,
): ImportReport {
  const producer = context.graphDef?.versions?.producer;
  return {
    recognised: [
      `TensorFlow ${context.kind}`,
      ...(context.version === "" ? [] : [`of TensorFlow ${printable(context.version)}`]),
      ...(producer === undefined ? [] : [`graph version ${producer}`]),
    ].join(", "),
    assumed: [...(result === null ? [] : assumptions(result)), ...onTimes(result, measured, gpuKind)],
    dropped: [...(result === null ? [] : omissions(result)), ...onContext(context, result)],
  };
}

function assumptions({ gaps, graph, batch, trips, calls, controlFlow }: TfGraph): readonly string[] {
  const forward = graph.role.every((role) => role === 0);
  return [
    ...(forward ? ["All ops are forward ops: none is named as a gradient or applies one."] : []),
    "Weights are the variables and the constants of more than one number; optimizer state is what the graph holds as variables.",
    ...(gaps.batched === 0
      ? []
      : [`Unknown first dimensions are ${batch}, as the option batch says or by default.`]),
    ...(calls === 0 ? [] : [`Calls of functions are replaced by what they call: ${count(calls, "call")}.`]),
    ...(controlFlow === 0
      ? []
      : [
          `Control flow is one op each, ${count(controlFlow, "op")}: a condition costs its largest branch, a loop all its passes.`,
        ]),
    ...(gaps.endless === 0
      ? []
      : [
          `${count(gaps.endless, "loop")} that does not tell its passes runs ${trips === 1 ? "once" : `${trips} times`}, as the option trips says or by default.`,
        ]),
    ...listed(
      gaps.unknownTypes,
      "Types without a rule cost 1 FLOP for each element of the results that the file declares",
    ),
    ...listed(gaps.unknownShapes, "Results of unknown shape count 0 bytes, unless measured"),
  ];
}

function onTimes(result: TfGraph | null, measured: Measured | null, gpuKind: string): readonly string[] {
  if (measured === null) return result === null ? [] : ["Times follow from shapes: the file measures none."];
  const isOfGpu = measured.kinds.some((kind) => kind !== "CPU");
  return [
    ...(isOfGpu && gpuKind === "*"
      ? [
          "Times measured on a GPU hold on every device that has none of its own; gpu=KIND ties them to a kind.",
        ]
      : []),
    ...(result === null || result.unmeasured === 0
      ? []
      : [`${count(result.unmeasured, "op")} without a record took no time.`]),
  ];
}

function omissions({ backEdges, danglingColocations, unfetched, placed }: TfGraph): readonly string[] {
  const devices = [...placed.keys()].slice(0, MOST_LISTED).map(printable);
  const ops = [...placed.values()].reduce((total, number) => total + number, 0);
  return [
    ...(unfetched === 0 ? [] : [`${count(unfetched, "node")} that the fetched ones do not need.`]),
    ...(backEdges === 0 ? [] : [`${count(backEdges, "edge")} back in while loops: each body runs once.`]),
    ...(danglingColocations === 0
      ? []
      : [`${count(danglingColocations, "co-location")} with nodes that are not in the graph.`]),
    ...(placed.size === 0
      ? []
      : [
          `The file's placement of ${count(ops, "op")} on ${count(placed.size, "device")}: ${devices.join(", ")}.`,
        ]),
  ];
}

function onContext(
  { others, signature, signatures, entry }: ReadContext,
  result: TfGraph | null,
): readonly string[] {
  const unused = [...signatures.keys()].filter((name) => name !== signature);
  const unread = result?.unread ?? [];
  const names = unread.slice(0, MOST_LISTED).map((name) => printable(name) || "(no name)");
  return [
    ...(others === 0 ? [] : [`${count(others, "further graph")} of the SavedModel.`]),
    ...(signature === null
      ? []
      : [
          `All but the signature ${printable(signature)}${unused.length === 0 ? "" : `, beside it ${unused.slice(0, MOST_LISTED).map(printable).join(", ")}`}.`,
        ]),
    ...(entry === null
      ? []
      : [
          `All but the function ${printable(entry.name)}${entry.others.length === 0 ? "" : `; the option function takes another: ${entry.others.slice(0, MOST_LISTED).map(printable).join(", ")}`}.`,
        ]),
    ...(unread.length === 0 || entry !== null
      ? []
      : [
          `${count(unread.length, "function")} that nothing here runs: ${names.join(", ")}${unread.length > MOST_LISTED ? ", ..." : ""}.`,
        ]),
  ];
}

function listed(ops: ReadonlyMap<string, number>, sentence: string): readonly string[] {
  if (ops.size === 0) return [];
  const types = [...ops]
    .slice(0, MOST_LISTED)
    .map(([type, number]) => `${printable(type) || "(no type)"} (${number})`);
  return [`${sentence}: ${types.join(", ")}${ops.size > MOST_LISTED ? ", ..." : ""}.`];
}

/** Names in files may contain anything, also line breaks; reports are one line. */
const printable = (text: string): string =>
  text
    .replace(/[^\x20-\x7e]/g, "?")
    .slice(0, 80)
    .trim();
