/**
 * What of a recorded run a move can change, and when it first can: the times from which
 * incremental.ts simulates.
 *
 * A moved op is felt from the moment that it is ready, on its old device or on its new one. Before
 * that a move is felt only where a producer sends something else than before: a transfer that
 * nobody needs any more or nobody needed, or one that goes another way. Then the producer's end is
 * an effect as well. Where it sends the same as before, the moved op may merely get its input at
 * another time, which the recorded run tells.
 *
 * Pre: as `canSimulateMoves`. Post: as far as a rerun's state equals the recorded one, it stays so
 * up to the next effect.
 */
import { type Compiled, NO_SLOT } from "./compile.ts";

/** The recorded run: placement and times, and where to write down what a move does. */
export interface MoveRoom {
  readonly recorded: Int32Array;
  readonly endUs: Float64Array;
  /** When each transfer arrived, by the number of the first dependency that it serves. */
  readonly arriveUs: Float64Array;
  /** Ascending. */
  readonly effectUs: Float64Array;
  /**
   * When each need of the moved ops is met, as long as all goes as recorded: needUs[needStart[i]
   * ..] of the i-th.
   */
  readonly needUs: Float64Array;
  readonly needStart: Int32Array;
}

/**
 * More effects than these are not worth sorting: only the first is kept, and nothing after it is
 * skipped.
 */
const MOST_EFFECTS = 64;

/**
 * `find` returns the number of effects, 0 where a moved op waits for nothing. `placed` differs from
 * `recorded` in `ops` only.
 */
export interface MoveEffects {
  find(ops: Int32Array, placed: Int32Array): number;
}

export function createMoveEffects(compiled: Compiled, room: MoveRoom): MoveEffects {
  const { opCount, deviceCount, depStart, depConsumer, depSlot, routeStart, routeLink, fidelity } = compiled;
  const { recorded, endUs, arriveUs, effectUs, needUs, needStart } = room;
  const needs = needsByConsumer(compiled);
  const isMoved = new Uint8Array(opCount);
  let effectCount = 0;

  /**
   * The dependency whose number the transfer has that brings `slot` from `producer` to where `need`
   * lies; -1 where none does.
   */
  const senders: Record<
    typeof fidelity.multicast,
    (placed: Int32Array, producer: number, need: number) => number
  > = {
    free: (placed, producer, need) => {
      for (let i = depStart[producer]; i < depStart[producer + 1]; i++)
        if (depSlot[i] === depSlot[need] && placed[depConsumer[i]] !== placed[producer]) return i;
      return -1;
    },
    "per-device": (placed, producer, need) => senderTo(placed, producer, need, placed[depConsumer[need]]),
    "per-consumer": (placed, producer, need) => (placed[depConsumer[need]] === placed[producer] ? -1 : need),
  };
  const senderOf = senders[fidelity.multicast];

  function senderTo(placed: Int32Array, producer: number, need: number, to: number): number {
    if (to === placed[producer]) return -1;
    for (let i = depStart[producer]; i < depStart[producer + 1]; i++)
      if (depSlot[i] === depSlot[need] && placed[depConsumer[i]] === to) return i;
    return -1;
  }

  /**
   * Does the producer, itself not moved, send the need's slot by the same transfers over the same
   * links as before?
   */
  function sendsAlike(placed: Int32Array, producer: number, need: number): boolean {
    if (fidelity.multicast === "per-device") return sendsAlikeToDevices(placed, producer, need);
    const sender = senderOf(recorded, producer, need);
    if (sender !== senderOf(placed, producer, need)) return false;
    const consumer = depConsumer[sender];
    return sender === -1 || isSameRoute(placed[producer], recorded[consumer], placed[consumer]);
  }

  /**
   * The transfers to the two devices are what they were, or the only one goes to the other device
   * by the same links.
   */
  function sendsAlikeToDevices(placed: Int32Array, producer: number, need: number): boolean {
    const [was, is] = [recorded[depConsumer[need]], placed[depConsumer[need]]];
    const [wasToOld, isToOld] = [
      senderTo(recorded, producer, need, was),
      senderTo(placed, producer, need, was),
    ];
    const [wasToNew, isToNew] = [
      senderTo(recorded, producer, need, is),
      senderTo(placed, producer, need, is),
    ];
    if (wasToOld === isToOld && wasToNew === isToNew) return true;
    const redirected = wasToOld === isToNew && wasToNew === -1 && isToOld === -1;
    return redirected && isSameRoute(placed[producer], was, is);
  }

  function isSameRoute(from: number, to: number, other: number): boolean {
    if (to === other) return true;
    const [a, b] = [from * deviceCount + to, from * deviceCount + other];
    const length = routeStart[a + 1] - routeStart[a];
    if (length !== routeStart[b + 1] - routeStart[b]) return false;
    for (let i = 0; i < length; i++)
      if (routeLink[routeStart[a] + i] !== routeLink[routeStart[b] + i]) return false;
    return true;
  }

  function addEffect(us: number): void {
    if (effectCount === MOST_EFFECTS || effectCount === effectUs.length) {
      // No room: from here on the list means "something may happen at any time after the first".
      effectUs[0] = Math.min(effectUs[0], us);
      return;
    }
    let i = effectCount++;
    for (; i > 0 && effectUs[i - 1] > us; i--) effectUs[i] = effectUs[i - 1];
    effectUs[i] = us;
  }

  return {
    find(ops, placed) {
      for (const v of ops) isMoved[v] = 1;
      effectCount = 0;
      let needCount = 0;
      let rooted = false;
      for (let i = 0; i < ops.length && !rooted; i++) {
        const v = ops[i];
        rooted = needs.start[v] === needs.start[v + 1];
        let wasReadyUs = 0;
        let readyUs = 0;
        for (let k = needs.start[v]; k < needs.start[v + 1]; k++) {
          const need = needs.dependency[k];
          const producer = needs.producer[k];
          const free = depSlot[need] === NO_SLOT;
          const was = free ? -1 : senderOf(recorded, producer, need);
          const wasUs = recorded[producer] === recorded[v] || was === -1 ? endUs[producer] : arriveUs[was];
          let isUs = endUs[producer];
          if (isMoved[producer] || (!free && (!fidelity.overlap || !sendsAlike(placed, producer, need))))
            addEffect(isUs);
          else if (!free && placed[producer] !== placed[v]) isUs = arriveUs[senderOf(placed, producer, need)];
          needUs[needCount++] = isUs;
          wasReadyUs = Math.max(wasReadyUs, wasUs);
          readyUs = Math.max(readyUs, isUs);
        }
        needStart[i + 1] = needCount;
        addEffect(Math.min(wasReadyUs, readyUs));
      }
      for (const v of ops) isMoved[v] = 0;
      if (rooted) return 0;
      return effectCount < Math.min(MOST_EFFECTS, effectUs.length) ? effectCount : 1;
    },
  };
}

/** Dependencies by consumer, with their producers: `dependency[start[v] ..]` are those of op v. */
function needsByConsumer({ opCount, depStart, depConsumer }: Compiled) {
  const start = new Int32Array(opCount + 1);
  for (const consumer of depConsumer) start[consumer + 1]++;
  for (let v = 0; v < opCount; v++) start[v + 1] += start[v];
  const fill = start.slice();
  const dependency = new Int32Array(depConsumer.length);
  const producer = new Int32Array(depConsumer.length);
  for (let p = 0; p < opCount; p++)
    for (let i = depStart[p]; i < depStart[p + 1]; i++) {
      const at = fill[depConsumer[i]]++;
      dependency[at] = i;
      producer[at] = p;
    }
  return { start, dependency, producer };
}
