/**
 * Fidelities by name: the switches of one, and what else it assumes of a cluster. `?fidelity=NAME`
 * applies both.
 *
 * `tf-2017` is TensorFlow 1.0 to 1.12 on GPUs, as the papers of 2017 to 2020 measured it:
 *
 * - A transfer costs 134 us beside its bytes, and links pass 5,700 bytes per us at most. Baechi's
 *   public code has this fit of its own machine as an example (Jeon et al., SoCC 2020). It is the
 *   larger of two published fits: Placeto's simulator has 25 us and 7,600 bytes per us.
 * - A K80 shows 11.10 GiB free of its 12, a P100 15.61 of its 16: lines of TensorFlow's log. The
 *   allocator leaves out the larger of 300 MiB and 5% of that (`MinSystemMemory`, gpu_device.cc).
 *   Other accelerators have the P100's share, an assumption.
 * - Its allocator may hand out chunks of almost twice the size asked for (bfc_allocator.cc). How
 *   far it does is not published. So nothing is charged; `memory=0.5x` is the worst case.
 *
 * `tf-2017` leaves the rest as it is. A tensor is sent once to each device, copies overlap with
 * kernels, and devices keep their own time to launch an op.
 */
import { type Cluster, type Device, isCpu, validateCluster } from "../cluster/cluster.ts";
import { InputError } from "../errors.ts";
import type { Scenario } from "../scenario.ts";
import { notKnown } from "../suggest.ts";
import { defaultFidelity, type Fidelity, placetoFidelity, tensorflow2017Fidelity } from "./fidelity.ts";

export interface NamedFidelity {
  readonly fidelity: Fidelity;
  /** One sentence. */
  readonly summary: string;
  /** What it assumes of links and memory; undefined where the cluster stays as it is. */
  readonly clusterUnder?: (cluster: Cluster) => Cluster;
}

const MIB = 2 ** 20;
const FASTEST_BYTES_PER_US = 5_700;

/** Share of the memory on the data sheet that TensorFlow's log calls free. */
const FREE_SHARE: Readonly<Record<string, number>> = { K80: 11.1 / 12, P100: 15.61 / 16 };

export const namedFidelities: readonly NamedFidelity[] = [
  {
    fidelity: defaultFidelity,
    summary: "A transfer for each destination device, weights and live activations in memory.",
  },
  {
    fidelity: placetoFidelity,
    summary: "The simulator published with Placeto (NeurIPS 2019): free multicast, no memory limit.",
  },
  {
    fidelity: tensorflow2017Fidelity,
    summary:
      "TensorFlow 1 on GPUs: 134 us for each transfer, 5.7 GB/s at most, memory that its allocator leaves.",
    clusterUnder: tensorflow2017Cluster,
  },
];

/**
 * The scenario under a named fidelity. Its optimizer state stays where the fidelity counts weights,
 * and so does the routing of the cluster's switches. Throws one sentence where the name is unknown.
 */
export function withFidelity(scenario: Scenario, name: string): Scenario {
  const known = namedFidelities.find(({ fidelity }) => fidelity.name === name);
  if (known === undefined)
    throw new InputError(
      notKnown(
        "Fidelity",
        name,
        namedFidelities.map(({ fidelity }) => fidelity.name),
      ),
    );
  const { fidelity, clusterUnder } = known;
  const cluster = clusterUnder?.(scenario.cluster) ?? scenario.cluster;
  return { ...scenario, cluster, fidelity: keeping(scenario, fidelity) };
}

function keeping({ fidelity: own, cluster }: Scenario, fidelity: Fidelity): Fidelity {
  const optimizerSlots = fidelity.memory === "training" ? own.optimizerSlots : fidelity.optimizerSlots;
  const routing = cluster.routing ?? fidelity.routing;
  const notes = [
    ...(optimizerSlots === fidelity.optimizerSlots ? [] : [`${optimizerSlots} optimizer slots`]),
    ...(routing === fidelity.routing ? [] : [routing]),
  ];
  return { ...fidelity, name: [fidelity.name, ...notes].join(", "), optimizerSlots, routing };
}

/** The longest route has the whole cost of a transfer; each of its links has its part. */
function tensorflow2017Cluster(cluster: Cluster): Cluster {
  const hops = Math.max(1, ...cluster.routes.flat().map((route) => route.length));
  const latencyUs = tensorflow2017Fidelity.transferGapUs / hops;
  return validateCluster({
    ...cluster,
    devices: cluster.devices.map((device) => ({ ...device, memoryBytes: allocatorBytes(device) })),
    links: cluster.links.map((link) => ({
      ...link,
      bytesPerUs: Math.min(link.bytesPerUs, FASTEST_BYTES_PER_US),
      latencyUs: Math.max(link.latencyUs, latencyUs),
    })),
  });
}

/** What the allocator of an accelerator has; 0 or less never, since it takes a share of little. */
function allocatorBytes(device: Device): number {
  const { kind, memoryBytes } = device;
  if (isCpu(device) || memoryBytes === Number.POSITIVE_INFINITY) return memoryBytes;
  const free = memoryBytes * (FREE_SHARE[kind] ?? FREE_SHARE.P100);
  return Math.max(free / 2, free - Math.max(300 * MIB, 0.05 * free));
}
