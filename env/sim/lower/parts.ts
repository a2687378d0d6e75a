/**
 * Which task of a lowered pipeline runs which part of a micro-batch. A replica that splits
 * micro-batches runs an interval of each, all others run the whole. A task may run several
 * micro-batches in a row.
 */
import { type StageCosts, unitIndex, type WorkCode } from "./stage-costs.ts";

export interface Part {
  readonly task: number;
  /** Device of the task, also where it is the host. */
  readonly device: number;
  readonly microBatch: number;
  readonly span: number;
  /** Interval of each micro-batch, of [0, 1). */
  readonly from: number;
  readonly to: number;
}

export interface Parts {
  add(work: WorkCode, stage: number, part: Part): void;
  /** The parts of a micro-batch that a unit runs. */
  of(work: WorkCode, stage: number, microBatch: number): readonly Part[];
}

export function createParts(costs: StageCosts): Parts {
  const lists: Part[][][] = [];
  const none: readonly Part[] = [];
  return {
    add(work, stage, part) {
      const unit = unitIndex(costs, work, stage);
      lists[unit] ??= [];
      for (let m = part.microBatch; m < part.microBatch + part.span; m++) {
        lists[unit][m] ??= [];
        lists[unit][m].push(part);
      }
    },
    of: (work, stage, microBatch) => lists[unitIndex(costs, work, stage)]?.[microBatch] ?? none,
  };
}

/** The share of a micro-batch that both parts have. */
export function overlapOf(one: Part, other: Part): number {
  const share = Math.min(one.to, other.to) - Math.max(one.from, other.from);
  return share > SMALLEST_SHARE ? share : 0;
}

/** Intervals of different replica counts meet at rounded ends. */
const SMALLEST_SHARE = 1e-12;
