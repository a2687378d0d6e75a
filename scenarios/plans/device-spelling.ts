/**
 * What programs call the devices of a cluster, as device numbers. Accelerators and CPUs are counted
 * separately, in the order of the cluster.
 *
 *     1                                          accelerator 1 (Accelerate, Transformers)
 *     "cuda:1", "gpu:1", "xla:1", "cpu"          PyTorch
 *     "/job:worker/task:0/device:GPU:1", "/gpu:1" TensorFlow
 *     "gpu:1"                                    the name of a device of the cluster goes first
 *
 * Several tasks of TensorFlow are several machines. Their devices are then counted in the order of
 * job, replica, task and number.
 */
import type { Cluster } from "../../env/model/cluster/cluster.ts";
import { type FrameworkDevice, frameworkDevices } from "../../env/model/cluster/framework-devices.ts";
import { InputError } from "../../env/model/errors.ts";

const WORD = /^(cpu|cuda|gpu|xla|tpu|npu|xpu|hpu|mps|mlu|musa)(?::(\d{1,6}))?$/i;
const TENSORFLOW =
  /^(?:\/job:([^/]+))?(?:\/replica:(\d+))?(?:\/task:(\d+))?\/(?:device:)?(?:xla_)?(cpu|gpu|tpu)(?::(\d{1,6}|\*))?$/i;
const NO_DEVICE = ["disk", "meta"];

/** Whether a program other than ours writes devices so. */
export const isFrameworkSpelling = (device: unknown): boolean =>
  typeof device === "string" && (WORD.test(device) || TENSORFLOW.test(device) || NO_DEVICE.includes(device));

/**
 * The device numbers of all spellings of one file. Throws one sentence for a spelling that is not
 * known, or that names a device which the cluster does not have. It begins with what `placed` says
 * of who has that spelling.
 */
export function devicesOf(
  spellings: Iterable<unknown>,
  cluster: Cluster,
  placed: (device: unknown) => string = () => "",
): ReadonlyMap<unknown, number> {
  const all = [...new Set(spellings)];
  const tasks = new Set(all.map(taskOf).filter((task) => task !== null));
  const numbers = tasks.size > 1 ? numbersOverTasks(all) : new Map<unknown, number>();
  return new Map(
    all.map((device) => {
      const number = deviceOf(device, cluster, numbers.get(device));
      if (typeof number === "string") throw new InputError(`${placed(device)}${number}`);
      return [device, number];
    }),
  );
}

/** The number, or a sentence on why there is none. */
function deviceOf(device: unknown, cluster: Cluster, overTasks: number | undefined): number | string {
  const named = cluster.devices.findIndex(({ name }) => name === device);
  if (named !== -1) return named;
  if (typeof device === "number" && Number.isInteger(device) && device >= 0)
    return nth(device, "accelerator", device, cluster);
  if (typeof device === "string" && NO_DEVICE.includes(device))
    return `the device "${device}" is none of a cluster: weights there are loaded while a step runs.`;
  const word = typeof device === "string" ? WORD.exec(device) : null;
  if (word !== null) return nth(Number(word[2] ?? 0), familyOf(word[1]), device, cluster);
  const path = typeof device === "string" ? TENSORFLOW.exec(device) : null;
  if (path !== null) return nth(overTasks ?? numberIn(path), familyOf(path[4]), device, cluster);
  const names = cluster.devices.map(({ name }) => `"${name}"`).join(", ");
  return `the device is ${JSON.stringify(device)?.slice(0, 80)}, expected a number, ${names}, or a name such as "cuda:0", "cpu" or "/device:GPU:0".`;
}

type Family = FrameworkDevice["family"] | "accelerator";

/** PyTorch's `xla` is a TPU where the cluster has one. */
const familyOf = (word: string): Family =>
  /^cpu$/i.test(word) ? "cpu" : /^(xla|tpu)$/i.test(word) ? "tpu" : "gpu";

/** The nth device of a family. Where the cluster has none, all accelerators are of it. */
function nth(n: number, family: Family, device: unknown, cluster: Cluster): number | string {
  const devices = frameworkDevices(cluster);
  const all = [...devices.keys()];
  const own = all.filter((d) => devices[d].family === family);
  const isOwn = own.length > 0 || family === "cpu";
  const fitting = isOwn ? own : all.filter((d) => devices[d].family !== "cpu");
  if (n < fitting.length) return fitting[n];
  const kind = isOwn ? family.toUpperCase() : "accelerator";
  const has = `${fitting.length} ${kind}${fitting.length === 1 ? "" : "s"}`;
  return `the device ${JSON.stringify(device)} is ${kind} ${n}, and cluster "${cluster.name}" has ${has}.`;
}

const numberIn = (path: RegExpExecArray): number =>
  path[5] === undefined || path[5] === "*" ? 0 : Number(path[5]);

/** Job, replica and task of a TensorFlow device, null for every other spelling. */
function taskOf(device: unknown): string | null {
  const path = typeof device === "string" ? TENSORFLOW.exec(device) : null;
  if (path === null || path[1] === undefined) return null;
  return `${path[1]} ${(path[2] ?? "0").padStart(6, "0")} ${(path[3] ?? "0").padStart(6, "0")}`;
}

/** Devices of several machines, counted on from one to the next, by family. */
function numbersOverTasks(all: readonly unknown[]): Map<unknown, number> {
  const found = all.flatMap((device) => {
    const path = typeof device === "string" ? TENSORFLOW.exec(device) : null;
    if (path === null) return [];
    const key = `${taskOf(device) ?? ""} ${String(numberIn(path)).padStart(6, "0")}`;
    return [{ device, family: familyOf(path[4]), key }];
  });
  const numbers = new Map<unknown, number>();
  for (const wanted of ["cpu", "gpu", "tpu"]) {
    const members = found.filter(({ family }) => family === wanted);
    const keys = [...new Set(members.map(({ key }) => key))].sort();
    for (const { device, key } of members) numbers.set(device, keys.indexOf(key));
  }
  return numbers;
}
