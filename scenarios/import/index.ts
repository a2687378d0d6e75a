/**
 * Files of every known format as scenarios. The content decides the format. Every mistake in a file
 * is one sentence that names the file.
 */
import { InputError } from "../../env/model/errors.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { notKnown } from "../../env/model/suggest.ts";
import { Query } from "../../env/model/user/query.ts";
import { clusterOptions } from "../clusters/changes.ts";
import type { ReadClusterFile } from "../clusters/named.ts";
import type { ImportedRun, Importer, ImportReport } from "./contract.ts";
import { dot } from "./drawn-graphs/dot.ts";
import { gexf } from "./drawn-graphs/gexf.ts";
import { graphml } from "./drawn-graphs/graphml.ts";
import { hlo } from "./hlo/importer.ts";
import { onnx } from "./onnx/importer.ts";
import { ownJson } from "./own-json.ts";
import { pickle } from "./pickle/importer.ts";
import { dnnPartitioning } from "./profiles/dnn-partitioning.ts";
import { doppler } from "./profiles/doppler.ts";
import { pipedream } from "./profiles/pipedream.ts";
import { piper } from "./profiles/piper.ts";
import { placetoSim } from "./profiles/placeto-sim.ts";
import { DEFAULT_CLUSTER, scenarioOf } from "./scenario-of.ts";
import { fileNamed, inFile } from "./sentences.ts";
import { fileOf, type SourceFile } from "./source-file.ts";
import { tensorflow } from "./tensorflow/importer.ts";
import { torchFx } from "./torch-fx/importer.ts";
import { ALLOW_UNKNOWN } from "./unknown-work.ts";

/** The first that recognises a file reads it. */
export const importers: readonly Importer[] = [
  ownJson,
  placetoSim,
  dnnPartitioning,
  piper,
  torchFx,
  pipedream,
  doppler,
  graphml,
  gexf,
  dot,
  hlo,
  onnx,
  tensorflow,
  pickle,
];

export interface ImportedFile {
  readonly scenario: Scenario;
  /** Placements in the file, with the results it expects. */
  readonly runs?: readonly ImportedRun[];
  /** Name of the importer. */
  readonly format: string;
  readonly report: ImportReport;
}

/** Options that every format takes. */
export const commonOptions: Readonly<Record<string, string>> = {
  format: "name of the format, where the content does not tell it",
  [ALLOW_UNKNOWN]: "true takes a graph most of whose work is unknown; default false",
  cluster: `cluster for a file that describes none: 4xA100, ./mine.json; default ${DEFAULT_CLUSTER}`,
  ...clusterOptions,
};

export function importFile(
  content: string | Uint8Array | SourceFile,
  name: string,
  options: ReadonlyMap<string, string> = new Map(),
  readClusterFile?: ReadClusterFile,
): ImportedFile {
  const file = typeof content === "string" || content instanceof Uint8Array ? fileOf(content, name) : content;
  const query = new Query(fileNamed(name), options);
  return inFile(name, () => {
    if (isEmpty(file)) throw new InputError("the file is empty.");
    const importer = importerOf(file, query.text("format"));
    const imported = importer.read(file, ownOptions(importer, query));
    return {
      ...scenarioOf(
        imported,
        name,
        { name: query.text("cluster"), changes: query, readFile: readClusterFile },
        query.oneOf(ALLOW_UNKNOWN, ["true", "false"]) === "true",
      ),
      ...(imported.runs !== undefined && { runs: imported.runs }),
      format: importer.name,
    };
  });
}

/** Also where there is only white space or a byte order mark. */
function isEmpty({ head, sizeBytes }: SourceFile): boolean {
  return sizeBytes <= head.length + BYTE_ORDER_MARK_BYTES && head.trim() === "";
}

const BYTE_ORDER_MARK_BYTES = 3;

function importerOf(file: SourceFile, format: string | undefined): Importer {
  const names = importers.map((importer) => importer.name);
  if (format !== undefined) {
    const named = importers.find((importer) => importer.name === format);
    if (named !== undefined) return named;
    throw new InputError(`the ${notKnown("format", format, names)}`);
  }
  const importer = importers.find((candidate) => candidate.recognises(file));
  if (importer !== undefined) return importer;
  throw unknownFormat(file, names);
}

function unknownFormat(file: SourceFile, names: readonly string[]): InputError {
  const known = `known are ${names.join(", ")}`;
  const looksLikeJson = /^\s*[[{"\dntf-]/.test(file.head) || file.head.trim() === "";
  if (!looksLikeJson && !file.name.toLowerCase().endsWith(".json"))
    return new InputError(`the format is not known; ${known}.`);
  const json = file.json();
  if (json === null || typeof json !== "object" || Array.isArray(json))
    return new InputError(`the top level is ${nameOfType(json)}, expected an object.`);
  if ("schema" in json)
    return new InputError(
      `schema is ${JSON.stringify(json.schema)?.slice(0, 80)}, expected one of a known format; ${known}.`,
    );
  const fields = Object.keys(json)
    .slice(0, 8)
    .map((key) => `"${key.slice(0, 40)}"`);
  return new InputError(
    `the format is not known; expected a field "schema" or the fields of one of ${names.join(", ")}, found ${fields.join(", ") || "no fields"}.`,
  );
}

function nameOfType(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}

/** The options that the importer declares; any other is a mistake. */
function ownOptions(importer: Importer, query: Query): Query {
  const common = Object.keys(commonOptions);
  query.expectOnly(`the format ${importer.name}`, [...Object.keys(importer.options ?? {}), ...common]);
  return query.without(common);
}
