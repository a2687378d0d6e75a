/**
 * Options that change a cluster, wherever it comes from:
 *
 *     bandwidth=25GB/s     every link has this bandwidth; bandwidth=0.5x is half of its own
 *     latency=5us          every link has this latency; latency=2x is twice its own
 *     memory=16GiB         every accelerator has this memory; every device where all are CPUs
 *
 * The changed cluster is named after the options, `4xA100?bandwidth=25GB/s`.
 */
import { type Cluster, isCpu, validateCluster } from "../../env/model/cluster/cluster.ts";
import { type Query, queryText } from "../../env/model/user/query.ts";
import { type QuantityKind, readQuantity } from "./quantities.ts";

const kinds = {
  bandwidth: "bandwidth",
  latency: "time",
  memory: "memory",
} as const satisfies Readonly<Record<string, QuantityKind>>;
type Change = keyof typeof kinds;

export const clusterOptions: Readonly<Record<Change, string>> = {
  bandwidth: "bandwidth of every link: 25GB/s, 100Gbit/s, or 0.5x for half of its own",
  latency: "latency of every link: 5us, or 2x for twice its own",
  memory: "memory of every accelerator: 16GiB, or 0.5x for half of its own",
};

export const CLUSTER_OPTIONS = Object.keys(clusterOptions) as readonly Change[];

/** The cluster with the options of the query that are named above; others are left alone. */
export function changedCluster(cluster: Cluster, query: Query): Cluster {
  const given = CLUSTER_OPTIONS.filter((option) => query.text(option) !== undefined);
  if (given.length === 0) return cluster;
  const of = (option: Change, own: number): number => changed(query, option, own);
  const noAccelerators = cluster.devices.every(isCpu);
  const text = queryText(new Map(given.map((option) => [option, query.text(option)!])));
  return validateCluster({
    ...cluster,
    name: `${cluster.name}${cluster.name.includes("?") ? "&" : "?"}${text}`,
    devices: cluster.devices.map((device) =>
      isCpu(device) && !noAccelerators
        ? device
        : { ...device, memoryBytes: of("memory", device.memoryBytes) },
    ),
    links: cluster.links.map((link) => ({
      ...link,
      bytesPerUs: of("bandwidth", link.bytesPerUs),
      latencyUs: of("latency", link.latencyUs),
    })),
  });
}

function changed(query: Query, option: Change, own: number): number {
  const text = query.text(option);
  if (text === undefined) return own;
  const factor = /^(\d+(?:\.\d+)?)x$/.exec(text);
  if (factor !== null && (Number(factor[1]) > 0 || option === "latency")) return own * Number(factor[1]);
  const { value, expected, meant } = readQuantity(kinds[option], text);
  if (value !== null) return value;
  throw query.unfit(option, `${expected}, or a factor such as 0.5x`, meant === null ? [] : [meant]);
}
