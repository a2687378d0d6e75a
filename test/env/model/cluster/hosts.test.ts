import { expect, test } from "vitest";
import { hostOf } from "../../../../env/model/cluster/hosts.ts";
import { machines } from "../../sim/lower/machines.ts";

const two = machines([3, 3]);
const cpus = {
  ...two,
  devices: two.devices.map((device, d) => (d % 3 === 2 ? { ...device, kind: "cpu" } : device)),
};

test("the host of a device is the CPU of its own machine", () => {
  expect([0, 1, 3, 4].map((device) => hostOf(cpus, device))).toEqual([2, 2, 5, 5]);
});

test("of CPUs that are equally near the first is the host, and the sooner reached of those", () => {
  const near = { ...cpus, devices: cpus.devices.map((d, i) => (i === 1 ? { ...d, kind: "cpu" } : d)) };
  expect(hostOf(near, 0)).toBe(1);
  const late = near.links.map((link) => (link.name === "0-1" ? { ...link, latencyUs: 1 } : link));
  expect(hostOf({ ...near, links: late }, 0)).toBe(2);
});

test("a cluster without CPUs has no hosts", () => {
  expect(hostOf(two, 0)).toBe(-1);
});
