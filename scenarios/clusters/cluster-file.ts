/**
 * Cluster files: a JSON object that describes a machine of one's own. docs/clusters.md has the
 * schema with examples. Three forms are read:
 *
 * - devices with either `ports`, one for each device on one switch, or `cables`, from which routes
 *   follow (fabric.ts);
 * - the `cluster` of a scenario file: devices, links and routes, in us and bytes;
 * - a scenario file, of which the cluster is taken.
 *
 * Quantities have units. What a device leaves open comes from the named device that it is `like`.
 * Mistakes are one sentence without the file's name, which the caller puts in front.
 */
import { z } from "zod";
import { type Cluster, type Device, egressCluster, isCpu } from "../../env/model/cluster/cluster.ts";
import { InputError } from "../../env/model/errors.ts";
import { readCluster, SCENARIO_SCHEMA, sentenceOf } from "../../env/model/file.ts";
import { didYouMean } from "../../env/model/suggest.ts";
import { type DeviceModel, deviceSheets } from "./devices.ts";
import { type Cable, fabricCluster, type LinkSpeed } from "./fabric.ts";
import { MOST_DEVICES } from "./generated.ts";
import { type QuantityKind, readQuantity } from "./quantities.ts";

export const CLUSTER_SCHEMA = "placement-gym/cluster-1";

const link = { bandwidth: z.string(), latency: z.string() };
const end = z.union([z.string(), z.array(z.string())]);

const deviceSchema = z.strictObject({
  like: z.string().optional(),
  kind: z.string().min(1).optional(),
  name: z.string().min(1).optional(),
  count: z.int().min(1).max(MOST_DEVICES).optional(),
  flops: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
  memory: z.string().nullable().optional(),
  memoryBandwidth: z.string().optional(),
  memoryShare: z.number().positive().max(1).optional(),
  launch: z.string().optional(),
  usdPerHour: z.number().positive().optional(),
  computeShare: z.number().min(0).max(1).optional(),
  transferShare: z.number().min(0).max(1).optional(),
  efficiency: z.union([z.number().positive(), z.record(z.string(), z.number().positive())]).optional(),
});

const fileSchema = z.strictObject({
  schema: z.literal(CLUSTER_SCHEMA).optional(),
  name: z.string().min(1).optional(),
  devices: z.array(deviceSchema).min(1),
  ports: z.strictObject(link).optional(),
  switches: z.array(z.string()).optional(),
  relays: z.array(z.string()).optional(),
  cables: z
    .array(z.strictObject({ ends: z.tuple([end, end]), ...link, duplex: z.literal("half").optional() }))
    .optional(),
  routes: z.enum(["shortest", "widest"]).optional(),
  routing: z.literal("cut-through").optional(),
});

type ClusterFile = z.infer<typeof fileSchema>;
type DeviceEntry = z.infer<typeof deviceSchema>;

/** Whether a JSON value is meant as a cluster and not as a graph or a scenario. */
export function looksLikeCluster(json: unknown): boolean {
  if (typeof json !== "object" || json === null) return false;
  if ("schema" in json) return json.schema === CLUSTER_SCHEMA;
  const isGraph = ["graph", "ops", "nodes", "edges"].some((field) => field in json);
  return !isGraph && "devices" in json && ["ports", "cables", "links", "routes"].some((key) => key in json);
}

/** `usualName` is the name of a cluster that has none. */
export function clusterOfJson(json: unknown, usualName: string): Cluster {
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new InputError("the top level is no object, expected one with devices.");
  if ("schema" in json && json.schema === SCENARIO_SCHEMA && "cluster" in json)
    return readCluster(json.cluster);
  if ("links" in json || Array.isArray((json as { routes?: unknown }).routes)) return readCluster(json);
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) throw new InputError(sentenceOf(parsed.error));
  return describedCluster(parsed.data, usualName);
}

function describedCluster(file: ClusterFile, usualName: string): Cluster {
  const { name = usualName, ports, cables, switches = [], relays = [], routes, routing } = file;
  const devices = devicesOf(file.devices);
  if (ports !== undefined) {
    const other = (["cables", "switches", "relays", "routes", "routing"] as const).find(
      (field) => file[field] !== undefined,
    );
    if (other !== undefined)
      throw new InputError(`both ports and ${other} are given; ports put every device on one switch.`);
    return egressCluster(name, devices, speedOf("ports", ports));
  }
  if (cables === undefined && devices.length > 1)
    throw new InputError("neither ports nor cables are given, expected one of them to join the devices.");
  const known = [...devices.map((device) => device.name), ...switches];
  const expand = (text: string): readonly string[] => namesIn(text, known);
  return fabricCluster({
    name,
    devices,
    switches,
    relays: relays.flatMap(expand),
    cables: (cables ?? []).flatMap((cable, i) => cablesOf(`cables[${i}]`, cable, expand)),
    routes,
    routing,
  });
}

function devicesOf(entries: readonly DeviceEntry[]): readonly Device[] {
  const used: Record<string, number> = {};
  const devices = entries.flatMap((entry, i): Device[] => {
    const where = `devices[${i}]`;
    const { name, count } = entry;
    if (name !== undefined && count !== undefined)
      throw new InputError(`${where} has both name and count; several devices are numbered by themselves.`);
    const device = deviceOfEntry(where, entry);
    if (name !== undefined) return [{ ...device, name }];
    const prefix = prefixOf(device);
    return Array.from({ length: count ?? 1 }, () => {
      used[prefix] = (used[prefix] ?? -1) + 1;
      return { ...device, name: `${prefix}:${used[prefix]}` };
    });
  });
  if (devices.length > MOST_DEVICES)
    throw new InputError(`there are ${devices.length} devices, expected at most ${MOST_DEVICES}.`);
  return devices;
}

