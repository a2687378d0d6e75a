/**
 * An assignment under search for single-sample latency. Its value is that of
 * env/sim/objectives/latency.ts, computed in full for each proposal. One moved element can change
 * all pieces of two devices, so nothing is kept between proposals. Each value is one private pass.
 */
import type { PassCounter } from "../../../env/sim/evaluator/budget.ts";
import { createLatencyModel } from "../../../env/sim/objectives/latency.ts";
import { deviceTimes } from "../../problems/split/element-times.ts";
import type { SplitProblem } from "../../problems/split/split-problem.ts";
import type { AssignmentState } from "./assignment-state.ts";
import { DeviceMemory } from "./device-memory.ts";

export function createLatencyState(problem: SplitProblem, passes: PassCounter): AssignmentState {
  const { elements, scenario } = problem;
  const times = deviceTimes(problem);
  const memory = new DeviceMemory(problem, times);
  const { latencyUs } = createLatencyModel(scenario);
  const { memberStart, members } = membersOf(elements.of, elements.count);
  const deviceOf = new Int32Array(elements.count);
  const opDevice = new Int32Array(elements.of.length);
  let valueUs = 0;

  const assign = (v: number, d: number): void => {
    deviceOf[v] = d;
    for (let i = memberStart[v]; i < memberStart[v + 1]; i++) opDevice[members[i]] = d;
  };
  return {
    problem,
    deviceCount: times.deviceCount,
    deviceOf,
    simulationsPerProposal: 1,
    get valueUs() {
      return valueUs;
    },
    reset(given) {
      memory.clear();
      for (let v = 0; v < elements.count; v++) {
        memory.add(v, given[v]);
        assign(v, given[v]);
      }
    },
    fits: (v, d) => memory.fits(v, d),
    fitsWithout: (v, d, leaving) => memory.fitsWithout(v, d, leaving),
    move(v, to) {
      memory.move(v, deviceOf[v], to);
      assign(v, to);
    },
    energy() {
      passes.pass();
      valueUs = latencyUs(opDevice);
      return valueUs;
    },
    mark: () => memory.mark(),
    rewind: () => memory.rewind(),
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
