/**
 * Members of the inception-like family on plain clusters without launch times, latencies or memory
 * limits.
 */
import { egressCluster, type Scenario, testScenario } from "../../../env/index.ts";
import { deviceOf, families, memberGraph } from "../../../scenarios/index.ts";

export function inceptionLike(number: number, deviceCount: number): Scenario {
  const family = families.find(({ name }) => name === "inception")!;
  const graph = memberGraph(family, "train", number);
  const devices = Array.from({ length: deviceCount }, (_, d) => ({
    ...deviceOf("K80", `gpu:${d}`),
    launchUs: 0,
    memoryBytes: Number.POSITIVE_INFINITY,
  }));
  const cluster = egressCluster("test", devices, { bytesPerUs: 7_600, latencyUs: 0 });
  return { ...testScenario({ graph }), cluster };
}
