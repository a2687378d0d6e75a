/**
 * Random keys and their decoder: what BRKGA evolves for REGAL (Paliwal et al., "Reinforced Genetic
 * Algorithm Learning for Optimizing Computation Graphs", ICLR 2020). A chromosome is one number in
 * [0, 1) for each gene:
 *
 *   - of each group, one key for each of its devices, in ascending order of device. The group goes
 *     to the device with the largest key, of equal ones to the first;
 *   - of each op, one priority key for list scheduling. Of the ops whose producers have all been
 *     listed, the one with the largest key comes next, of equal ones the first in topological
 *     order. Devices keep that order (`Placement.opPriority`).
 *
 * REGAL has keys for tensor transfers too; here transfers go first come, first served. Any keys
 * give a valid plan, whose order never waits for itself.
 */
import type { Placement } from "../../../env/model/plan/placement.ts";
import type { PassCounter } from "../../../env/sim/evaluator/budget.ts";
import { createReadyHeap } from "../../lists/ready-heap.ts";
import { type Choices, planOf } from "../../problems/choices.ts";

export interface KeyDecoder {
  /** Genes of a chromosome. */
  readonly length: number;
  decode(keys: Float64Array): Placement;
}

/** Decodes devices and orders; each order is one private pass. */
export function orderedDecoder(choices: Choices, passes: PassCounter): KeyDecoder {
  const devices = deviceDecoder(choices);
  const { opCount, inStart, outStart, outEdge, edgeDestination, topologicalOrder } = choices.scenario.graph;
  const key = new Float64Array(opCount);
  const position = new Int32Array(opCount);
  topologicalOrder.forEach((v, i) => {
    position[v] = i;
  });
  const producers = Int32Array.from({ length: opCount }, (_, v) => inStart[v + 1] - inStart[v]);
  const ready = createReadyHeap(key, position);
  return {
    length: devices.length + opCount,
    decode(keys) {
      passes.pass();
      key.set(keys.subarray(devices.length));
      const waitsFor = producers.slice();
      const opPriority = new Float64Array(opCount);
      for (const v of topologicalOrder) if (waitsFor[v] === 0) ready.push(v);
      for (let listed = 0; listed < opCount; listed++) {
        const v = ready.pop();
        opPriority[v] = listed;
        for (let i = outStart[v]; i < outStart[v + 1]; i++) {
          const next = edgeDestination[outEdge[i]];
          if (--waitsFor[next] === 0) ready.push(next);
        }
      }
      return { ...devices.decode(keys), opPriority };
    },
  };
}

/** Decodes devices alone, for objectives that have no order. */
export function deviceDecoder(choices: Choices): KeyDecoder {
  const { legal } = choices;
  const length = legal.reduce((sum, devices) => sum + devices.length, 0);
  const groupDevice = new Int32Array(legal.length);
  return {
    length,
    decode(keys) {
      let gene = 0;
      for (let g = 0; g < legal.length; g++) {
        let largest = gene;
        for (let i = 1; i < legal[g].length; i++) if (keys[gene + i] > keys[largest]) largest = gene + i;
        groupDevice[g] = legal[g][largest - gene];
        gene += legal[g].length;
      }
      return planOf(choices, groupDevice);
    },
  };
}
