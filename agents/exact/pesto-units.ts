/** What has to share a device while tasks are merged: classes of tasks, the devices that can run each and the bytes that it keeps. */
import type { Compiled } from "../../env/index.ts";

export interface Units {
  /** A number for what shares a device with a task. */
  root(task: number): number;
  /** Is there a device that can run the units of both tasks and hold their weights? */
  mayJoin(a: number, b: number): boolean;
  join(a: number, b: number): void;
}

/** `taskOf` gives every op a task of its own; ops of one co-location class start joined. */
export function unitsOfOps(compiled: Compiled, taskOf: Int32Array): Units {
  const { scenario, opCount, deviceCount, runUs, residentBytes, fidelity } = compiled;
  const { graph, cluster } = scenario;
  const limitBytes = Float64Array.from(cluster.devices, ({ memoryBytes }) =>
    fidelity.memory === "training" ? memoryBytes : Number.POSITIVE_INFINITY,
  );
  const parent = Int32Array.from({ length: opCount }, (_, task) => task);
  const bytes = new Float64Array(opCount);
  const runs = new Uint8Array(opCount * deviceCount).fill(1);
  for (let v = 0; v < opCount; v++) {
    bytes[taskOf[v]] = residentBytes[v];
    for (let d = 0; d < deviceCount; d++)
      if (runUs[v * deviceCount + d] === Number.POSITIVE_INFINITY) runs[taskOf[v] * deviceCount + d] = 0;
  }
  const root = (task: number): number => {
    let top = task;
    while (parent[top] !== top) top = parent[top] = parent[parent[top]];
    return top;
  };
  const units: Units = {
    root,
    mayJoin(a, b) {
      const [x, y] = [root(a), root(b)];
      if (x === y) return true;
      for (let d = 0; d < deviceCount; d++)
        if (
          runs[x * deviceCount + d] + runs[y * deviceCount + d] === 2 &&
          bytes[x] + bytes[y] <= limitBytes[d]
        )
          return true;
      return false;
    },
    join(a, b) {
      const [x, y] = [root(a), root(b)];
      if (x === y) return;
      parent[x] = y;
      bytes[y] += bytes[x];
      for (let d = 0; d < deviceCount; d++) runs[y * deviceCount + d] &= runs[x * deviceCount + d];
    },
  };
  const first = new Int32Array(graph.colocationCount).fill(-1);
  for (let v = 0; v < opCount; v++) {
    const c = graph.colocation[v];
    if (c === -1) continue;
    if (first[c] === -1) first[c] = taskOf[v];
    else units.join(taskOf[v], first[c]);
  }
  return units;
}
