/**
 * Results of PipeDream's public optimizer beside those of ../shared: other links and numbers of
 * machines, transfers free unless said. Bandwidths in bytes per us, times in seconds.
 */
export interface OptimizerRow {
  readonly profile: string;
  /** Machines and bandwidth of each level, the innermost first. */
  readonly levels: readonly (readonly [machines: number, bytesPerUs: number])[];
  readonly seconds: number;
  /** Time on one machine over that of data parallelism, and over that of the pipeline. */
  readonly dataParallel: number;
  readonly pipeline: number;
  readonly straight?: boolean;
  readonly charged?: boolean;
  /** States where the stages of the outermost level end, where the sheet has them. */
  readonly ends?: readonly number[];
  readonly replicas: readonly number[];
}

const flat = (machines: number) => [[machines, 1_250]] as const;
const ones = (count: number) => new Array<number>(count).fill(1);

export const optimizerRows: readonly OptimizerRow[] = [
  {
    ...{ profile: "vgg16", levels: flat(4), seconds: 0.1744984992, dataParallel: 1.34455, pipeline: 3.8541 },
    ...{ ends: [15, 40], replicas: [3, 1] },
  },
  {
    ...{
      profile: "vgg16",
      levels: flat(16),
      seconds: 0.0465874887,
      dataParallel: 4.61267,
      pipeline: 14.43596,
    },
    replicas: [9, 1, 2, 1, 1, 1, 1],
  },
  {
    ...{
      profile: "alexnet",
      levels: flat(4),
      seconds: 0.0229012016,
      dataParallel: 0.50795,
      pipeline: 3.72561,
    },
    ...{ ends: [6, 9, 22], replicas: [2, 1, 1] },
  },
  {
    ...{
      profile: "alexnet",
      levels: flat(16),
      seconds: 0.0070595952,
      dataParallel: 1.66779,
      pipeline: 12.08582,
    },
    replicas: [5, 2, 2, 3, 2, 1, 1],
  },
  {
    ...{ profile: "resnet50", levels: flat(4), seconds: 0.111497, dataParallel: 2.57515, pipeline: 3.97696 },
    ...{ ends: [45, 98, 165, 240], replicas: ones(4) },
  },
  {
    ...{ profile: "resnet50", levels: flat(16), seconds: 0.029212, dataParallel: 9.4583, pipeline: 15.17934 },
    replicas: [3, 3, ...ones(10)],
  },
  {
    ...{ profile: "resnet18", levels: flat(4), seconds: 0.065918, dataParallel: 2.79322, pipeline: 3.94038 },
    ...{ ends: [16, 59, 100], replicas: [2, 1, 1] },
  },
  {
    ...{ profile: "resnet18", levels: flat(16), seconds: 0.0179791845, dataParallel: 10.38926 },
    ...{ pipeline: 14.44682, replicas: [9, 2, ...ones(5)] },
  },
  {
    ...{ profile: "squeezenet1_0", levels: flat(4), seconds: 0.0721396075, dataParallel: 3.83878 },
    ...{ pipeline: 3.95575, ends: [64, 99], replicas: [3, 1] },
  },
  {
    ...{ profile: "squeezenet1_0", levels: flat(16), seconds: 0.0184484572, dataParallel: 15.20193 },
    ...{ pipeline: 15.46829, replicas: [7, 4, 2, 1, 2] },
  },
  {
    ...{ profile: "gnmt", levels: flat(4), seconds: 0.025868, dataParallel: 0.18346, pipeline: 3.45663 },
    replicas: ones(4),
  },
  {
    ...{ profile: "gnmt", levels: flat(16), seconds: 0.017125, dataParallel: 0.5925, pipeline: 5.22137 },
    replicas: [...ones(5), 10, 1],
  },
  {
    ...{ profile: "vgg16", levels: [[4, 12_000], ...flat(4)], seconds: 0.0440084155 },
    ...{ dataParallel: 5.03036, pipeline: 15.28196, replicas: [3, 1] },
  },
  {
    profile: "vgg16",
    levels: [
      [8, 30_000],
      [2, 3_125],
    ],
    ...{ seconds: 0.046381551, dataParallel: 9.86034, pipeline: 14.50005, replicas: [1, 1] },
  },
  {
    ...{ profile: "vgg16", levels: flat(4), seconds: 0.21645, dataParallel: 1.34455, pipeline: 3.10711 },
    ...{ straight: true, ends: [3, 11, 22, 40], replicas: ones(4) },
  },
  {
    ...{ profile: "resnet50", levels: flat(4), seconds: 0.111497, dataParallel: 2.57515, pipeline: 3.97696 },
    ...{ straight: true, ends: [45, 98, 165, 240], replicas: ones(4) },
  },
  {
    ...{ profile: "vgg16", levels: flat(4), seconds: 0.381063, dataParallel: 1.34455, pipeline: 1.76489 },
    ...{ straight: true, charged: true, ends: [10, 26, 32, 40], replicas: ones(4) },
  },
];
