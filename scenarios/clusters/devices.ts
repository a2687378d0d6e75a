/**
 * Named devices as data. Peak speeds and sizes are from the makers' data sheets; shares of the
 * peaks are what kernels sustain.
 *
 * The shares are the model's only fitted numbers. Those of K80 and P100 are fitted to TensorFlow's
 * published training benchmarks (tensorflow.org/performance/benchmarks, May 2017). They are images
 * per second on one GPU with batch 32 and synthetic data. Inception-V3 runs at 29.3 on a K80 die
 * and 128 on a P100, ResNet-50 at 49.5 and 195. test/scenarios/clusters/clusters.test.ts prints how
 * near the roofline comes. Newer devices have the P100's shares, which is a choice and not a
 * measurement.
 *
 * A device computes a number type that it has no units for in single precision. "Checked" below
 * means that the figure was compared with the maker's page or a table that quotes it. All other
 * figures are from memory of the maker's sheets.
 */
import type { Device } from "../../env/model/cluster/cluster.ts";

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

/**
 * FLOP per us from TFLOP/s, for every number type. A type without units has the speed of single
 * precision.
 */
const speeds = (float32: number, faster: Readonly<Record<string, number>> = {}) => {
  const inTflops = { float32, tfloat32: float32, float16: float32, bfloat16: float32, ...faster };
  return Object.fromEntries(Object.entries(inTflops).map(([dtype, tflops]) => [dtype, tflops * TFLOPS]));
};

/**
 * Depthwise convolutions starve the arithmetic units. PipeDream's profiles of NASNet-A sustain 0.07
 * to 0.62 TFLOP/s forward and 0.30 to 0.42 backward, by window. 0.3 TFLOP/s are 2% of the peak of a
 * V100. The profiles name no device; the paper's clusters A and B have V100s. Other devices take
 * over that share.
 */
const DEPTHWISE_SHARE = 0.02;

/**
 * Convolutions use most of the arithmetic units; products of the sizes that recurrent steps have
 * use fewer.
 */
const shares = (convolution: number, product: number) => ({
  Conv2D: convolution,
  Conv2DBackpropInput: convolution,
  Conv2DBackpropFilter: convolution,
  MatMul: product,
  BatchMatMul: product,
  DepthwiseConv2dNative: DEPTHWISE_SHARE,
  DepthwiseConv2dNativeBackpropInput: DEPTHWISE_SHARE,
  DepthwiseConv2dNativeBackpropFilter: DEPTHWISE_SHARE,
  "*": 0.25,
});

