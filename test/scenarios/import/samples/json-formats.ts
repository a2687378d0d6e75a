/** JSON files in the formats of papers and of this program. */
import { testScenario, writeScenario } from "../../../../env/index.ts";
import type { Sample } from "./sample.ts";

const own = testScenario({
  graph: "a 5 400B params=8 touched=100 flops=1000\nb GPU:50|CPU:900 80B,16B group=g <- a\nc 20 <- a b:1 ^b",
  devices: ["GPU", "CPU"],
});
export const ownSamples: readonly Sample[] = [
  { content: JSON.stringify(writeScenario(own)), ops: 3, edges: 4 },
];

export const placetoSamples: readonly Sample[] = [
  {
    content: JSON.stringify({
      schema: "placeto-sim/1",
      params: { delta1: 5.7, delta2: 25, initOffset: 0, transferSpeed: 1500 },
      devices: ["0", "1"],
      ops: ["a", "b", "c"],
      cost: [10, 20, 30],
      outputs: [[100], [200, 50], []],
      inputs: [
        [],
        [[0, 0]],
        [
          [1, 1],
          [0, -1],
        ],
      ],
      runs: [{ kind: "given", place: [0, 1, 0], makespan: 1 }],
    }),
    ops: 3,
    edges: 3,
  },
];

const node = (id: number, more: object) => ({
  id,
  supportedOnFpga: 1,
  cpuLatency: 10,
  fpgaLatency: 1,
  size: 40,
  isBackwardNode: 0,
  ...more,
});
export const dnnPartitioningSamples: readonly Sample[] = [
  {
    content: JSON.stringify({
      maxFPGAs: 2,
      maxCPUs: 1,
      maxSizePerFPGA: 100,
      nodes: [
        node(1, { colorClass: 1 }),
        node(2, { colorClass: 2 }),
        node(4, { isBackwardNode: 1, colorClass: 2 }),
      ],
      edges: [
        { sourceId: 1, destId: 2, cost: 0.5 },
        { sourceId: 2, destId: 4, cost: 0.25 },
      ],
    }),
    ops: 3,
    edges: 2,
  },
];

const configuration = (id: string, timePerSample: number) => ({
  id,
  timePerSample,
  parameterSize: 1024,
  memoryUsageA: 10,
  memoryUsageB: 20,
  syncTimeFw: {},
  syncTimeBw: {},
});
const layer = (id: number, name: string) => ({
  id,
  name,
  TMPCs: {
    1: [configuration("vanilla", 0.02), configuration("activation recomp", 0.03)],
    2: [configuration("vanilla", 0.012), configuration("activation recomp", 0.018)],
  },
});
const piper = JSON.stringify({
  maxDevices: 3,
  maxMemoryPerDevice: 8e9,
  bandwidth: 25e9,
  mbsInBatch: 64,
  nodes: [layer(0, "layer1"), layer(1, "layer2"), layer(7, "layer2")],
  edges: [
    { sourceId: 0, destId: 1, communicationCost: 8192 },
    { sourceId: 0, destId: 7, communicationCost: 4096 },
    { sourceId: 1, destId: 7, communicationCost: 8192 },
  ],
});
export const piperSamples: readonly Sample[] = [
  { content: piper, ops: 3, edges: 3 },
  {
    content: piper,
    ops: 6,
    edges: 9,
    options: {
      backward: "separate",
      degree: "2",
      configuration: "activation recomp",
      time: "ms",
      share: "0.25",
    },
  },
];
