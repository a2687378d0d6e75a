/**
 * Ops that are ready and wait for their device, where the one of lowest rank goes first. Each
 * device has a pairing heap (Fredman, Sedgewick, Sleator and Tarjan, Algorithmica 1986). In it
 * `opNext` leads from a child to its next sibling. The ranks are in `orderNext`.
 */
import { deviceCount, int, NONE, opNext, orderNext, readyChild, readyHead, setInt } from "./state";

export function clearReady(): void {
  memory.fill(readyHead, 255, (<usize>deviceCount) << 2);
}

export function pushReady(d: i32, v: i32): void {
  setInt(readyChild, v, NONE);
  setInt(opNext, v, NONE);
  const head = int(readyHead, d);
  setInt(readyHead, d, head == NONE ? v : meld(head, v));
}

/** Takes out the op of lowest rank; NONE where no op waits. */
export function popReady(d: i32): i32 {
  const first = int(readyHead, d);
  if (first == NONE) return NONE;
  let pairs = NONE;
  for (let child = int(readyChild, first); child != NONE; ) {
    const sibling = int(opNext, child);
    const following = sibling == NONE ? NONE : int(opNext, sibling);
    const pair = sibling == NONE ? child : meld(child, sibling);
    setInt(opNext, pair, pairs);
    pairs = pair;
    child = following;
  }
  let head = NONE;
  while (pairs != NONE) {
    const following = int(opNext, pairs);
    head = head == NONE ? pairs : meld(head, pairs);
    pairs = following;
  }
  setInt(readyHead, d, head);
  setInt(opNext, first, NONE);
  return first;
}

/** Puts the heap of higher rank below the other one; returns the op on top. */
function meld(a: i32, b: i32): i32 {
  if (int(orderNext, b) < int(orderNext, a)) return meld(b, a);
  setInt(opNext, b, int(readyChild, a));
  setInt(readyChild, a, b);
  return a;
}
