/**
 * Scenario files, and the content hash that names a scenario. A file is one JSON object with
 * everything that a score depends on, checked by a zod schema. The scenario
 * `readScenario(writeScenario(s))` equals `s`, and both have the same hash.
 *
 * JSON has no infinity: a device without a memory limit has `memoryBytes: null`.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { type Cluster, validateCluster } from "./cluster/cluster.ts";
import { colocationGrouping, groupingOf } from "./coarsen/grouping.ts";
import { createScenario } from "./create-scenario.ts";
import { InputError } from "./errors.ts";
import { defaultFidelity, fidelities } from "./fidelity/fidelity.ts";
import { graphBuilder } from "./graph/builder.ts";
import { CONTROL, type OpGraph } from "./graph/graph.ts";
import { opSpecOf } from "./graph/graphology.ts";
import { iterationSchema } from "./graph/iteration-schema.ts";
import { MOST_EDGES, MOST_OPS, MOST_OUTPUTS } from "./graph/limits.ts";
import { listOf } from "./graph/list-schema.ts";
import { objectives, type Scenario, usesBatch } from "./scenario.ts";

export const SCENARIO_SCHEMA = "placement-gym/scenario-1";

const MOST_DEVICES = 4096;
const MOST_LINKS = 1_000_000;

const opSchema = z.strictObject({
  name: z.string(),
  type: z.string().optional(),
  role: z.enum(["forward", "backward", "update"]).optional(),
  flops: z.number().optional(),
  bytesTouched: z.number().optional(),
  parameterBytes: z.number().optional(),
  workspaceBytes: z.number().optional(),
  outputs: listOf(z.number(), MOST_OUTPUTS).optional(),
  measuredUs: z.record(z.string(), z.number()).optional(),
  transferUs: z.number().optional(),
  supportedKinds: z.array(z.string()).optional(),
  colocation: z.string().optional(),
  twin: z.string().optional(),
  iteration: iterationSchema.optional(),
  dataFeatures: z.record(z.string(), z.number()).optional(),
  /** `[source]`, `[source, output]` or `[source, output, bytes]`; output -1 is a control edge. */
  inputs: listOf(
    z.union([
      z.tuple([z.string()]),
      z.tuple([z.string(), z.int()]),
      z.tuple([z.string(), z.int(), z.number()]),
    ]),
    MOST_EDGES,
  ).optional(),
});

const clusterSchema = z.strictObject({
  name: z.string(),
  devices: listOf(
    z.strictObject({
      name: z.string(),
      kind: z.string(),
      flopsPerUs: z.record(z.string(), z.number()),
      memoryBytesPerUs: z.number(),
      memoryBytes: z.number().nullable(),
      launchUs: z.number(),
      efficiency: z.record(z.string(), z.number()).optional(),
      usdPerHour: z.number().optional(),
      computeShare: z.number().optional(),
      transferShare: z.number().optional(),
    }),
    MOST_DEVICES,
  ),
  links: listOf(
    z.strictObject({ name: z.string(), bytesPerUs: z.number(), latencyUs: z.number() }),
    MOST_LINKS,
  ),
  routes: listOf(listOf(listOf(z.number(), MOST_LINKS), MOST_DEVICES), MOST_DEVICES),
  routing: z.literal("cut-through").optional(),
});

const fidelitySchema = z.strictObject({
  name: z.string(),
  multicast: z.enum(["free", "per-device", "per-consumer"]),
  routing: z.enum(["store-and-forward", "cut-through"]),
  contention: z.enum(["queue", "none", "fair"]),
  overlap: z.boolean(),
  /** Missing where strict, so that older files keep their hash. */
  dispatch: z.enum(["strict", "ready"]).optional(),
  /** Missing where first come, first served, for the same reason. */
  transferOrder: z.enum(["first-come", "plan"]).optional(),
  controlEdges: z.enum(["free", "output-0"]),
  pairOutputs: z.enum(["all", "last"]),
  tieBreak: z.enum(["id", "name"]),
  opGapUs: z.number().min(0),
  transferGapUs: z.number().min(0),
  startUs: z.number().min(0),
  makespan: z.enum(["last-op", "last-event"]),
  memory: z.enum(["training", "outputs-only"]),
  optimizerSlots: z.number().min(0),
});

