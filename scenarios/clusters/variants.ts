/**
 * A family of clusters drawn from seeds, in three splits. A method is trained on some machines and
 * judged on others.
 *
 * - `train`: ports on one switch, a ring of NVLink cables and an NVSwitch, of 2, 4, 5, 7 or 8
 *   accelerators;
 * - `validation`: the same wirings of 3 or 6 accelerators: sizes that training has not seen;
 * - `test`: PCIe trees, host ports and two machines on a network, of 2 to 8 accelerators: wirings
 *   that training has not seen.
 *
 * Kinds, link speeds and latencies have the same distribution in all splits. One cluster in three
 * has two kinds of accelerator; link speeds are uniform on a logarithmic scale. The same split and
 * number give the same cluster everywhere. Hosts come last: one, or two where there are two
 * machines.
 */
import type { Cluster } from "../../env/model/cluster/cluster.ts";
import { InputError } from "../../env/model/errors.ts";
import { createRng, type Rng } from "../../env/model/rng.ts";
import { type DeviceModel, deviceOf } from "./devices.ts";
import type { LinkSpeed } from "./fabric.ts";
import { hostPorts, joined, nvlinkMesh, nvswitch, pcieTree, ports } from "./topologies.ts";

export type ClusterSplit = "train" | "validation" | "test";

interface Draw {
  readonly name: string;
  readonly gpus: readonly ReturnType<typeof deviceOf>[];
  readonly fast: LinkSpeed;
  readonly slow: LinkSpeed;
}

const host = (machine = 0) => deviceOf("Xeon", `cpu:${machine}`);

const shapes = {
  ports: ({ name, gpus, fast }: Draw) =>
    joined(
      name,
      [
        ports(
          "hub",
          gpus,
          host(),
          gpus.map(() => fast),
          fast,
        ),
      ],
      "cut-through",
    ),
  ring: ({ name, gpus, fast, slow }: Draw) =>
    joined(name, [nvlinkMesh(gpus, host(), ringOf(gpus.length), { nvlink: fast, pcie: slow })]),
  nvswitch: ({ name, gpus, fast, slow }: Draw) =>
    joined(name, [nvswitch("hub", gpus, host(), { port: fast, pcie: slow })], "cut-through"),
  "pcie tree": ({ name, gpus, fast }: Draw) =>
    joined(name, [pcieTree(["pcie:0", "pcie:1"], gpus, host(), { lane: fast, uplink: fast })], "cut-through"),
  "host ports": ({ name, gpus, fast }: Draw) => joined(name, [hostPorts(gpus, host(), fast)]),
  "two machines": ({ name, gpus, fast, slow }: Draw) => {
    const half = Math.ceil(gpus.length / 2);
    const machines = [gpus.slice(0, half), gpus.slice(half)];
    const parts = machines.map((own, m) =>
      pcieTree([`pcie:${m}`], own, host(m), { lane: fast, uplink: fast }),
    );
    const cables = [{ ends: ["pcie:0", "pcie:1"] as const, speed: slow }];
    return joined(name, parts, "cut-through", { switches: [], cables });
  },
} as const satisfies Readonly<Record<string, (draw: Draw) => Cluster>>;

type Shape = keyof typeof shapes;

const splits: Readonly<
  Record<ClusterSplit, { readonly shapes: readonly Shape[]; readonly sizes: readonly number[] }>
> = {
  train: { shapes: ["ports", "ring", "nvswitch"], sizes: [2, 4, 5, 7, 8] },
  validation: { shapes: ["ports", "ring", "nvswitch"], sizes: [3, 6] },
  test: { shapes: ["pcie tree", "host ports", "two machines"], sizes: [2, 3, 4, 5, 6, 7, 8] },
};

const kinds: readonly DeviceModel[] = ["K80", "P100", "V100", "T4", "A100"];

/** Bytes per us: from Ethernet to PCIe, and from PCIe to NVLink. */
const SLOW: readonly [number, number] = [1_250, 12_000];
const FAST: readonly [number, number] = [12_000, 100_000];

/** Cluster `number` (0, 1, ...) of a split. */
export function clusterVariant(split: ClusterSplit, number: number): Cluster {
  const known = Object.keys(splits);
  if (!known.includes(split))
    throw new InputError(`The split of a cluster is "${split}", expected ${known.join(", ")}.`);
  if (!Number.isSafeInteger(number) || number < 0)
    throw new InputError(`The number of a cluster is ${number}, expected a whole number of at least 0.`);
  const rng = createRng(`clusters/${split}/${number}`);
  const { sizes } = splits[split];
  const shape = pick(rng, splits[split].shapes);
  const count = pick(rng, sizes);
  const models = [pick(rng, kinds), rng.int(3) === 0 ? pick(rng, kinds) : undefined];
  const second = models[1] ?? models[0]!;
  return shapes[shape]({
    name: `${split} ${number}: ${shape} of ${count}`,
    gpus: Array.from({ length: count }, (_, i) => deviceOf(i % 2 === 0 ? models[0]! : second, `gpu:${i}`)),
    fast: { bytesPerUs: between(rng, FAST), latencyUs: 1 + rng.int(10) },
    slow: { bytesPerUs: between(rng, SLOW), latencyUs: 5 + rng.int(46) },
  });
}

const pick = <T>(rng: Rng, choices: readonly T[]): T => choices[rng.int(choices.length)];

function between(rng: Rng, [low, high]: readonly [number, number]): number {
  return Math.round(low * (high / low) ** rng.next());
}

/** One cable from each to the next; two GPUs have one cable. */
function ringOf(count: number): number[][] {
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: count }, (_, j) => {
      const apart = Math.abs(i - j);
      return apart === 1 || apart === count - 1 ? 1 : 0;
    }),
  );
}
