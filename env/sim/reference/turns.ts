/**
 * The turns of transfers under `transferOrder: "plan"` in the slow reference: who comes before
 * whom, said pair by pair.
 */
import type { Transfer } from "./tasks.ts";

/** Transfers that have been offered to their links. */
export interface Line {
  offer(transfer: Transfer): void;
  /**
   * Takes a transfer that is offered and has nobody before it on any of its links; undefined where
   * there is none.
   */
  take(): Transfer | undefined;
}

/** `comesBefore` orders the ops as the plan does; `all` are all transfers of the run. */
export function lineOf(all: readonly Transfer[], comesBefore: (a: number, b: number) => boolean): Line {
  const offered = new Set<Transfer>();
  const gone = new Set<Transfer>();
  const firstConsumer = ({ needs }: Transfer) =>
    needs.map(({ consumer }) => consumer).reduce((first, v) => (comesBefore(v, first) ? v : first));
  const precedes = (a: Transfer, b: Transfer): boolean => {
    const [first, second] = [firstConsumer(a), firstConsumer(b)];
    if (first !== second) return comesBefore(first, second);
    if (a.producer !== b.producer) return comesBefore(a.producer, b.producer);
    return a.needs[0].tensor!.number < b.needs[0].tensor!.number;
  };
  const mustWait = (transfer: Transfer) =>
    all.some(
      (other) =>
        !gone.has(other) &&
        precedes(other, transfer) &&
        other.route.some((link) => transfer.route.includes(link)),
    );
  return {
    offer: (transfer) => offered.add(transfer),
    take() {
      const next = all.find(
        (transfer) => offered.has(transfer) && !gone.has(transfer) && !mustWait(transfer),
      );
      if (next !== undefined) gone.add(next);
      return next;
    },
  };
}
