/**
 * A cluster on a card. Devices of one kind share a line, links of one speed share a line. A square
 * of letters shows the routes between devices, with one letter for each kind of route.
 */
import { type Cluster, isCpu } from "../../env/model/cluster/cluster.ts";
import { formatBytes, formatUs } from "../../results/text/format.ts";
import { columns, wrappedColumns } from "./columns.ts";

export interface DeviceLine {
  readonly kind: string;
  readonly names: readonly string[];
  readonly isHost: boolean;
  /** Peak of a number type in FLOP per us, null where the kind has no such speed. */
  readonly flopsPerUs: number | null;
  readonly memoryBytes: number | null;
  readonly memoryBytesPerUs: number;
}

export interface LinkLine {
  readonly names: readonly string[];
  readonly bytesPerUs: number;
  readonly latencyUs: number;
}

export interface RouteMatrix {
  readonly devices: readonly string[];
  /** One row for each sender: a letter for each receiver, a dot for itself. */
  readonly rows: readonly string[];
  readonly letters: Readonly<
    Record<string, { readonly bytesPerUs: number; readonly latencyUs: number; readonly links: number }>
  >;
}

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const MOST_NAMES = 4;

/** Speeds are those of a number type. */
export function devicesOf(cluster: Cluster, dtype: string): readonly DeviceLine[] {
  const lines = new Map<string, DeviceLine & { names: string[] }>();
  for (const device of cluster.devices) {
    const { kind, memoryBytes, memoryBytesPerUs } = device;
    const flopsPerUs = device.flopsPerUs[dtype] ?? null;
    const key = JSON.stringify([kind, flopsPerUs, memoryBytes, memoryBytesPerUs]);
    const line = lines.get(key);
    if (line !== undefined) line.names.push(device.name);
    else
      lines.set(key, {
        kind,
        names: [device.name],
        isHost: isCpu(device),
        flopsPerUs,
        memoryBytes: memoryBytes === Number.POSITIVE_INFINITY ? null : memoryBytes,
        memoryBytesPerUs,
      });
  }
  return [...lines.values()];
}

export function linksOf(cluster: Cluster): readonly LinkLine[] {
  const lines = new Map<string, { names: string[]; bytesPerUs: number; latencyUs: number }>();
  for (const { name, bytesPerUs, latencyUs } of cluster.links) {
    const line = lines.get(`${bytesPerUs} ${latencyUs}`);
    if (line !== undefined) line.names.push(name);
    else lines.set(`${bytesPerUs} ${latencyUs}`, { names: [name], bytesPerUs, latencyUs });
  }
  return [...lines.values()];
}

/** Routes are of one kind where narrowest link, summed latency and number of links are equal. */
export function routeMatrix({ devices, links, routes }: Cluster): RouteMatrix {
  const letterOf = new Map<string, string>();
  const letters: Record<string, { bytesPerUs: number; latencyUs: number; links: number }> = {};
  const rows = devices.map((_, from) =>
    devices
      .map((_, to) => {
        if (from === to) return ".";
        const crossed = routes[from][to].map((link) => links[link]);
        const route = {
          bytesPerUs: Math.min(...crossed.map(({ bytesPerUs }) => bytesPerUs)),
          latencyUs: crossed.reduce((sum, { latencyUs }) => sum + latencyUs, 0),
          links: crossed.length,
        };
        const key = JSON.stringify(route);
        const letter = letterOf.get(key) ?? LETTERS[letterOf.size] ?? "*";
        letterOf.set(key, letter);
        letters[letter] = route;
        return letter;
      })
      .join(""),
  );
  return { devices: devices.map(({ name }) => name), rows, letters };
}

/** The square is left out where its rows do not fit. */
export function clusterLines(
  cluster: {
    readonly name: string;
    readonly devices: readonly DeviceLine[];
    readonly links: readonly LinkLine[];
    readonly routes: RouteMatrix;
  },
  lineWidth: number,
): string[] {
  const { devices, links, routes } = cluster;
  const width = Math.max(...routes.devices.map((name) => name.length));
  const count = routes.devices.length;
  const square = routes.rows.map((row, d) => `    ${routes.devices[d].padEnd(width)}  ${[...row].join(" ")}`);
  return [
    `Cluster ${cluster.name}`,
    ...wrappedColumns(
      [
        ...devices.map((line) => [`${line.names.length} x ${line.kind}`, deviceText(line)] as const),
        ...links.map((line) => [`${line.names.length} links`, linkText(line)] as const),
      ],
      lineWidth,
    ),
    "",
    ...(square[0].length <= lineWidth
      ? ["  From each device (row) to each (column):", ...square]
      : [`  Routes between ${count} devices are of these kinds; --json has the square of them:`]),
    ...columns(
      Object.entries(routes.letters).map(([letter, { bytesPerUs, latencyUs, links: hops }]) => [
        `  ${letter}`,
        `${speed(bytesPerUs)}, ${formatUs(latencyUs)}, ${hops === 1 ? "1 link" : `${hops} links`}`,
      ]),
    ),
  ];
}

function deviceText({ names, isHost, flopsPerUs, memoryBytes, memoryBytesPerUs }: DeviceLine): string {
  return [
    namesText(names),
    isHost ? "host" : "",
    flopsPerUs === null ? "" : `${(flopsPerUs / 1e6).toPrecision(3)} TFLOP/s`,
    memoryBytes === null
      ? "memory without limit"
      : `${formatBytes(memoryBytes)} at ${speed(memoryBytesPerUs)}`,
  ]
    .filter(Boolean)
    .join(", ");
}

const linkText = ({ names, bytesPerUs, latencyUs }: LinkLine): string =>
  `${speed(bytesPerUs)}, ${formatUs(latencyUs)}: ${namesText(names)}`;

const namesText = (names: readonly string[]): string =>
  names.length <= MOST_NAMES
    ? names.join(", ")
    : `${names.slice(0, MOST_NAMES - 1).join(", ")}, ... ${names[names.length - 1]}`;

/** A byte per us is a MB per s. */
const speed = (bytesPerUs: number): string => `${formatBytes(bytesPerUs * 1e6)}/s`;