const scenarioSchema = z.strictObject({
  schema: z.literal(SCENARIO_SCHEMA),
  name: z.string().optional(),
  graph: z.strictObject({
    dtype: z.string().optional(),
    batch: z.int().min(1).optional(),
    ops: listOf(opSchema, MOST_OPS),
  }),
  cluster: clusterSchema,
  /** Group number of each op; default one group per co-location class. */
  groups: listOf(z.int(), MOST_OPS).optional(),
  objective: z.enum(objectives).optional(),
  /** The switches, or the name of a documented set of them. */
  fidelity: z.union([z.string(), fidelitySchema]).optional(),
  demand: z.strictObject({ samples: z.number(), samplesPerSecond: z.number() }).optional(),
  meta: z
    .strictObject({
      source: z.string().optional(),
      licence: z.string().optional(),
      split: z.enum(["train", "validation", "test"]).optional(),
      note: z.string().optional(),
      unknownWork: z
        .strictObject({
          ops: z.int().nonnegative(),
          outOf: z.int().nonnegative(),
          types: z.record(z.string(), z.int().positive()),
        })
        .optional(),
      aliases: z
        .strictObject({
          ids: z.array(z.int().nullable()).readonly().optional(),
          stages: z.array(z.int().nonnegative().nullable()).readonly().optional(),
          modules: z.array(z.string().nullable()).readonly().optional(),
        })
        .optional(),
    })
    .optional(),
});

export type ScenarioFile = z.infer<typeof scenarioSchema>;
type FileOp = ScenarioFile["graph"]["ops"][number];

/**
 * Checks a parsed JSON value and makes the scenario. Throws one sentence that names the wrong field
 * or op.
 */
export function readScenario(json: unknown, name: string): Scenario {
  const parsed = scenarioSchema.safeParse(json);
  if (!parsed.success) throw new InputError(`Scenario file "${name}": ${sentenceOf(parsed.error)}`);
  const file = parsed.data;
  const graph = within(name, () => readGraph(file.graph));
  return within(name, () =>
    createScenario({
      name: file.name ?? name,
      graph,
      grouping: file.groups === undefined ? colocationGrouping(graph) : groupingOf(graph, file.groups),
      cluster: clusterOf(file.cluster),
      objective: (file.objective as Scenario["objective"] | undefined) ?? "makespan",
      fidelity: readFidelity(file.fidelity),
      ...(file.demand !== undefined && { demand: file.demand }),
      meta: file.meta,
    }),
  );
}

export function writeScenario(scenario: Scenario): ScenarioFile {
  const { graph, cluster } = scenario;
  return {
    schema: SCENARIO_SCHEMA,
    name: scenario.name,
    graph: { dtype: graph.dtype, ...(graph.batch !== null && { batch: graph.batch }), ops: writeOps(graph) },
    cluster: {
      ...cluster,
      devices: cluster.devices.map((device) => ({
        ...device,
        memoryBytes: device.memoryBytes === Number.POSITIVE_INFINITY ? null : device.memoryBytes,
      })),
      links: [...cluster.links],
      routes: cluster.routes.map((row) => row.map((route) => [...route])),
    } as ScenarioFile["cluster"],
    groups: [...scenario.grouping.groupOf],
    objective: scenario.objective,
    fidelity: writeFidelity(scenario.fidelity),
    ...(scenario.demand !== undefined && { demand: { ...scenario.demand } }),
    meta: { ...scenario.meta },
  };
}

/**
 * SHA-256 in hex over everything but the name, meta, dimensions of ops and features of their data,
 * and over the batch where the objective depends on it. The order of fields in a file does not matter.
 */
export function scenarioHash(scenario: Scenario): string {
  const { name: _name, meta: _meta, graph, ...content } = writeScenario(scenario);
  const { batch, ops, dtype } = graph;
  const sized = { dtype, ...(usesBatch(scenario.objective) && { batch }) };
  return hashOf({ ...content, graph: { ...sized, ops: ops.map(scored) } });
}

/**
 * SHA-256 in hex over the graph alone. It pins a generated graph, whatever cluster it is placed on.
 */
