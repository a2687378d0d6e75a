/**
 * The order of transfers under `transferOrder: "plan"` in the slow reference. It compares every
 * pair of transfers. Twin: engine/transfer-order.ts.
 */
import type { Transfer } from "./tasks.ts";

/** Transfers that have been offered to their links. */
export interface TransferOrder {
  offer(transfer: Transfer): void;
  /**
   * Takes an offered transfer that has no other before it on any of its links; undefined where
   * there is none.
   */
  next(): Transfer | undefined;
}

/**
 * The function `comesBefore` orders the ops as the plan does; `all` are all transfers of the run.
 */
export function createTransferOrder(
  all: readonly Transfer[],
  comesBefore: (a: number, b: number) => boolean,
): TransferOrder {
  const offered = new Set<Transfer>();
  const taken = new Set<Transfer>();
  const firstConsumer = ({ needs }: Transfer) =>
    needs.map(({ consumer }) => consumer).reduce((first, v) => (comesBefore(v, first) ? v : first));
  const precedes = (a: Transfer, b: Transfer): boolean => {
    const [first, second] = [firstConsumer(a), firstConsumer(b)];
    if (first !== second) return comesBefore(first, second);
    if (a.producer !== b.producer) return comesBefore(a.producer, b.producer);
    return a.needs[0].tensor!.number < b.needs[0].tensor!.number;
  };
  const shareLink = (a: Transfer, b: Transfer) => a.route.some((link) => b.route.includes(link));
  const mustWait = (transfer: Transfer) =>
    all.some((other) => !taken.has(other) && precedes(other, transfer) && shareLink(other, transfer));
  return {
    offer: (transfer) => offered.add(transfer),
    next() {
      const next = all.find(
        (transfer) => offered.has(transfer) && !taken.has(transfer) && !mustWait(transfer),
      );
      if (next !== undefined) taken.add(next);
      return next;
    },
  };
}
