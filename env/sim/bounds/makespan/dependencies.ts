/**
 * The dependencies of a compiled scenario pair by pair, for chains.ts, which follows them in both
 * directions.
 */
import { type Compiled, NO_SLOT } from "../../engine/compile.ts";

/**
 * Pairs of producer and consumer, sorted by consumer, with the largest tensor that the consumer
 * needs from the producer.
 */
export interface Dependencies {
  readonly start: Int32Array;
  readonly producer: Int32Array;
  readonly consumer: Int32Array;
  /** Bytes of the tensor, `ORDER_ONLY` where nothing moves. */
  readonly bytes: Float64Array;
  /** Dependencies on each op: ofProducer[producerStart[u] .. producerStart[u + 1]). */
  readonly producerStart: Int32Array;
  readonly ofProducer: Int32Array;
}

/** In place of bytes where nothing moves. */
export const ORDER_ONLY = -1;

export function dependenciesOf(compiled: Compiled): Dependencies {
  const { opCount, depStart, depConsumer, depSlot, slotBytes } = compiled;
  const start = new Int32Array(opCount + 1);
  const producerStart = new Int32Array(opCount + 1);
  const pairs: { readonly producer: number; readonly consumer: number; bytes: number }[] = [];
  for (let u = 0; u < opCount; u++) {
    const known = new Map<number, (typeof pairs)[number]>();
    for (let i = depStart[u]; i < depStart[u + 1]; i++) {
      const bytes = depSlot[i] === NO_SLOT ? ORDER_ONLY : slotBytes[depSlot[i]];
      const pair = known.get(depConsumer[i]);
      if (pair !== undefined) {
        pair.bytes = Math.max(pair.bytes, bytes);
        continue;
      }
      const fresh = { producer: u, consumer: depConsumer[i], bytes };
      known.set(fresh.consumer, fresh);
      pairs.push(fresh);
      start[fresh.consumer + 1]++;
    }
    producerStart[u + 1] = pairs.length;
  }
  for (let v = 0; v < opCount; v++) start[v + 1] += start[v];
  const next = start.slice(0, opCount);
  const producer = new Int32Array(pairs.length);
  const consumer = new Int32Array(pairs.length);
  const bytes = new Float64Array(pairs.length);
  const ofProducer = new Int32Array(pairs.length);
  pairs.forEach((pair, k) => {
    const dependency = next[pair.consumer]++;
    producer[dependency] = pair.producer;
    consumer[dependency] = pair.consumer;
    bytes[dependency] = pair.bytes;
    ofProducer[k] = dependency;
  });
  return { start, producer, consumer, bytes, producerStart, ofProducer };
}