export function graphHash(graph: OpGraph): string {
  return hashOf({ dtype: graph.dtype, ops: writeOps(graph).map(scored) });
}

/**
 * Dimensions are in no hash. Those of a built-in network follow from its description, whose sizes
 * are hashed; boards hold hashes that are older than dimensions. Features of data change no score.
 */
function scored({ iteration: _iteration, dataFeatures: _features, ...op }: FileOp): FileOp {
  return op;
}

const hashOf = (content: object): string => createHash("sha256").update(canonicalJson(content)).digest("hex");

/** One sentence from a zod error: where, what was expected, what was there. */
export function sentenceOf(error: z.ZodError): string {
  const issue = error.issues[0];
  const path = issue.path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("");
  const where = path === "" ? "the top level" : path.replace(/^\./, "");
  const missing = /^Invalid input: expected (.+), received undefined$/.exec(issue.message);
  if (missing !== null) return `${where} is missing, expected ${missing[1]}.`;
  return `${where}: ${issue.message.replace(/\.$/, "")}.`;
}

function readGraph(file: ScenarioFile["graph"]): OpGraph {
  const builder = graphBuilder({ dtype: file.dtype, batch: file.batch });
  for (const { inputs: _inputs, ...spec } of file.ops) builder.op(spec);
  for (const { name, inputs = [] } of file.ops)
    for (const [from, output = 0, bytes] of inputs) {
      if (output === CONTROL) builder.control(from, name);
      else builder.edge({ from, to: name, output, bytes });
    }
  return builder.build();
}

function writeOps(graph: OpGraph): FileOp[] {
  return Array.from({ length: graph.opCount }, (_, v) => {
    const inputs: NonNullable<FileOp["inputs"]> = [];
    for (let e = graph.inStart[v]; e < graph.inStart[v + 1]; e++) {
      const source = graph.edgeSource[e];
      const output = graph.edgeOutput[e];
      const whole = output === CONTROL ? 0 : graph.outputBytes[graph.outputStart[source] + output];
      const from = graph.names[source];
      inputs.push(graph.edgeBytes[e] === whole ? [from, output] : [from, output, graph.edgeBytes[e]]);
    }
    const { supportedKinds, outputs, ...spec } = opSpecOf(graph, v);
    return {
      ...spec,
      ...(outputs !== undefined && { outputs: [...outputs] }),
      ...(supportedKinds !== undefined && { supportedKinds: [...supportedKinds] }),
      ...(inputs.length > 0 && { inputs }),
    };
  });
}

/** Checks the `cluster` of a scenario file. Throws one sentence that names the wrong field. */
export function readCluster(json: unknown): Cluster {
  const parsed = clusterSchema.safeParse(json);
  if (!parsed.success) throw new InputError(sentenceOf(parsed.error));
  return validateCluster(clusterOf(parsed.data));
}

function clusterOf(file: ScenarioFile["cluster"]): Cluster {
  return {
    ...file,
    devices: file.devices.map((device) => ({
      ...device,
      memoryBytes: device.memoryBytes ?? Number.POSITIVE_INFINITY,
    })),
  };
}

function writeFidelity({
  dispatch,
  transferOrder,
  ...fidelity
}: Scenario["fidelity"]): ScenarioFile["fidelity"] {
  return {
    ...fidelity,
    ...(dispatch !== "strict" && { dispatch }),
    ...(transferOrder !== "first-come" && { transferOrder }),
  };
}

function readFidelity(file: ScenarioFile["fidelity"]): Scenario["fidelity"] {
  if (file === undefined) return defaultFidelity;
  if (typeof file !== "string")
    return {
      ...file,
      dispatch: file.dispatch ?? "strict",
      transferOrder: file.transferOrder ?? "first-come",
    };
  const known = fidelities.find((fidelity) => fidelity.name === file);
  if (known === undefined)
    throw new InputError(
      `fidelity is "${file}", expected ${fidelities.map(({ name }) => name).join(" or ")}, or an object.`,
    );
  return known;
}

function within<T>(name: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`Scenario file "${name}": ${error.message}`);
    throw error;
  }
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`);
  return `{${fields.join(",")}}`;
}
