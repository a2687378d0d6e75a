/**
 * How much of a submission is read at most. A submission is written by a stranger, so every size is
 * known to be below its limit before anything is read, inflated or parsed.
 */

/** Bytes of one file on disk, by name: those that an entry may hold. */
export const FILE_LIMITS: Readonly<Record<string, number>> = {
  "entry.json": 64 * 1024,
  "cells.jsonl.gz": 8 * 1024 * 1024,
  "policy.json": 16 * 1024 * 1024,
};

/** Bytes of the cells when inflated. */
export const INFLATED_BYTES = 128 * 1024 * 1024;
/** Bytes of one cell. */
export const LINE_BYTES = 4 * 1024 * 1024;
/** Objects and lists inside each other. */
export const JSON_DEPTH = 8;
/** Entries of a board. */
export const MOST_ENTRIES = 2_000;
/** No time or size of any scenario comes near to it. */
export const LARGEST_NUMBER = 1e18;
/** Largest count of evaluations or simulations of a cell. */
export const LARGEST_COUNT = 1e9;
