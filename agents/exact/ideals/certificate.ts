/**
 * The certificate of the ideals program: a plain search that looks for a contiguous split at or
 * below a threshold and shares nothing with the program but the scenario. Where it ends without
 * one, no such split exists.
 *
 * It works on the ops and edges of the graph itself. From the empty ideal it walks all ideals that
 * can be reached with at most the devices there are, by sets of units that one device can take. Two
 * things only are given up:
 *
 *   - a set whose run time alone is over the threshold, or its weights over the memory, on every
 *     kind of device, for both only grow;
 *   - an ideal from which the devices left cannot finish even if units were sand. Count for each
 *     unit its least time on any kind; a device does at most its pace of that in a us: the largest
 *     ratio, over all units, of least time and time on its kind. What the units outside of the
 *     ideal count must not exceed threshold x sum over the devices left of their paces, nor their
 *     weights the memory of the devices left.
 *
 * There are no values, no upper bounds and no other order than by size. The load of a set is
 * counted from the definition: for each op how many of its data edges end inside.
 *
 * That takes far more steps than the program, so there is a limit of them: `null` says that nothing
 * was shown.
 */

import { isCpu } from "../../../env/model/cluster/cluster.ts";
import { transferTimesUs } from "../../../env/model/cluster/output-transfers.ts";
import { runTimesUs } from "../../../env/model/cluster/speed.ts";
import { CONTROL } from "../../../env/model/graph/graph.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { plainUnits } from "./certificate-units.ts";

/**
 * Relative distance below the optimum at which nothing may lie: sums in another order differ by
 * less.
 */
export const CERTIFIED_TOLERANCE = 1e-9;

export interface Certificate {
  /**
   * True: no contiguous split is at or below the threshold. False: there is one. Null: the limit
   * came first.
   */
  readonly holds: boolean | null;
  readonly ideals: number;
  readonly steps: number;
}

interface Ideal {
  readonly bits: Int32Array;
  /** 1 for each state (devices of each kind in use) in which the ideal can be covered. */
  readonly covered: Uint8Array;
}

const PAUSE_EVERY = 500_000;

/**
 * Is nothing at or below `thresholdUs`? Pauses now and then; an answer of `true` to a pause ends
 * the search.
 */
