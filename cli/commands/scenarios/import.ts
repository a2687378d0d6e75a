/**
 * `import`: reads a file of a known format and reports what it recognised, assumed and dropped.
 * With `-o` it also writes the scenario as JSON that every command takes.
 */
import { InputError } from "../../../env/model/errors.ts";
import { writeScenario } from "../../../env/model/file.ts";
import { queryText } from "../../../env/model/user/query.ts";
import { writeAtomically } from "../../../results/files/atomic.ts";
import { type FileAddress, fileAddress, scenarioOfFile } from "../../../scenarios/file-address.ts";
import { type ImportedFile, importers } from "../../../scenarios/import/index.ts";
import { DEFAULT_CLUSTER } from "../../../scenarios/import/scenario-of.ts";
import { ALLOW_UNKNOWN } from "../../../scenarios/import/unknown-work.ts";
import { defineCommand, jsonFlag } from "../../command.ts";
import { readText } from "../../files.ts";
import { jsonText } from "../../json.ts";
import { coverageOf, coverageText } from "../../reports/coverage-report.ts";
import { formatOf, formatsText, reportText, summaryOf } from "../../reports/import-report.ts";
import { EXIT, lineWidth } from "../../terminal/terminal.ts";

export const importCommand = defineCommand({
  name: "import",
  summary:
    `Reads a file of a known format (${importers.map(({ name }) => name).join(", ")}) ` +
    "and writes it as a scenario.",
  positionals: [
    {
      name: "FILE",
      describe: "the file, with options of its format after a question mark",
      arity: "optional",
    },
  ],
  flags: {
    output: {
      type: "text",
      short: "o",
      placeholder: "FILE",
      describe: "JSON file to write the scenario to",
      defaultText: "only report",
    },
    cluster: {
      type: "text",
      placeholder: "NAME",
      describe: "cluster for a file without one: a name of list clusters, 16xV100, or ./mine.json",
      defaultText: DEFAULT_CLUSTER,
    },
    format: {
      type: "text",
      placeholder: "NAME",
      describe: "format of the file",
      defaultText: "recognised by its content",
    },
    shape: {
      type: "list",
      placeholder: "NAME=N,N,...",
      describe: "shapes of inputs, as the options shape.NAME of the formats that have them",
    },
    dim: {
      type: "list",
      placeholder: "NAME=N,...",
      describe: "sizes of dynamic dimensions, as the options dim.NAME of the formats that have them",
    },
    "allow-unknown": {
      type: "switch",
      describe: "take a graph most of whose work is unknown, or that has no work",
    },
    set: {
      type: "list",
      placeholder: "OPTION=VALUE,...",
      describe: "options of the format, as after the question mark of FILE",
    },
    formats: { type: "switch", describe: "only list the formats and their options" },
    coverage: {
      type: "list",
      placeholder: "FORMAT=LIST,...",
      describe: "only count the op types of files with one a line that the formats have rules for",
    },
    unknown: { type: "switch", describe: "with --coverage, also name the op types without a rule" },
    json: jsonFlag,
  },
  examples: [
    "import resnet50.graph.txt --cluster 8xV100-nvlink -o resnet50.json",
    "import model.onnx --dim batch=32,tokens=128",
    "import saved_model.pb --shape image=1,600,800,3",
    "import --formats",
    "import --coverage onnx=operators.txt --unknown",
  ],
  async run({ values, positionals: [file] }, terminal) {
    if (values.formats) {
      terminal.write(values.json ? jsonText(importers.map(formatOf)) : formatsText(lineWidth(terminal)));
      return EXIT.done;
    }
    if (values.coverage !== undefined) {
      const rows = pairsOf("coverage", values.coverage, "FORMAT=LIST").map(([format, list]) =>
        coverageOf(format, list, readText(list, "List of op types")),
      );
      terminal.write(values.json ? jsonText(rows) : coverageText(rows, values.unknown));
      return EXIT.done;
    }
    if (file === undefined) throw new InputError('"import" needs FILE, or --formats to list what it reads.');
    const address = addressOf(file, values);
    const imported = await scenarioOfFile(textOf(address), address);
    if (values.output !== undefined) writeOutput(values.output, imported);
    terminal.write(
      values.json
        ? jsonText({ ...summaryOf(imported), output: values.output ?? null })
        : reportText(imported, textOf(address), values.output),
    );
    return EXIT.done;
  },
});

interface Given {
  readonly cluster?: string;
  readonly format?: string;
  readonly shape?: readonly string[];
  readonly dim?: readonly string[];
  readonly "allow-unknown": boolean;
  readonly set?: readonly string[];
}

/** Flags are options too; an option given twice is an error. */
function addressOf(file: string, given: Given): FileAddress {
  const { cluster, format, shape = [], dim = [], set = [] } = given;
  const { path, options } = fileAddress(file) ?? fileAddress(`./${file}`)!;
  const all = new Map(options);
  const add = (name: string, value: string) => {
    if (all.has(name)) throw new InputError(`Option ${name} is given twice for "${path}".`);
    all.set(name, value);
  };
  if (cluster !== undefined) add("cluster", cluster);
  if (format !== undefined) add("format", format);
  for (const [name, sizes] of shapesOf(shape)) add(`shape.${name}`, sizes);
  if (given["allow-unknown"]) add(ALLOW_UNKNOWN, "true");
  for (const [name, size] of pairsOf("dim", dim, "NAME=N")) add(`dim.${name}`, size);
  for (const [name, value] of pairsOf("set", set, "OPTION=VALUE")) add(name, value);
  return { path, options: all };
}

/** The last equals sign divides: a dimension may be called `n=2`. */
function pairsOf(flag: string, items: readonly string[], expected: string): [string, string][] {
  return items.map((item) => {
    const equals = flag === "dim" ? item.lastIndexOf("=") : item.indexOf("=");
    if (equals < 1) throw new InputError(`Flag --${flag} is "${item}", expected ${expected}.`);
    return [item.slice(0, equals), item.slice(equals + 1)];
  });
}

/** A part without an equals sign is a further size of the shape before it. */
function shapesOf(parts: readonly string[]): ReadonlyMap<string, string> {
  const shapes = new Map<string, string>();
  let last: string | undefined;
  for (const part of parts) {
    const equals = part.lastIndexOf("=");
    const name = equals === -1 ? last : part.slice(0, equals);
    if (name === undefined || name === "" || (equals !== -1 && shapes.has(name)))
      throw new InputError(
        `Flag --shape is "${parts.join(",")}", expected NAME=N,N,... for each input once.`,
      );
    shapes.set(name, equals === -1 ? `${shapes.get(name)},${part}` : part.slice(equals + 1));
    last = name;
  }
  return shapes;
}

function textOf({ path, options }: FileAddress): string {
  return options.size === 0 ? path : `${path}?${queryText(options)}`;
}

function writeOutput(path: string, { scenario, report }: ImportedFile): void {
  if (!path.toLowerCase().endsWith(".json"))
    throw new InputError(`Flag --output is "${path}", expected a name that ends in .json.`);
  const note = scenario.meta.note ?? report.assumed.join(" ");
  const noted = note === "" ? scenario : { ...scenario, meta: { ...scenario.meta, note } };
  writeAtomically(path, `${JSON.stringify(writeScenario(noted))}\n`);
}
