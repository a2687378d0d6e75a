/**
 * Clusters of a count and a kind:
 *
 *     4xA100               four A100 in one machine
 *     16xV100              as many machines as needed, filled in turn: two of eight
 *     2x4xA100             two machines of four
 *     2x8xA100+8xT4        machines of several kinds on one network
 *
 * machines.ts says what a machine of a kind is. One machine stands alone; several are joined by one
 * network switch. Accelerators are numbered through all machines, and so are hosts.
 */
import { type Cluster, type Device, egressCluster } from "../../env/model/cluster/cluster.ts";
import { InputError } from "../../env/model/errors.ts";
import { nearest } from "../../env/model/suggest.ts";
import { type DeviceModel, deviceOf, deviceSheets } from "./devices.ts";
import { fabricCluster } from "./fabric.ts";
import { type MachineSheet, machineSheets, NETWORK } from "./machines.ts";
import { joined, type Part } from "./topologies.ts";

/** So many that routes between all pairs stay small. */
export const MOST_DEVICES = 512;

/** Names of kinds that a cluster may count: those of the table in docs/clusters.md. */
export const countedKinds = Object.keys(machineSheets) as readonly DeviceModel[];

interface Term {
  readonly model: DeviceModel;
  /** Accelerators of each machine. */
  readonly sizes: readonly number[];
}

/** Null where the text has another form; throws a sentence where it has this one and is wrong. */
export function generatedCluster(text: string): Cluster | null {
  const words = text.split("+").map((part) => /^(?:(\d+)x)?(\d+)x([A-Za-z]\w*)$/.exec(part));
  if (words.some((word) => word === null)) return null;
  const terms = words.map((word) => termOf(text, word!));
  const machines = terms.flatMap(({ model, sizes }) => sizes.map((size) => ({ model, size })));
  const devices = machines.reduce((sum, { size }) => sum + size, 0);
  if (devices > MOST_DEVICES)
    throw new InputError(`cluster "${text}" has ${devices} devices, expected at most ${MOST_DEVICES}.`);
  const loner = terms.find(({ model }) => !machineSheets[model].joinsOthers);
  if (loner !== undefined && terms.some(({ model }) => model !== loner.model))
    throw new InputError(`cluster "${text}": ${loner.model} is joined to ${loner.model} alone.`);
  return machines.length === 1 ? aloneCluster(text, machines[0]) : joinedCluster(text, machines);
}

/**
 * The same count of the nearest kind, for a text that counts a kind which is not there; undefined
 * where none is near.
 */
export function nearestGenerated(text: string): string | undefined {
  const [, counts, kind] = /^((?:\d+x){1,2})([A-Za-z]\w*)$/.exec(text) ?? [];
  const known = kind === undefined ? undefined : nearest(kind, countedKinds);
  return known === undefined || known === kind ? undefined : `${counts}${known}`;
}

function termOf(text: string, [, machines, count, kind]: RegExpExecArray): Term {
  const model = countedKinds.find((known) => known === kind || deviceSheets[known].kind === kind);
  if (model === undefined) {
    const guess = nearestGenerated(text);
    throw new InputError(
      guess === undefined
        ? `cluster "${text}" counts the kind "${kind}", expected ${countedKinds.join(", ")}; a file such as ./mine.json describes any other.`
        : `cluster "${text}" is not known. Did you mean "${guess}"?`,
    );
  }
  const { most } = machineSheets[model];
  const [asked, each] = [machines === undefined ? undefined : Number(machines), Number(count)];
  if (each === 0 || asked === 0)
    throw new InputError(`cluster "${text}" has no ${kind}, expected a count of at least 1.`);
  if (each > MOST_DEVICES || (asked ?? 0) > MOST_DEVICES)
    throw new InputError(`cluster "${text}" has too many devices, expected at most ${MOST_DEVICES}.`);
  if (asked !== undefined && each > most)
    throw new InputError(
      `cluster "${text}": a machine of ${model} has at most ${most}, expected MACHINESxCOUNTxKIND with a count of 1 to ${most}.`,
    );
  return { model, sizes: asked === undefined ? filled(each, most) : Array(asked).fill(each) };
}

const filled = (count: number, most: number): number[] =>
  Array.from({ length: Math.ceil(count / most) }, (_, m) => Math.min(most, count - m * most));

interface Sized {
  readonly model: DeviceModel;
  readonly size: number;
}

function aloneCluster(name: string, { model, size }: Sized): Cluster {
  const sheet = machineSheets[model];
  const { own, hosts } = devicesOf({ model, size }, sheet, { accelerators: 0, hosts: 0 });
  const wired = sheet.alone(own, hosts);
  if ("port" in wired) return egressCluster(name, [...own, ...hosts], wired.port);
  return joined(name, [wired], sheet.routing);
}

function joinedCluster(name: string, sizes: readonly Sized[]): Cluster {
  const before = { accelerators: 0, hosts: 0 };
  const machines = sizes.map((sized, number) => {
    const sheet = machineSheets[sized.model];
    const { own, hosts } = devicesOf(sized, sheet, before);
    before.accelerators += own.length;
    before.hosts += hosts.length;
    return sheet.joined(own, hosts, number);
  });
  const parts = machines.map(({ part }) => part);
  const all = <T>(of: (part: Part) => readonly T[]): T[] => parts.flatMap((part) => of(part));
  return fabricCluster({
    name,
    devices: [...all(({ accelerators }) => accelerators), ...all(({ hosts }) => hosts)],
    switches: [...all(({ switches }) => switches), NETWORK],
    relays: all(({ relays }) => relays),
    cables: [...all(({ cables }) => cables), ...machines.flatMap(({ cards }) => cards)],
    routes: machineSheets[sizes[0].model].routes,
    routing: "cut-through",
  });
}

/** Accelerators and hosts of one machine, numbered after those before. A CPU is its own host. */
function devicesOf(
  { model, size }: Sized,
  { perHost }: MachineSheet,
  before: { readonly accelerators: number; readonly hosts: number },
): { readonly own: readonly Device[]; readonly hosts: readonly Device[] } {
  const prefix = model.startsWith("TPU") ? "tpu" : "gpu";
  const hosts = Array.from({ length: Math.ceil(size / perHost) }, (_, h) =>
    deviceOf("Xeon", `cpu:${before.hosts + h}`),
  );
  if (model === "Xeon") return { own: [], hosts };
  const own = Array.from({ length: size }, (_, i) => deviceOf(model, `${prefix}:${before.accelerators + i}`));
  return { own, hosts };
}