export function* certify(
  scenario: Scenario,
  thresholdUs: number,
  mostSteps: number,
): Generator<void, Certificate, boolean | undefined> {
  const { graph, cluster, fidelity } = scenario;
  const units = plainUnits(scenario);
  const n = units.count;
  const words = (n + 31) >> 5;
  const opsOf = Array.from({ length: n }, (): number[] => []);
  units.of.forEach((unit, v) => {
    opsOf[unit].push(v);
  });
  const after = Array.from({ length: n }, (): number[] => []);
  units.before.forEach((list, unit) => {
    for (const first of list) after[first].push(unit);
  });

  const runUs = runTimesUs(graph, cluster);
  const transferUs = transferTimesUs(graph, cluster);
  const kinds = kindsOfDevices(scenario, runUs);
  const stride = kinds.map((_, k) =>
    kinds.slice(0, k).reduce((product, { count }) => product * (count + 1), 1),
  );
  const states = kinds.reduce((product, { count }) => product * (count + 1), 1);
  const inUse = (state: number, k: number) => Math.floor(state / stride[k]) % (kinds[k].count + 1);

  const carries = (e: number) => graph.edgeOutput[e] !== CONTROL || fidelity.controlEdges !== "free";
  const users = new Int32Array(graph.opCount);
  const inputs = Array.from({ length: graph.opCount }, (): number[] => []);
  for (let e = 0; e < graph.edgeCount; e++) {
    if (!carries(e)) continue;
    users[graph.edgeSource[e]]++;
    inputs[graph.edgeDestination[e]].push(graph.edgeSource[e]);
  }

  // The set at hand, ops and edges counted one by one.
  const isInside = new Uint8Array(graph.opCount);
  const usersInside = new Int32Array(graph.opCount);
  const pays = (u: number) =>
    (isInside[u] === 1 ? usersInside[u] < users[u] : usersInside[u] > 0) ? transferUs[u] : 0;
  const kindUs = Float64Array.from({ length: n * kinds.length }, (_, i) =>
    opsOf[Math.floor(i / kinds.length)].reduce(
      (sum, v) => sum + runUs[v * cluster.devices.length + kinds[i % kinds.length].device],
      0,
    ),
  );
  const unitBytes = Float64Array.from(opsOf, (ops) =>
    ops.reduce((sum, v) => sum + graph.parameterBytes[v], 0),
  );
  const leastUs = Float64Array.from({ length: n }, (_, unit) =>
    kinds.reduce((least, _, k) => Math.min(least, kindUs[unit * kinds.length + k]), Number.POSITIVE_INFINITY),
  );
  const totalUs = leastUs.reduce((sum, us) => sum + us, 0);
  const pace = kinds.map((_, k) => paceOf(leastUs, (unit) => kindUs[unit * kinds.length + k]));
  /**
   * What the devices not in use in a state can do of the least times; rounding must not give up
   * what just fits.
   */
  const canDoUs = Float64Array.from({ length: states }, (_, state) =>
    kinds.reduce(
      (sum, { count }, k) => sum + (count - inUse(state, k)) * pace[k] * thresholdUs,
      1e-9 * totalUs,
    ),
  );
  const canHoldBytes = Float64Array.from({ length: states }, (_, state) =>
    kinds.reduce(
      (sum, { count, memoryBytes }, k) =>
        inUse(state, k) < count ? sum + (count - inUse(state, k)) * memoryBytes : sum,
      0,
    ),
  );
  const keyOf = Float64Array.from({ length: n }, (_, unit) => key(unit));

  const bySize: Ideal[][] = Array.from({ length: n + 1 }, () => []);
  const byKey = new Map<number, Ideal[]>();
  const first: Ideal = {
    bits: new Int32Array(words),
    covered: Uint8Array.of(1, ...new Array(states - 1).fill(0)),
  };
  bySize[0].push(first);
  const bits = new Int32Array(words);
  // Of the set at hand, one row for each depth: its time on each kind.
  const times = new Float64Array((n + 1) * kinds.length);
  const missing = new Int32Array(n);
  let steps = 0;
  let pausedAt = 0;
  let ideals = 1;
  let found = false;

  for (let size = 0; size < n && !found; size++) {
    for (const ideal of bySize[size]) {
      const open = openStates(ideal);
      if (open.length > 0) grow(ideal, size, open);
      if (found) break;
      // One ideal alone can have more sets than all the limit allows, so this is asked for at each
      // step too.
      if (steps > mostSteps) return { holds: null, ideals, steps };
      if (steps - pausedAt <= PAUSE_EVERY) continue;
      pausedAt = steps;
      if ((yield) === true) return { holds: null, ideals, steps };
    }
    bySize[size].length = 0;
  }
  return { holds: !found, ideals, steps };

  function openStates(ideal: Ideal): number[] {
    const open: number[] = [];
    for (let state = 0; state < states - 1; state++) if (ideal.covered[state]) open.push(state);
    return open;
  }

  /** Tries every set that one device could take on top of the ideal. */
  function grow(ideal: Ideal, size: number, open: readonly number[]): void {
    bits.set(ideal.bits);
    const has = (unit: number) => (bits[unit >> 5] >>> (unit & 31)) & 1;
    const ready: number[] = [];
    let idealKey = 0;
    for (let unit = 0; unit < n; unit++) {
      if (has(unit)) {
        idealKey = (idealKey + keyOf[unit]) % KEYS;
        continue;
      }
      missing[unit] = 0;
      for (const earlier of units.before[unit]) if (!has(earlier)) missing[unit]++;
      if (missing[unit] === 0) ready.push(unit);
    }
    let leftUs = 0;
    let leftBytes = 0;
    for (let unit = 0; unit < n; unit++) {
      if (has(unit)) continue;
      leftUs += leastUs[unit];
      leftBytes += unitBytes[unit];
    }
    extend(0, 0, 0, 0, leftUs, idealKey);

    /** Adds one of the units ready from `from` on, so that every set is met once. */
    function extend(
      from: number,
      depth: number,
      paidUs: number,
      bytes: number,
      restUs: number,
      setKey: number,
    ): void {
      for (let i = from; i < ready.length && !found; i++) {
        const unit = ready[i];
        if (++steps > mostSteps) return;
        const nowBytes = bytes + unitBytes[unit];
        if (!fitsSomewhere(unit, depth, nowBytes)) continue;
        const nowPaidUs = paidUs + put(unit);
        const nowRestUs = restUs - leastUs[unit];
        const nowKey = (setKey + keyOf[unit]) % KEYS;
        const readyBefore = ready.length;
        for (const later of after[unit]) if (--missing[later] === 0) ready.push(later);
        note({ depth: depth + 1, paidUs: nowPaidUs, bytes: nowBytes, restUs: nowRestUs, setKey: nowKey });
        extend(i + 1, depth + 1, nowPaidUs, nowBytes, nowRestUs, nowKey);
        for (const later of after[unit]) missing[later]++;
        ready.length = readyBefore;
        take(unit);
      }
    }

    /** Times of the set with the unit, in the next row; can any kind run and hold it? */
    function fitsSomewhere(unit: number, depth: number, bytes: number): boolean {
      let fits = false;
      for (let k = 0; k < kinds.length; k++) {
        const us = times[depth * kinds.length + k] + kindUs[unit * kinds.length + k];
        times[(depth + 1) * kinds.length + k] = us;
        if (us <= thresholdUs && bytes <= kinds[k].memoryBytes) fits = true;
      }
      return fits;
    }

    /** Marks what the ideal with the set on top can be covered with. */
    function note({ depth, paidUs, bytes, restUs, setKey }: Held): void {
      let target: Ideal | null = null;
      for (let k = 0; k < kinds.length; k++) {
        const { memoryBytes, paysTransfers, count } = kinds[k];
        const us = times[depth * kinds.length + k] + (paysTransfers ? paidUs : 0);
        if (bytes > memoryBytes || us > thresholdUs) continue;
        for (const state of open) {
          if (inUse(state, k) === count) continue;
          if (size + depth === n) {
            found = true;
            return;
          }
          const reached = state + stride[k];
          if (restUs > canDoUs[reached] || leftBytes - bytes > canHoldBytes[reached]) continue;
          target ??= idealOf(size + depth, setKey);
          target.covered[reached] = 1;
        }
      }
    }
  }

  /** Puts a unit into the set and answers by how much its transfers grow. */
  function put(unit: number): number {
    let change = 0;
    for (const v of opsOf[unit]) {
      change -= pays(v);
      isInside[v] = 1;
      change += pays(v);
      for (const u of inputs[v]) {
        change -= pays(u);
        usersInside[u]++;
        change += pays(u);
      }
    }
    bits[unit >> 5] |= 1 << (unit & 31);
    return change;
  }

  function take(unit: number): void {
    for (const v of opsOf[unit]) {
      isInside[v] = 0;
      for (const u of inputs[v]) usersInside[u]--;
    }
    bits[unit >> 5] &= ~(1 << (unit & 31));
  }

  function idealOf(size: number, setKey: number): Ideal {
    const alike = byKey.get(setKey);
    const known = alike?.find((ideal) => ideal.bits.every((word, w) => word === bits[w]));
    if (known !== undefined) return known;
    const made: Ideal = { bits: bits.slice(), covered: new Uint8Array(states) };
    if (alike === undefined) byKey.set(setKey, [made]);
    else alike.push(made);
    bySize[size].push(made);
    ideals++;
    return made;
  }
}

