/**
 * What a move can change in a recorded run, and when it first can: the times from which
 * incremental.ts simulates.
 *
 * A moved op has an effect from the moment that it is ready, on its old device or on its new one.
 * An earlier effect needs a producer that sends something else than before. A transfer is then no
 * longer needed, needed for the first time, or takes another route. In that case the producer's end
 * is an effect as well. Where the producer sends the same as before, the moved op may get its input
 * at another time. The recorded run tells that time.
 *
 * Pre: as `canSimulateMoves`. Post: where a rerun's state equals the recorded one, it stays equal
 * up to the next effect.
 */
import { type Compiled, NO_SLOT } from "./compile.ts";
import { createSenders, NO_SENDER } from "./senders.ts";

/** The recorded run (placement and times), and the arrays that take what a move does. */
export interface MoveBuffers {
  readonly recorded: Int32Array;
  readonly endUs: Float64Array;
  /** When each transfer arrived, by the number of the first dependency that it serves. */
  readonly arriveUs: Float64Array;
  /** When the move has effects, ascending. */
  readonly effectUs: Float64Array;
  /**
   * When each need of the moved ops is met, as long as the rerun equals the recorded run. Those of
   * the i-th moved op are needUs[needStart[i] ..].
   */
  readonly needUs: Float64Array;
  readonly needStart: Int32Array;
}

/** With more effects only the first is kept, and nothing after it is skipped. */
const MOST_EFFECTS = 64;

export interface MoveEffects {
  /**
   * Writes the effects of a move; returns their number, 0 where a moved op waits for nothing.
   * `placed` differs from `recorded` in `ops` only.
   */
  find(ops: Int32Array, placed: Int32Array): number;
}

export function createMoveEffects(compiled: Compiled, buffers: MoveBuffers): MoveEffects {
  const { opCount, depSlot, fidelity } = compiled;
  const { recorded, endUs, arriveUs, effectUs, needUs, needStart } = buffers;
  const { senderOf, sendsAlike } = createSenders(compiled);
  const needs = needsByConsumer(compiled);
  const isMoved = new Uint8Array(opCount);
  let effectCount = 0;
  let needCount = 0;

  function addEffect(us: number): void {
    if (effectCount === MOST_EFFECTS || effectCount === effectUs.length) {
      // The list is full: it now means that anything may happen at any time after the first effect.
      effectUs[0] = Math.min(effectUs[0], us);
      return;
    }
    let i = effectCount++;
    for (; i > 0 && effectUs[i - 1] > us; i--) effectUs[i] = effectUs[i - 1];
    effectUs[i] = us;
  }

  function addEffectsOf(v: number, placed: Int32Array): void {
    let wasReadyUs = 0;
    let readyUs = 0;
    for (let k = needs.start[v]; k < needs.start[v + 1]; k++) {
      const need = needs.dependency[k];
      const producer = needs.producer[k];
      const free = depSlot[need] === NO_SLOT;
      const was = free ? NO_SENDER : senderOf(recorded, producer, need);
      const isLocal = recorded[producer] === recorded[v] || was === NO_SENDER;
      const wasUs = isLocal ? endUs[producer] : arriveUs[was];
      let isUs = endUs[producer];
      if (
        isMoved[producer] ||
        (!free && (!fidelity.overlap || !sendsAlike(recorded, placed, producer, need)))
      )
        addEffect(isUs);
      else if (!free && placed[producer] !== placed[v]) isUs = arriveUs[senderOf(placed, producer, need)];
      needUs[needCount++] = isUs;
      wasReadyUs = Math.max(wasReadyUs, wasUs);
      readyUs = Math.max(readyUs, isUs);
    }
    addEffect(Math.min(wasReadyUs, readyUs));
  }

  return {
    find(ops, placed) {
      for (const v of ops) if (needs.start[v] === needs.start[v + 1]) return 0;
      for (const v of ops) isMoved[v] = 1;
      effectCount = 0;
      needCount = 0;
      for (let i = 0; i < ops.length; i++) {
        addEffectsOf(ops[i], placed);
        needStart[i + 1] = needCount;
      }
      for (const v of ops) isMoved[v] = 0;
      return effectCount < Math.min(MOST_EFFECTS, effectUs.length) ? effectCount : 1;
    },
  };
}

/** Dependencies by consumer, with their producers: those of op v are `dependency[start[v] ..]`. */
function needsByConsumer({ opCount, depStart, depConsumer }: Compiled) {
  const start = new Int32Array(opCount + 1);
  for (const consumer of depConsumer) start[consumer + 1]++;
  for (let v = 0; v < opCount; v++) start[v + 1] += start[v];
  const fill = start.slice();
  const dependency = new Int32Array(depConsumer.length);
  const producer = new Int32Array(depConsumer.length);
  for (let p = 0; p < opCount; p++)
    for (let i = depStart[p]; i < depStart[p + 1]; i++) {
      const row = fill[depConsumer[i]]++;
      dependency[row] = i;
      producer[row] = p;
    }
  return { start, dependency, producer };
}
