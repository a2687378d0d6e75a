/**
 * What servers do with the tasks in their queues, without branches. The processor cannot predict
 * whether a queue is empty or which of two times is later. One mispredicted branch costs more than
 * everything here.
 */
import { groupMinimum } from "./events";
import { eventUs, float, GROUP, groupCount, groupUs, int, NONE, setFloat, setInt } from "./state";

const INFINITY_BITS: i64 = 0x7ff0000000000000;

// @ts-ignore: decorator
@inline
export function later(aUs: f64, bUs: f64): f64 {
  return f64x2.extract_lane(f64x2.pmax(f64x2.splat(aUs), f64x2.splat(bUs)), 0);
}

/**
 * Puts a task at the end of a server's queue. Where it is the first, its time becomes that of the
 * source's next event.
 */
// @ts-ignore: decorator
@inline
export function enqueue(
  heads: usize, tails: usize, nexts: usize, server: i32, task: i32, source: i32, atUs: f64,
): void {
  const head = int(heads, server);
  const isFirst = i32(head == NONE);
  setInt(nexts, select<i32>(task, int(tails, server), isFirst), task);
  setInt(nexts, task, NONE);
  setInt(heads, server, select<i32>(task, head, isFirst));
  setInt(tails, server, task);
  const event = eventUs + ((<usize>source) << 3);
  store<i64>(event, select<i64>(reinterpret<i64>(atUs), load<i64>(event), isFirst));
  if (groupCount > 1 && isFirst != 0 && atUs < float(groupUs, source / GROUP)) setFloat(groupUs, source / GROUP, atUs);
}

/** The source's next event becomes that of the task, read from `times`, or none without a task. */
// @ts-ignore: decorator
@inline
export function expect(source: i32, times: usize, task: i32): void {
  // Without a task this reads the bytes before the array and does not use them.
  const none = (<i64>task) >> 63;
  const atUs = load<i64>(times + ((<usize>task) << 3));
  store<i64>(eventUs + ((<usize>source) << 3), (atUs & ~none) | (INFINITY_BITS & none));
  if (groupCount > 1) setFloat(groupUs, source / GROUP, groupMinimum(source / GROUP));
}
