import { describe, expect, test } from "vitest";
import { testScenario } from "../../../env/index.ts";
import { devicesOf } from "../../../scenarios/plans/device-spelling.ts";

/** The CPU comes first, so that the numbers of programs are not those of the cluster. */
const { cluster } = testScenario({ graph: "a 1", devices: ["cpu", "GPU", "GPU", "cpu"] });
const [host, first, second, lastHost] = cluster.devices.map(({ name }) => name);
const nameOf = (spelling: unknown) => cluster.devices[devicesOf([spelling], cluster).get(spelling)!].name;

describe("a device is found", () => {
  test.each([
    [0, first],
    [1, second],
    ["cpu", host],
    ["cpu:1", lastHost],
    ["cuda", first],
    ["cuda:1", second],
    ["xla:1", second],
    ["/gpu:1", second],
    ["/device:CPU:1", lastHost],
    ["/device:GPU:*", first],
    ["/job:localhost/replica:0/task:0/device:GPU:1", second],
    ["/job:localhost/replica:0/task:0/device:XLA_GPU:1", second],
    [second, second],
  ])("by %j", (spelling, name) => {
    expect(nameOf(spelling)).toBe(name);
  });

  test("by its place among those of all tasks, where there are several", () => {
    const tasks = [
      "/job:worker/task:1/device:GPU:0",
      "/job:worker/task:0/device:GPU:0",
      "/job:ps/task:0/cpu:0",
    ];
    const numbers = devicesOf(tasks, cluster);
    expect(tasks.map((task) => cluster.devices[numbers.get(task)!].name)).toEqual([second, first, host]);
  });
});

test.each([
  [2, /accelerator 2, and cluster .* has 2 accelerators/],
  ["cuda:2", /GPU 2, and cluster .* has 2 GPUs/],
  ["cpu:2", /CPU 2, and cluster .* has 2 CPUs/],
  ["disk", /weights there are loaded while a step runs/],
  ["the big one", /expected a number, "GPU:0"|expected a number, /],
  [-1, /the device is -1/],
  [0.5, /the device is 0.5/],
  [null, /the device is null/],
])("%j is refused in a sentence that begins with who has it", (spelling, sentence) => {
  const read = () => devicesOf([spelling], cluster, () => 'op "a": ');
  expect(read).toThrow(sentence);
  expect(read).toThrow(/^op "a": the device .*\.$/);
});
