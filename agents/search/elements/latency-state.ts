/**
 * An assignment under search for single-sample latency. Its value is that of
 * env/sim/objectives/latency.ts, computed in full for each proposal: one element that moves can cut
 * the pieces of two devices anew, so there is nothing to keep. Each value is one private pass.
 */
import type { PassCounter } from "../../../env/sim/evaluator/budget.ts";
import { createLatencyModel } from "../../../env/sim/objectives/latency.ts";
import { deviceTimes } from "../../problems/element-times.ts";
import type { SplitProblem } from "../../problems/split-problem.ts";
import type { AssignmentState } from "./assignment-state.ts";

export function createLatencyState(problem: SplitProblem, passes: PassCounter): AssignmentState {
  const { elements, memoryBytes, scenario } = problem;
  const { deviceCount, timeUs, limitBytes } = deviceTimes(problem);
  const { latencyUs } = createLatencyModel(scenario);
  const { memberStart, members } = membersOf(elements.of, elements.count);
  const deviceOf = new Int32Array(elements.count);
  const opDevice = new Int32Array(elements.of.length);
  const heldBytes = new Float64Array(deviceCount);
  const markedBytes = new Float64Array(deviceCount);
  let valueUs = 0;

  const put = (v: number, d: number): void => {
    deviceOf[v] = d;
    heldBytes[d] += memoryBytes[v];
    for (let i = memberStart[v]; i < memberStart[v + 1]; i++) opDevice[members[i]] = d;
  };
  const runs = (v: number, d: number): boolean => timeUs[v * deviceCount + d] !== Number.POSITIVE_INFINITY;
  return {
    problem,
    deviceCount,
    deviceOf,
    simulationsPerProposal: 1,
    get valueUs() {
      return valueUs;
    },
    reset(given) {
      heldBytes.fill(0);
      for (let v = 0; v < elements.count; v++) put(v, given[v]);
    },
    fits: (v, d) => runs(v, d) && heldBytes[d] + memoryBytes[v] <= limitBytes[d],
    fitsWithout: (v, d, leaving) =>
      runs(v, d) && heldBytes[d] - memoryBytes[leaving] + memoryBytes[v] <= limitBytes[d],
    move(v, d) {
      heldBytes[deviceOf[v]] -= memoryBytes[v];
      put(v, d);
    },
    energy() {
      passes.pass();
      valueUs = latencyUs(opDevice);
      return valueUs;
    },
    mark: () => markedBytes.set(heldBytes),
    rewind: () => heldBytes.set(markedBytes),
  };
}

/** The ops of each element: members[memberStart[v] .. memberStart[v + 1]). */
function membersOf(of: Int32Array, count: number): { memberStart: Int32Array; members: Int32Array } {
  const memberStart = new Int32Array(count + 1);
  for (const element of of) memberStart[element + 1]++;
  for (let v = 0; v < count; v++) memberStart[v + 1] += memberStart[v];
  const next = memberStart.slice(0, count);
  const members = new Int32Array(of.length);
  of.forEach((element, op) => {
    members[next[element]++] = op;
  });
  return { memberStart, members };
}
