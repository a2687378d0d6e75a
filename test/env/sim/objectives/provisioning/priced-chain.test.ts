import { expect, test } from "vitest";
import { readScenario } from "../../../../../env/model/file.ts";
import {
  frontBytes,
  pricedChain,
  problemOf,
} from "../../../../../env/sim/objectives/provisioning/priced-chain.ts";

const device = (name: string, kind: string, usdPerHour: number) => ({
  name,
  kind,
  flopsPerUs: {},
  memoryBytesPerUs: 1,
  memoryBytes: null,
  launchUs: 0,
  usdPerHour,
});
const scenario = readScenario(
  {
    schema: "placement-gym/scenario-1",
    graph: {
      batch: 8,
      ops: [
        { name: "ids", outputs: [40], measuredUs: { CPU: 0 } },
        { name: "table", outputs: [20], measuredUs: { CPU: 6, GPU: 9 }, inputs: [["ids"]] },
        { name: "dense", outputs: [10], measuredUs: { GPU: 4 }, inputs: [["table"]] },
        { name: "loss", outputs: [2], measuredUs: { CPU: 3, GPU: 1 }, inputs: [["dense"], ["table"]] },
        {
          name: "dense/grad",
          role: "backward",
          twin: "dense",
          outputs: [6],
          measuredUs: { GPU: 8 },
          inputs: [["loss"]],
        },
        {
          name: "table/grad",
          role: "backward",
          twin: "table",
          measuredUs: { CPU: 12, GPU: 1 },
          inputs: [["dense/grad"]],
        },
      ],
    },
    cluster: {
      name: "rented",
      devices: [
        device("c0", "CPU", 3.6),
        device("c1", "CPU", 3.6),
        { ...device("g", "GPU", 36), computeShare: 0.5 },
      ],
      links: [
        { name: "a", bytesPerUs: 4, latencyUs: 9 },
        { name: "b", bytesPerUs: 2, latencyUs: 9 },
      ],
      routes: [
        [[], [0], [0]],
        [[0], [], [0]],
        [[1], [1], []],
      ],
    },
    objective: "cost",
    demand: { samples: 100, samplesPerSecond: 5e5 },
  },
  "rented",
);

test("A scenario is a chain of elements with backward twins, without its idle inputs", () => {
  const { problem, layerOf, types, typeOf } = pricedChain(scenario);
  expect([...layerOf]).toEqual([-1, 0, 1, 2, 1, 0]);
  expect(types).toEqual([
    { kind: "CPU", devices: [0, 1] },
    { kind: "GPU", devices: [2] },
  ]);
  expect([...typeOf]).toEqual([0, 0, 1]);
  expect([...problem.computeTime]).toEqual([18, 10, Number.POSITIVE_INFINITY, 12, 3, 1]);
  expect([...problem.limit]).toEqual([2, 1]);
  expect([...problem.computeShare]).toEqual([1, 0.5]);
  expect([...problem.price]).toEqual([1e-9, 1e-8]);
  expect([problem.batch, problem.samples, problem.floor]).toEqual([8, 100, 0.5]);
});

test("What crosses a front counts once there, in both directions, over the slowest link", () => {
  // Front 0: ids. Front 1: table, and the gradient of dense. Front 2: table, dense, and loss back.
  expect([...problemOf(scenario).transferTime]).toEqual([40, 26, 32].map((bytes) => bytes / 2));
  expect([...frontBytes(scenario.graph, Int32Array.of(-1, 0, 0, 1, 0, 0), 2)]).toEqual([40, 32]);
});

test("Devices of one kind and several prices are several types", () => {
  const [first, ...others] = scenario.cluster.devices;
  const devices = [{ ...first, usdPerHour: 1 }, ...others];
  const { types } = pricedChain({ ...scenario, cluster: { ...scenario.cluster, devices } });
  expect(types.map(({ kind, devices: own }) => [kind, own.length])).toEqual([
    ["CPU", 1],
    ["CPU", 1],
    ["GPU", 1],
  ]);
});
