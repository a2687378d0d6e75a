/** p2-matrices: how many parallelism matrices there are, and which, where there are few. */
import { parallelismMatrices } from "../../../agents/exact/sharding/meshes/parallelism-matrices.ts";
import type { GoldenCheck } from "./contract.ts";

interface Row {
  readonly hierarchy: readonly number[];
  readonly axes: readonly number[];
  readonly count: number;
  readonly matrices?: readonly (readonly (readonly number[])[])[];
}

const asSet = (matrices: readonly unknown[]): string =>
  matrices
    .map((matrix) => JSON.stringify(matrix))
    .sort()
    .join(" ");

export const p2Matrices: GoldenCheck = {
  name: "p2-matrices",
  tolerance: 0,
  *compare(content) {
    for (const { hierarchy, axes, count, matrices } of (content as { rows: readonly Row[] }).rows) {
      const row = `levels ${hierarchy.join(" x ")}, axes ${axes.join(" x ")}`;
      const found = [...parallelismMatrices(hierarchy, axes)];
      yield { row, expected: count, found: found.length };
      if (matrices !== undefined) yield { row, expected: asSet(matrices), found: asSet(found) };
    }
  },
};
