import { expect, test } from "vitest";
import { megatronPlan } from "../../../../agents/problems/sharding/macros/megatron.ts";
import { mappedRanks, rankTraffic } from "../../../../agents/search/sharding/rank-mapping.ts";
import { machines } from "../../../env/sim/lower/machines.ts";
import { blockScenario } from "../../problems/sharding/labels/small-networks.ts";

const cluster = machines([4, 4]);
const scenario = { ...blockScenario({ b: 32, s: 4, h: 8, a: 4, d: 2, f: 16 }, 8), cluster };
/** Devices of both machines in turn. */
const MIXED = [0, 4, 1, 5, 2, 6, 3, 7];
const machineOf = (device: number) => Math.floor(device / 4);
const plan = megatronPlan(scenario.graph, {
  axes: [
    { name: "data", size: 2 },
    { name: "tensor", size: 4 },
  ],
  devices: MIXED,
});
const traffic = rankTraffic(scenario, plan);
const across = (devices: readonly number[]) =>
  traffic
    .flatMap((row, a) => row.filter((_, b) => machineOf(devices[a]) !== machineOf(devices[b])))
    .reduce((sum, bytes) => sum + bytes, 0);

test("a tensor group gets one machine, and pairs that share the batch lie across", () => {
  const devices = mappedRanks(scenario, traffic, MIXED, "paper");
  expect([...devices].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  for (const group of [devices.slice(0, 4), devices.slice(4)])
    expect(new Set(group.map(machineOf)).size).toBe(1);
  expect(across(devices)).toBeLessThan(across(MIXED));
});

test("the released code gives devices out as they come", () => {
  expect(mappedRanks(scenario, traffic, MIXED, "code")).toEqual(MIXED);
});
