/**
 * Earliest starts and least times to the end of the step under a partial placement. They are known
 * for each op on every device that its group may still take.
 *
 * A tensor between two devices takes its route's time alone in the cluster. On each device, all
 * placed work that leads to an op is done before the op starts (work-around-op.ts). Both are
 * relaxations of the event engine.
 */

import {
  type Dependencies,
  dependenciesOf,
  ORDER_ONLY,
} from "../../../env/sim/bounds/makespan/dependencies.ts";
import type { Compiled } from "../../../env/sim/engine/compile.ts";
import type { TransferTimes } from "../../problems/transfer-times.ts";
import type { DeviceWork } from "./device-work.ts";
import { type GroupsByTime, groupsByTime, type WorkAroundOps, workAroundOps } from "./work-around-op.ts";

export interface PartialChains {
  /**
   * Earliest start of each op on each device, shape [opCount x deviceCount]. Only entries of
   * devices that the op's group may still take are up to date.
   */
  readonly headUs: Float64Array;
  /** Least time from the end of each op to the end of the step, likewise. */
  readonly tailUs: Float64Array;
  /**
   * Updates heads and tails, and returns the largest bound of any group. The bound of a group on a
   * device is its longest chain there, or the work that the device would have. The device with the
   * least bound counts.
   */
  longestUs(groupDevice: Int32Array, work: DeviceWork): number;
}

export function createChains(compiled: Compiled, times: TransferTimes): PartialChains {
  return new Chains(compiled, times);
}

class Chains implements PartialChains {
  readonly headUs: Float64Array;
  readonly tailUs: Float64Array;
  readonly #compiled: Compiled;
  readonly #dependencies: Dependencies;
  /** Time of each dependency from device to device, null where nothing moves. */
  readonly #movesUs: readonly (Float64Array | null)[];
  readonly #noMoveUs: Float64Array;
  readonly #around: WorkAroundOps | null;
  readonly #placed: GroupsByTime;
  /** Longest chain through each group on each device. */
  readonly #throughUs: Float64Array;
  readonly #trailingUs: number;

