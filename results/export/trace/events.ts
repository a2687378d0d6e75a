/**
 * The events of the Trace Event Format (Duca and Sinclair, Google) that our traces use. Times are
 * in us.
 */

interface Spot {
  readonly pid: number;
  readonly tid: number;
}

/** Names a process or a thread, or says where a viewer should show it. */
export interface MetadataEvent extends Spot {
  readonly ph: "M";
  readonly name: "process_name" | "thread_name" | "thread_sort_index";
  readonly args: Readonly<Record<string, string | number>>;
}

/** Something that ran on a thread for a while. */
export interface SpanEvent extends Spot {
  readonly ph: "X";
  readonly name: string;
  readonly cat: string;
  readonly ts: number;
  readonly dur: number;
  readonly args: Readonly<Record<string, unknown>>;
}

/**
 * A point of an arrow between spans: its start, a station or its end. It belongs to the span around
 * it.
 */
export interface FlowEvent extends Spot {
  readonly ph: "s" | "t" | "f";
  readonly name: string;
  readonly cat: "transfer";
  readonly id: number;
  readonly ts: number;
  readonly bp: "e";
}

/** A number that holds from now on. */
export interface CounterEvent extends Spot {
  readonly ph: "C";
  readonly name: string;
  readonly ts: number;
  readonly args: Readonly<Record<string, number>>;
}

export type TraceEvent = MetadataEvent | SpanEvent | FlowEvent | CounterEvent;

/** The one process of a trace: the cluster. */
export const CLUSTER = 1;

/** Fine enough for single bytes, coarse enough that sums over hours are exact in doubles. */
const GRID_PER_US = 2 ** 20;

/**
 * A time rounded to a binary fraction of a us, so that sums and differences are exact. Viewers
 * shift times and add durations. A rounding error would make spans overlap, and viewers draw those
 * one under the other.
 */
export const onGrid = (us: number): number => Math.round(us * GRID_PER_US) / GRID_PER_US;
