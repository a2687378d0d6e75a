/** Files of labelled pools: for each the rows and the temperature, then numbers and labels. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { LabelledPool } from "../../../agents/search/ranker/learn-network.ts";

export function writePools(path: string, pools: readonly LabelledPool[]): void {
  const parts = pools.flatMap(({ numbers, relative, temperature }) => [
    Float32Array.of(relative.length, temperature),
    numbers,
    relative,
  ]);
  const bytes = parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength));
  // A file that is there is whole.
  writeFileSync(`${path}.part`, Buffer.concat(bytes));
  renameSync(`${path}.part`, path);
}

export function readPools(path: string, inputs: number): LabelledPool[] {
  const bytes = readFileSync(path);
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const pools: LabelledPool[] = [];
  for (let at = 0; at < values.length; ) {
    const [rows, temperature] = values.subarray(at, at + 2);
    const labels = at + 2 + rows * inputs;
    pools.push({
      numbers: values.slice(at + 2, labels),
      relative: values.slice(labels, labels + rows),
      temperature,
    });
    at = labels + rows;
  }
  return pools;
}