  constructor(compiled: Compiled, { fromTo }: TransferTimes) {
    const { scenario, opCount, deviceCount, fidelity } = compiled;
    const { groupCount } = scenario.grouping;
    this.#compiled = compiled;
    this.#dependencies = dependenciesOf(compiled);
    this.#movesUs = Array.from(this.#dependencies.bytes, (size) =>
      size === ORDER_ONLY ? null : fromTo(size),
    );
    this.#noMoveUs = new Float64Array(deviceCount * deviceCount);
    this.#around = workAroundOps(compiled);
    this.#placed = groupsByTime(groupCount, deviceCount);
    this.headUs = new Float64Array(opCount * deviceCount);
    this.tailUs = new Float64Array(opCount * deviceCount);
    this.#throughUs = new Float64Array(groupCount * deviceCount);
    this.#trailingUs = fidelity.makespan === "last-event" ? fidelity.opGapUs : 0;
  }

  longestUs(groupDevice: Int32Array, work: DeviceWork): number {
    const { deviceCount, scenario, fidelity } = this.#compiled;
    const { groupCount } = scenario.grouping;
    this.#updateHeads(groupDevice);
    this.#updateTails(groupDevice);
    this.#updateThrough(groupDevice);
    let longest = 0;
    for (let g = 0; g < groupCount; g++) {
      const own = groupDevice[g];
      const lastDevice = lastOf(own, deviceCount);
      let least = Number.POSITIVE_INFINITY;
      for (let d = firstOf(own); d <= lastDevice; d++) {
        const busyUs = own === -1 ? fidelity.startUs + work.withGroupUs(g, d) : 0;
        least = Math.min(least, Math.max(this.#throughUs[g * deviceCount + d], busyUs));
      }
      longest = Math.max(longest, least);
    }
    return longest;
  }

  #updateHeads(groupDevice: Int32Array): void {
    const { scenario, deviceCount, runUs, fidelity } = this.#compiled;
    const { groupOf, groupCount } = scenario.grouping;
    const { start, producer } = this.#dependencies;
    const { headUs } = this;
    const movesUs = this.#movesUs;
    const around = this.#around;
    const placed = this.#placed;
    placed.clear();
    for (const v of scenario.graph.topologicalOrder) {
      const own = groupDevice[groupOf[v]];
      const lastDevice = lastOf(own, deviceCount);
      const beforeUs = around === null ? 0 : placed.leastUs(around.before, v * groupCount * deviceCount);
      for (let d = firstOf(own); d <= lastDevice; d++) {
        const i = v * deviceCount + d;
        let head = runUs[i] === Infinity ? Infinity : Math.max(fidelity.startUs, beforeUs);
        for (let k = start[v]; k < start[v + 1]; k++) {
          const u = producer[k];
          const local = u * deviceCount + d;
          const other = groupDevice[groupOf[u]];
          const together = groupOf[u] === groupOf[v] || other === d;
          const gapUs = runUs[local] > 0 ? fidelity.opGapUs : 0;
          let least = together || other === -1 ? headUs[local] + runUs[local] + gapUs : Infinity;
          const move = movesUs[k] ?? this.#noMoveUs;
          const lastSource = lastOf(other, deviceCount);
          for (let a = firstOf(other); !together && a <= lastSource; a++) {
            if (a === d) continue;
            const from = u * deviceCount + a;
            least = Math.min(least, headUs[from] + runUs[from] + move[a * deviceCount + d]);
          }
          if (least > head) head = least;
        }
        headUs[i] = head;
      }
      if (own !== -1) placed.lower(groupOf[v], own, headUs[v * deviceCount + own]);
    }
  }

  #updateTails(groupDevice: Int32Array): void {
    const { scenario, opCount, deviceCount, runUs, fidelity } = this.#compiled;
    const { groupOf, groupCount } = scenario.grouping;
    const { topologicalOrder } = scenario.graph;
    const { consumer, producerStart, ofProducer } = this.#dependencies;
    const { tailUs } = this;
    const movesUs = this.#movesUs;
    const around = this.#around;
    const placed = this.#placed;
    placed.clear();
    for (let position = opCount - 1; position >= 0; position--) {
      const v = topologicalOrder[position];
      const own = groupDevice[groupOf[v]];
      const lastDevice = lastOf(own, deviceCount);
      const afterUs = around === null ? 0 : placed.leastUs(around.after, v * groupCount * deviceCount);
      for (let d = firstOf(own); d <= lastDevice; d++) {
        const i = v * deviceCount + d;
        const gapUs = runUs[i] > 0 ? fidelity.opGapUs : 0;
        let tail = Math.max(runUs[i] > 0 ? this.#trailingUs : 0, afterUs);
        for (let n = producerStart[v]; n < producerStart[v + 1]; n++) {
          const k = ofProducer[n];
          const w = consumer[k];
          const local = w * deviceCount + d;
          const other = groupDevice[groupOf[w]];
          const together = groupOf[w] === groupOf[v] || other === d;
          let least = together || other === -1 ? gapUs + runUs[local] + tailUs[local] : Infinity;
          const move = movesUs[k] ?? this.#noMoveUs;
          const lastTarget = lastOf(other, deviceCount);
          for (let b = firstOf(other); !together && b <= lastTarget; b++) {
            if (b === d) continue;
            const to = w * deviceCount + b;
            least = Math.min(least, move[d * deviceCount + b] + runUs[to] + tailUs[to]);
          }
          if (least > tail) tail = least;
        }
        tailUs[i] = tail;
      }
      if (own !== -1) placed.lower(groupOf[v], own, tailUs[v * deviceCount + own]);
    }
  }

  #updateThrough(groupDevice: Int32Array): void {
    const { scenario, opCount, deviceCount, runUs } = this.#compiled;
    const { groupOf } = scenario.grouping;
    const { headUs, tailUs } = this;
    const throughUs = this.#throughUs;
    throughUs.fill(0);
    for (let v = 0; v < opCount; v++) {
      const own = groupDevice[groupOf[v]];
      const lastDevice = lastOf(own, deviceCount);
      for (let d = firstOf(own); d <= lastDevice; d++) {
        const i = v * deviceCount + d;
        const j = groupOf[v] * deviceCount + d;
        throughUs[j] = Math.max(throughUs[j], headUs[i] + runUs[i] + tailUs[i]);
      }
    }
  }
}

/** The devices that a group may still take are those from first to last; -1: not placed. */
const firstOf = (device: number): number => (device === -1 ? 0 : device);
const lastOf = (device: number, deviceCount: number): number => (device === -1 ? deviceCount - 1 : device);
