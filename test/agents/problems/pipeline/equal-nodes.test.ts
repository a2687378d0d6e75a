import { expect, test } from "vitest";
import { unequalNodes } from "../../../../agents/problems/pipeline/equal-nodes.ts";
import { testScenario } from "../../../../env/index.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";

const onCluster = (cluster: string) => resolveScenario(`alexnet/${cluster}?granularity=layer`);

test("says what of a cluster is not equal, and nothing of equal nodes", async () => {
  expect(unequalNodes(await onCluster("2x8xV100"))).toBeNull();
  expect(unequalNodes(await onCluster("4xP100"))).toBeNull();
  expect(unequalNodes(testScenario({ graph: "a 1", devices: ["CPU"] }))).toBeNull();
  expect(unequalNodes(await onCluster("2xP100+2xK80"))).toBe("the cluster has P100 and K80");
});

test("tells of machines with other numbers of accelerators and of other memories", async () => {
  const scenario = await onCluster("2x8xV100");
  const { devices } = scenario.cluster;
  const gpus = devices.flatMap(({ kind }, d) => (kind === "CPU" ? [] : [d]));
  const changed = (device: number, change: object) => ({
    ...scenario,
    cluster: {
      ...scenario.cluster,
      devices: devices.map((of, d) => (d === device ? { ...of, ...change } : of)),
    },
  });
  expect(unequalNodes(changed(gpus[3], { kind: "CPU" }))).toBe(
    "machines of the cluster have 7, 8 accelerators",
  );
  expect(unequalNodes(changed(gpus[3], { memoryBytes: 1 }))).toBe(
    "accelerators of the cluster have 2 sizes of memory",
  );
});
