/**
 * Nodes of drawn graphs as ops. Attributes with the names of our own graphs (`flops`, `measuredUs`,
 * `outputs`, ...) are read as such. Times, sizes, weights and types may have other names, which the
 * options give.
 *
 * Where some nodes have attributes that tell their work, the work of nodes without is unknown. It
 * is 1 FLOP for each element that they make, and at least one.
 */
import { InputError } from "../../../env/model/errors.ts";
import type { OpSpec } from "../../../env/model/graph/builder.ts";
import { ANY_KIND } from "../../../env/model/graph/graph.ts";
import type { Query } from "../../../env/model/user/query.ts";
import { featuresOf, iterationFrom, kindsOf, numberOf, numbersOf, timesOf } from "./attribute-values.ts";
import { type AttributedGraph, type AttributedNode, attributeOf } from "./attributes.ts";

/** Prefix of options such as `time.P100=gpu_time`. */
const TIME_OF = "time.";
const BYTES_PER_ELEMENT = 4;

export const nodeOptions: Readonly<Record<string, string>> = {
  time: "attribute of nodes that holds the run time on every device; default time, where there is one",
  [`${TIME_OF}*`]: "attribute of nodes that holds the run time on devices of this kind: time.P100=gpu_time",
  unit: "unit of these attributes: us (default), ms or s",
  output: "attribute of nodes that holds the bytes of their output; default outputs, else those of edges",
  parameters: "attribute of nodes that holds the bytes of weights; default parameterBytes",
  type: "attribute of nodes that holds the type; default type",
};

const usOf = { us: 1, ms: 1000, s: 1e6 } as const;
const numberFields = ["flops", "bytesTouched", "parameterBytes", "workspaceBytes", "transferUs"] as const;
const wordFields = ["type", "role", "colocation", "twin"] as const;
/** Attributes that tell how long an op runs. */
const workFields = ["flops", "bytesTouched", "measuredUs"] as const;
const otherFields = ["outputs", "supportedKinds", "iteration", "dataFeatures", "group", "device"];

export class NodeReader {
  readonly unit: keyof typeof usOf;
  readonly timeName: string;
  readonly outputName: string | undefined;
  /** Device kind and attribute of the options `time.KIND`. */
  readonly timesByKind: readonly (readonly [string, string])[];
  readonly #graph: AttributedGraph;
  readonly #parametersName: string;
  readonly #typeName: string;

  constructor(graph: AttributedGraph, options: Query) {
    this.#graph = graph;
    this.unit = options.oneOf("unit", ["us", "ms", "s"]) ?? "us";
    this.timeName = options.text("time") ?? "time";
    this.outputName = options.text("output");
    this.#parametersName = options.text("parameters") ?? "parameterBytes";
    this.#typeName = options.text("type") ?? "type";
    this.timesByKind = [...options.given]
      .filter(([name]) => name.startsWith(TIME_OF))
      .map(([name, attribute]) => [name.slice(TIME_OF.length), attribute]);
    for (const name of [
      "time",
      "output",
      "parameters",
      "type",
      ...this.timesByKind.map(([kind]) => TIME_OF + kind),
    ])
      this.#checkNamed(options, name);
  }

  /** Attributes that are read, whether there or not. */
  get used(): ReadonlySet<string> {
    return new Set([
      ...[...numberFields, ...wordFields, ...workFields, ...otherFields],
      ...[this.timeName, this.outputName ?? "outputs", this.#parametersName, this.#typeName],
      ...this.timesByKind.map(([, attribute]) => attribute),
    ]);
  }

  read(node: AttributedNode): OpSpec {
    const where = `Node "${node.name}"`;
    const of = (attribute: string) => this.valueOf(node, attribute);
    const spec: Record<string, unknown> = { name: node.name };
    const put = <T>(field: string, attribute: string, parse: (value: string) => T) => {
      const value = of(attribute);
      if (value !== undefined) spec[field] = parse(value);
    };
    for (const field of numberFields) put(field, field, (value) => numberOf(where, field, value));
    for (const field of wordFields) put(field, field, (value) => value);
    put("parameterBytes", this.#parametersName, (value) => numberOf(where, this.#parametersName, value));
    put("type", this.#typeName, (value) => value);
    const { outputName } = this;
    if (outputName === undefined) put("outputs", "outputs", (value) => numbersOf(where, "outputs", value));
    else put("outputs", outputName, (value) => numbersOf(where, outputName, value));
    put("supportedKinds", "supportedKinds", (value) => kindsOf(where, value));
    put("iteration", "iteration", (value) => iterationFrom(where, value));
    put("dataFeatures", "dataFeatures", (value) => featuresOf(where, value));
    const times = this.#times(node, where);
    if (times !== null) spec.measuredUs = times;
    return spec as unknown as OpSpec;
  }

  /** Whether the node has an attribute that tells its work. */
  tellsWork(node: AttributedNode): boolean {
    return [this.timeName, ...workFields, ...this.timesByKind.map(([, attribute]) => attribute)].some(
      (attribute) => this.valueOf(node, attribute) !== undefined,
    );
  }

  valueOf(node: AttributedNode, attribute: string): string | undefined {
    return attributeOf(node, attribute, this.#graph.defaults?.node);
  }

  #times(node: AttributedNode, where: string): Readonly<Record<string, number>> | null {
    const own = this.valueOf(node, "measuredUs");
    if (own !== undefined) return timesOf(where, own);
    const named = [[ANY_KIND, this.timeName] as const, ...this.timesByKind].flatMap(([kind, attribute]) => {
      const value = this.valueOf(node, attribute);
      return value === undefined
        ? []
        : [[kind, numberOf(where, attribute, value) * usOf[this.unit]] as const];
    });
    return named.length === 0 ? null : Object.fromEntries(named);
  }

  #checkNamed(options: Query, option: string): void {
    const attribute = options.text(option);
    if (
      attribute === undefined ||
      this.#graph.nodes.some((node) => this.valueOf(node, attribute) !== undefined)
    )
      return;
    throw new InputError(
      `${options.where}: option "${option}" names the attribute "${attribute}", which no node has.`,
    );
  }
}

/** What is assumed of an op whose work nothing tells. */
export function withAssumedWork(spec: OpSpec): OpSpec {
  const bytes = (spec.outputs ?? []).reduce((sum, size) => sum + size, 0);
  return { ...spec, flops: Math.max(1, Math.floor(bytes / BYTES_PER_ELEMENT)), bytesTouched: 2 * bytes };
}