function prefixOf(device: Device): string {
  if (isCpu(device)) return "cpu";
  return /^tpu/i.test(device.kind) ? "tpu" : "gpu";
}

function deviceOfEntry(where: string, entry: DeviceEntry): Device {
  const sheet = entry.like === undefined ? undefined : deviceSheets[modelOf(where, entry.like)];
  const need = <T>(field: keyof DeviceEntry, value: T | undefined): T => {
    if (value !== undefined) return value;
    const models = Object.keys(deviceSheets).join(", ");
    throw new InputError(`${where}.${field} is missing; "like" takes it from one of ${models}.`);
  };
  const of = (field: "memory" | "memoryBandwidth" | "launch", kind: QuantityKind): number | undefined =>
    entry[field] == null ? undefined : quantity(`${where}.${field}`, kind, entry[field]);
  const { efficiency, memoryShare = sheet?.memoryShare ?? 1 } = entry;
  const shares = typeof efficiency === "number" ? { "*": efficiency } : (efficiency ?? sheet?.efficiency);
  return {
    name: "",
    kind: need("kind", entry.kind ?? sheet?.kind),
    flopsPerUs: need("flops", speedsOf(`${where}.flops`, entry.flops) ?? sheet?.flopsPerUs),
    memoryBytesPerUs:
      need("memoryBandwidth", of("memoryBandwidth", "bandwidth") ?? sheet?.memoryBytesPerUs) * memoryShare,
    memoryBytes:
      entry.memory === null
        ? Number.POSITIVE_INFINITY
        : need("memory", of("memory", "memory") ?? sheet?.memoryBytes),
    launchUs: need("launch", of("launch", "time") ?? sheet?.launchUs),
    ...(shares !== undefined && { efficiency: shares }),
    ...(entry.usdPerHour !== undefined && { usdPerHour: entry.usdPerHour }),
    ...(entry.computeShare !== undefined && { computeShare: entry.computeShare }),
    ...(entry.transferShare !== undefined && { transferShare: entry.transferShare }),
  };
}

function modelOf(where: string, name: string): DeviceModel {
  const models = Object.keys(deviceSheets) as DeviceModel[];
  const model = models.find((known) => known === name);
  if (model !== undefined) return model;
  throw new InputError(
    `${where}.like is "${name}", expected one of ${models.join(", ")}.${didYouMean(name, models)}`,
  );
}

const DTYPES = ["float32", "tfloat32", "float16", "bfloat16"] as const;

/** One speed for all number types, or one for each. */
function speedsOf(where: string, flops: DeviceEntry["flops"]): Readonly<Record<string, number>> | undefined {
  if (flops === undefined) return undefined;
  const speeds = typeof flops === "string" ? DTYPES.map((dtype) => [dtype, flops]) : Object.entries(flops);
  if (speeds.length === 0) throw new InputError(`${where} is empty, expected a speed such as float32.`);
  return Object.fromEntries(
    speeds.map(([dtype, text]) => [
      dtype,
      quantity(typeof flops === "string" ? where : `${where}.${dtype}`, "speed", text),
    ]),
  );
}

function cablesOf(
  where: string,
  { ends, bandwidth, latency, duplex }: NonNullable<ClusterFile["cables"]>[number],
  expand: (text: string) => readonly string[],
): Cable[] {
  const speed = speedOf(where, { bandwidth, latency });
  const [from, to] = ends.map((each) => (typeof each === "string" ? [each] : each).flatMap(expand));
  const seen = new Set<string>();
  const cables = from.flatMap((a) =>
    to.flatMap((b): Cable[] => {
      const key = JSON.stringify([a, b].sort());
      if (a === b || seen.has(key)) return [];
      seen.add(key);
      return [{ ends: [a, b], speed, ...(duplex !== undefined && { duplex }) }];
    }),
  );
  if (cables.length === 0) throw new InputError(`${where} joins nothing, expected two different ends.`);
  return cables;
}

/** `gpu:*` is every name that begins so, `gpu:0-3` four of them; any other text is one name. */
function namesIn(text: string, known: readonly string[]): readonly string[] {
  if (known.includes(text)) return [text];
  if (text.endsWith("*")) {
    const found = known.filter((name) => name.startsWith(text.slice(0, -1)));
    return found.length === 0 ? [text] : found;
  }
  const [, prefix, first, last] = /^(.*?)(\d+)-(\d+)$/.exec(text) ?? [];
  const count = Number(last) - Number(first) + 1;
  if (prefix === undefined || !(count >= 1 && count <= MOST_DEVICES)) return [text];
  return Array.from({ length: count }, (_, i) => `${prefix}${Number(first) + i}`);
}

const speedOf = (
  where: string,
  { bandwidth, latency }: Record<"bandwidth" | "latency", string>,
): LinkSpeed => ({
  bytesPerUs: quantity(`${where}.bandwidth`, "bandwidth", bandwidth),
  latencyUs: quantity(`${where}.latency`, "time", latency),
});

function quantity(where: string, kind: QuantityKind, text: string): number {
  const { value, expected, meant } = readQuantity(kind, text);
  if (value !== null) return value;
  const guess = meant === null ? "" : ` Did you mean "${meant}"?`;
  throw new InputError(`${where} is "${text}", expected ${expected}.${guess}`);
}
