/**
 * What frameworks call the devices of a cluster. Accelerators and host CPUs are numbered
 * separately, from 0 in the order of the cluster, as one process numbers the devices it sees. On a
 * cluster of several machines the numbers go on from machine to machine.
 */
import { type Cluster, isCpu } from "./cluster.ts";

export interface FrameworkDevice {
  readonly family: "cpu" | "gpu" | "tpu";
  /** Position among the devices of its family. */
  readonly index: number;
  /** Position among all accelerators; -1 for a CPU. */
  readonly accelerator: number;
}

export function frameworkDevices({ devices }: Cluster): readonly FrameworkDevice[] {
  const counts = { cpu: 0, gpu: 0, tpu: 0 };
  let accelerators = 0;
  return devices.map((device) => {
    const family = isCpu(device) ? "cpu" : /^tpu/i.test(device.kind) ? "tpu" : "gpu";
    const accelerator = family === "cpu" ? -1 : accelerators++;
    return { family, index: counts[family]++, accelerator };
  });
}

/** Hugging Face Accelerate: an accelerator's number, or `cpu`. */
export const accelerateDevice = ({ family, accelerator }: FrameworkDevice): number | string =>
  family === "cpu" ? "cpu" : accelerator;

/** PyTorch: `cuda:0`, `xla:0` or `cpu`. */
export const torchDevice = ({ family, index }: FrameworkDevice): string =>
  family === "cpu" ? "cpu" : `${family === "gpu" ? "cuda" : "xla"}:${index}`;

/** TensorFlow: `/device:GPU:0`. */
export const tensorflowDevice = ({ family, index }: FrameworkDevice): string =>
  `/device:${family.toUpperCase()}:${index}`;
