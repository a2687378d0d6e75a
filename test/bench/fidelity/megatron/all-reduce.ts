/**
 * Time of an all-reduce on nodes with eight A100. Inside a node it is that of vTrain's measured
 * tables, across nodes that of the ring's formula.
 *
 * Tables: size in bytes, count, type, then time in ns and bus bandwidth, out of place and in place.
 * The in-place time is read, as vTrain does.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../../../env/index.ts";

export const GPUS_A_NODE = 8;
/** 800 Gb/s for each node (README of the set). */
const NODE_BYTES_PER_S = 100e9;
const SIZES = [2, 4, 8] as const;
const MIB = 2 ** 20;

export interface AllReduceTable {
  /** Times of messages of 1 MiB, 2 MiB and so on. */
  readonly seconds: readonly number[];
  /** Bus bandwidth of the largest message, GB/s as the file has it. */
  readonly largestGBps: number;
}
export type AllReduceTables = ReadonlyMap<number, AllReduceTable>;

/** Pre: `data` is the folder of measured steps. */
export function readAllReduceTables(data: string): AllReduceTables {
  return new Map(
    SIZES.map((size) => {
      const file = join(data, "vtrain", `allreduce_a100_${size}gpu.csv`);
      return [size, tableOf(readFileSync(file, "utf8"), file)];
    }),
  );
}

export function tableOf(text: string, file: string): AllReduceTable {
  const lines = text.trim().split(/\r?\n/).slice(1);
  const seconds = lines.map((line, i) => {
    const cells = line.split(",");
    const time = Number(cells[5]) / 1e9;
    if (Number(cells[0]) === (i + 1) * MIB && time > 0) return time;
    throw new InputError(`${file}, line ${i + 2} is "${line}", expected ${i + 1} MiB and its times in ns.`);
  });
  return { seconds, largestGBps: Number(lines[lines.length - 1].split(",")[6]) };
}

/** Inside a node: linear between entries, proportional beyond the last, 1 MiB at least. */
export function inNodeS(tables: AllReduceTables, count: number, bytes: number): number {
  if (count <= 1) return 0;
  const size = SIZES.find((known) => known >= count) ?? GPUS_A_NODE;
  const table = (tables.get(size) as AllReduceTable).seconds;
  const at = bytes / MIB;
  // Group sizes without a table send the ring's share of what the next larger group does.
  const share = ringShare(count) / ringShare(size);
  if (at <= 1) return share * table[0];
  if (at >= table.length) return (share * table[table.length - 1] * at) / table.length;
  const before = Math.floor(at) - 1;
  return share * (table[before] + (table[before + 1] - table[before]) * (at - Math.floor(at)));
}

/** Bytes that a ring of so many sends, as a share of the message. */
export const ringShare = (count: number): number => (2 * (count - 1)) / count;

/** Across nodes: so many rings share the link of a node. */
export const acrossNodesS = (count: number, bytes: number, rings: number): number =>
  (ringShare(count) * bytes) / (NODE_BYTES_PER_S / rings);

/** Among the ranks of a tensor group; one that spans nodes has their links to itself. */
export const tensorSumS = (tables: AllReduceTables, tensor: number, bytes: number): number =>
  tensor <= GPUS_A_NODE ? inNodeS(tables, tensor, bytes) : acrossNodesS(tensor, bytes, 1);

/** Among replicas; ranks are numbered tensor first, then data. */
export const gradientSumS = (
  tables: AllReduceTables,
  { tensor, data }: { readonly tensor: number; readonly data: number },
  bytes: number,
): number => {
  if (data === 1) return 0;
  if (tensor * data <= GPUS_A_NODE) return inNodeS(tables, data, bytes);
  return acrossNodesS(data, bytes, Math.min(tensor, GPUS_A_NODE));
};
