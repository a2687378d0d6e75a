/**
 * Named devices as data: peak speeds and sizes from the makers' data sheets, and the shares of the peaks that kernels sustain.
 *
 * The shares are the model's only fitted numbers. Those of K80 and P100 are fitted to TensorFlow's published training
 * benchmarks (tensorflow.org/performance/benchmarks, May 2017; one GPU, batch 32, synthetic data; images per second):
 * Inception-V3 29.3 on a K80 die and 128 on a P100, ResNet-50 49.5 and 195. test/scenarios/clusters.test.ts prints how
 * near the roofline comes. Newer devices carry the P100's shares over, which is a choice and not a measurement.
 */
import type { Device } from "../../env/index.ts";

export interface DeviceSheet {
  readonly kind: string;
  readonly summary: string;
  /** Peak FLOP per us by number type. */
  readonly flopsPerUs: Readonly<Record<string, number>>;
  readonly memoryBytesPerUs: number;
  readonly memoryBytes: number;
  readonly launchUs: number;
  /** Share of the peak FLOP/s that ops of a type sustain; `*` for all others. */
  readonly efficiency: Readonly<Record<string, number>>;
  /** Share of the peak memory bandwidth that streaming kernels sustain. */
  readonly memoryShare: number;
}

const GIB = 2 ** 30;
/** FLOP per us of one TFLOP/s, and bytes per us of one GB/s. */
const TFLOPS = 1e6;
const GBPS = 1e3;

/** Convolutions use most of the arithmetic units; products of the sizes that recurrent steps have use fewer. */
const shares = (convolution: number, product: number) => ({
  Conv2D: convolution,
  Conv2DBackpropInput: convolution,
  Conv2DBackpropFilter: convolution,
  MatMul: product,
  BatchMatMul: product,
  "*": 0.25,
});

export const deviceSheets = {
  /** One of the two GK210 dies of a board. NVIDIA Tesla K80 board specification: 8.74 TFLOP/s, 480 GB/s, 24 GB for both dies. */
  K80: {
    kind: "K80",
    summary: "one GK210 die of a Tesla K80",
    flopsPerUs: { float32: 4.37 * TFLOPS },
    memoryBytesPerUs: 240 * GBPS,
    memoryBytes: 12 * GIB,
    // The overhead that the published Placeto simulator charges for an op on a p2.8xlarge.
    launchUs: 5.7,
    efficiency: shares(0.3, 0.3),
    memoryShare: 0.75,
  },
  /** NVIDIA Tesla P100 data sheet, SXM2: 10.6 TFLOP/s single, 21.2 half, 732 GB/s, 16 GB. */
  P100: {
    kind: "P100",
    summary: "Tesla P100 SXM2, 16 GB",
    flopsPerUs: { float32: 10.6 * TFLOPS, float16: 21.2 * TFLOPS },
    memoryBytesPerUs: 732 * GBPS,
    memoryBytes: 16 * GIB,
    launchUs: 5,
    efficiency: shares(0.53, 0.53),
    memoryShare: 0.75,
  },
  /** NVIDIA Tesla V100 data sheet, SXM2: 15.7 TFLOP/s single, 125 with tensor cores, 900 GB/s, 16 GB. */
  V100: {
    kind: "V100",
    summary: "Tesla V100 SXM2, 16 GB",
    flopsPerUs: { float32: 15.7 * TFLOPS, float16: 125 * TFLOPS },
    memoryBytesPerUs: 900 * GBPS,
    memoryBytes: 16 * GIB,
    launchUs: 5,
    efficiency: shares(0.53, 0.53),
    memoryShare: 0.75,
  },
  /** NVIDIA A100 data sheet, SXM4 40 GB: 19.5 TFLOP/s single, 156 TF32, 312 half with tensor cores, 1,555 GB/s. */
  A100: {
    kind: "A100",
    summary: "A100 SXM4, 40 GB",
    flopsPerUs: { float32: 19.5 * TFLOPS, tfloat32: 156 * TFLOPS, float16: 312 * TFLOPS },
    memoryBytesPerUs: 1555 * GBPS,
    memoryBytes: 40 * GIB,
    launchUs: 5,
    efficiency: shares(0.53, 0.53),
    memoryShare: 0.75,
  },
  /**
   * The 16 cores of an Intel Xeon E5-2686 v4 that a p2.8xlarge shows as 32 virtual CPUs: 16 x 2.3 GHz x 32 FLOP (two
   * 8-wide fused multiply-adds) per cycle, four channels of DDR4-2400, 488 GiB. Sustained shares are our choice, at the level
   * of a framework's multi-threaded kernels.
   */
  Xeon: {
    kind: "CPU",
    summary: "host CPU, 16 cores of a Xeon E5-2686 v4",
    flopsPerUs: { float32: 1.1776 * TFLOPS },
    memoryBytesPerUs: 76.8 * GBPS,
    memoryBytes: 488 * GIB,
    launchUs: 5,
    efficiency: shares(0.3, 0.3),
    memoryShare: 0.6,
  },
} as const satisfies Readonly<Record<string, DeviceSheet>>;

export type DeviceModel = keyof typeof deviceSheets;

export function deviceOf(model: DeviceModel, name: string): Device {
  const { kind, flopsPerUs, memoryBytesPerUs, memoryBytes, launchUs, efficiency, memoryShare }: DeviceSheet =
    deviceSheets[model];
  return {
    name,
    kind,
    flopsPerUs,
    memoryBytesPerUs: memoryBytesPerUs * memoryShare,
    memoryBytes,
    launchUs,
    efficiency,
  };
}