export const deviceSheets = {
  /**
   * One of the two GK210 dies of a board. NVIDIA Tesla K80 board specification: 8.74 TFLOP/s, 480
   * GB/s, 24 GB for both dies.
   */
  K80: {
    kind: "K80",
    summary: "one GK210 die of a Tesla K80",
    flopsPerUs: speeds(4.37),
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
    flopsPerUs: speeds(10.6, { float16: 21.2 }),
    memoryBytesPerUs: 732 * GBPS,
    memoryBytes: 16 * GIB,
    launchUs: 5,
    efficiency: shares(0.53, 0.53),
    memoryShare: 0.75,
  },
  /**
   * NVIDIA's page of the GeForce GTX 1080 Ti: 3,584 cores at 1.582 GHz, 11.34 TFLOP/s single, 484
   * GB/s, 11 GB. Half precision has a 64th of the units, so it computes in single.
   */
  GTX1080Ti: {
    kind: "GTX1080Ti",
    summary: "GeForce GTX 1080 Ti, 11 GB",
    flopsPerUs: speeds(11.34),
    memoryBytesPerUs: 484 * GBPS,
    memoryBytes: 11 * GIB,
    launchUs: 5,
    efficiency: shares(0.53, 0.53),
    memoryShare: 0.75,
  },
  /**
   * NVIDIA Tesla V100 data sheet, SXM2: 15.7 TFLOP/s single, 125 with tensor cores, 900 GB/s, 16
   * GB.
   */
  V100: {
    kind: "V100",
    summary: "Tesla V100 SXM2, 16 GB",
    flopsPerUs: speeds(15.7, { float16: 125 }),
    memoryBytesPerUs: 900 * GBPS,
    memoryBytes: 16 * GIB,
    launchUs: 5,
    efficiency: shares(0.53, 0.53),
    memoryShare: 0.75,
  },
  /**
   * NVIDIA T4 data sheet: 8.1 TFLOP/s single, 65 half with tensor cores, 320 GB/s, 16 GB. Checked.
   */
  T4: {
    kind: "T4",
    summary: "T4, 16 GB",
    flopsPerUs: speeds(8.1, { float16: 65 }),
    memoryBytesPerUs: 320 * GBPS,
    memoryBytes: 16 * GIB,
    launchUs: 5,
    efficiency: shares(0.53, 0.53),
    memoryShare: 0.75,
  },
  /**
   * NVIDIA A100 data sheet, SXM4 40 GB: 19.5 TFLOP/s single, 156 TF32, 312 half and bfloat16 with
   * tensor cores, 1,555 GB/s.
   */
  A100: {
    kind: "A100",
    summary: "A100 SXM4, 40 GB",
    flopsPerUs: speeds(19.5, { tfloat32: 156, float16: 312, bfloat16: 312 }),
    memoryBytesPerUs: 1555 * GBPS,
    memoryBytes: 40 * GIB,
    launchUs: 5,
    efficiency: shares(0.53, 0.53),
    memoryShare: 0.75,
  },
  /**
   * NVIDIA H100 data sheet, SXM5, without sparsity: 66.9 TFLOP/s single, 494.7 TF32, 989.4 half and
   * bfloat16 with tensor cores, 3,350 GB/s, 80 GB. Checked.
   */
  H100: {
    kind: "H100",
    summary: "H100 SXM5, 80 GB",
    flopsPerUs: speeds(66.9, { tfloat32: 494.7, float16: 989.4, bfloat16: 989.4 }),
    memoryBytesPerUs: 3350 * GBPS,
    memoryBytes: 80 * GIB,
    launchUs: 5,
    efficiency: shares(0.53, 0.53),
    memoryShare: 0.75,
  },
  /**
   * A chip of two cores. cloud.google.com/tpu/docs/v3: 123 TFLOP/s bfloat16, 32 GiB, 900 GB/s.
   * Checked. XLA multiplies single precision in one bfloat16 pass unless told otherwise, hence one
   * speed. A compiled program launches no kernels one by one: the 1 us is our choice.
   */
  TPUv3: {
    kind: "TPUv3",
    summary: "TPU v3 chip, 32 GiB",
    flopsPerUs: speeds(123),
    memoryBytesPerUs: 900 * GBPS,
    memoryBytes: 32 * GIB,
    launchUs: 1,
    efficiency: shares(0.53, 0.53),
    memoryShare: 0.75,
  },
  /**
   * A chip of two cores. cloud.google.com/tpu/docs/v4: 275 TFLOP/s bfloat16, 32 GiB, 1,200 GB/s.
   * Checked. The rest is as for TPU v3.
   */
  TPUv4: {
    kind: "TPUv4",
    summary: "TPU v4 chip, 32 GiB",
    flopsPerUs: speeds(275),
    memoryBytesPerUs: 1200 * GBPS,
    memoryBytes: 32 * GIB,
    launchUs: 1,
    efficiency: shares(0.53, 0.53),
    memoryShare: 0.75,
  },
  /**
   * The 16 cores of an Intel Xeon E5-2686 v4, which a p2.8xlarge shows as 32 virtual CPUs. Peak
   * speed: 16 cores x 2.3 GHz x 32 FLOP per cycle (two 8-wide fused multiply-adds). Memory: four
   * channels of DDR4-2400, 488 GiB. Sustained shares are our choice, at the level of a framework's
   * multi-threaded kernels.
   */
  Xeon: {
    kind: "CPU",
    summary: "host CPU, 16 cores of a Xeon E5-2686 v4",
    flopsPerUs: speeds(1.1776),
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