/** A set on top of an ideal. */
interface Held {
  readonly depth: number;
  readonly paidUs: number;
  readonly bytes: number;
  /** What the units outside of the ideal and the set count. */
  readonly restUs: number;
  readonly setKey: number;
}

interface Kind {
  /** One device of the kind; the others are its equals. */
  readonly device: number;
  readonly count: number;
  readonly memoryBytes: number;
  readonly paysTransfers: boolean;
}

/**
 * The most that a device of a kind can do of the least times in a us; a unit of none counts for
 * nothing.
 */
function paceOf(leastUs: Float64Array, timeUs: (unit: number) => number): number {
  return leastUs.reduce((pace, us, unit) => (us === 0 ? pace : Math.max(pace, us / timeUs(unit))), 0);
}

function kindsOfDevices({ cluster, graph }: Scenario, runUs: Float64Array): Kind[] {
  const deviceCount = cluster.devices.length;
  const kinds = new Map<string, Kind>();
  cluster.devices.forEach((device, d) => {
    const paysTransfers = !isCpu(device);
    const memoryBytes = paysTransfers ? device.memoryBytes : Number.POSITIVE_INFINITY;
    const times = Array.from({ length: graph.opCount }, (_, v) => runUs[v * deviceCount + d]);
    const name = `${paysTransfers} ${memoryBytes} ${times.join(" ")}`;
    const count = (kinds.get(name)?.count ?? 0) + 1;
    kinds.set(name, { device: kinds.get(name)?.device ?? d, count, memoryBytes, paysTransfers });
  });
  return [...kinds.values()];
}

/**
 * Keys are sums of these numbers modulo a prime; sets with equal keys are told apart by their bits.
 */
const KEYS = 4_398_046_511_093;

function key(unit: number): number {
  let value = unit + 1;
  for (let round = 0; round < 5; round++) value = (value * 1103 + 1_013_904_223_987) % KEYS;
  return value;
}
