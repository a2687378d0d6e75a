/**
 * The stage program of RaNNC (Tanaka et al., IPDPS 2021; nict-wisdom/rannc):
 *
 *   best(s, b, d) = least over b' < b, d' < d of
 *     max(forward + transfers, F(s-1, b', d')) + max(backward + transfers, B(s-1, b', d'))
 *
 * for the first b blocks in s stages on d devices, the last stage on d - d' of them. F and B are
 * the slowest passes so far.
 *
 *   - One pair (F, B) is kept, though none of two may be better in both; see pareto-program.ts.
 *   - A stage that does not fit ends the search over d', as more of d' leaves it fewer devices.
 *   - d goes down and b goes up until nothing is found.
 *
 * The released program compares a new value with the entry, but stores the larger of it and the
 * entry before. It stores F and B without transfers. With `stored: "compared"` an entry has what
 * was compared.
 */
import { mayHaveDevices, type RanncProblem, type RanncShape, type RanncStage } from "./problem.ts";

/** Entries by [stages][blocks][devices]; an infinite value where none is found. */
class Table {
  readonly value: Float64Array;
  readonly forward: Float64Array;
  readonly backward: Float64Array;
  readonly blocksBefore: Int32Array;
  readonly devicesBefore: Int32Array;
  private readonly blocks: number;
  private readonly devices: number;

  constructor(stages: number, blocks: number, devices: number) {
    const size = (stages + 1) * (blocks + 1) * (devices + 1);
    this.blocks = blocks;
    this.devices = devices;
    this.value = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
    this.value.fill(0, 0, (blocks + 1) * (devices + 1));
    this.forward = new Float64Array(size);
    this.backward = new Float64Array(size);
    this.blocksBefore = new Int32Array(size);
    this.devicesBefore = new Int32Array(size);
  }

  at(stages: number, blocks: number, devices: number): number {
    return (stages * (this.blocks + 1) + blocks) * (this.devices + 1) + devices;
  }
}

export type Stored = "released" | "compared";

/** Null where the program finds nothing that fits. */
export function ranncStages(
  problem: RanncProblem,
  shape: RanncShape,
  stored: Stored = "released",
): RanncStage[] | null {
  const { blocks } = problem;
  const { stages, devices } = shape;
  if (stages > blocks || stages > devices) return null;
  const table = new Table(stages, blocks, devices);
  for (let s = 1; s <= stages; s++) {
    let fewest = s;
    for (let b = s === stages ? blocks : s; b <= blocks - stages + s; b++) {
      let hasBlocks = false;
      for (let d = devices; d >= fewest; d--) {
        const found = fillEntry(problem, shape, table, { s, b, d, stored });
        hasBlocks ||= found === "some";
        if (found !== "none") continue;
        fewest = d + 1;
        break;
      }
      if (!hasBlocks) break;
    }
  }
  return stagesOf(table, shape, blocks);
}

/** `skipped` where nothing is found, but some numbers of devices were not allowed. */
function fillEntry(
  problem: RanncProblem,
  shape: RanncShape,
  table: Table,
  {
    s,
    b,
    d,
    stored,
  }: { readonly s: number; readonly b: number; readonly d: number; readonly stored: Stored },
): "some" | "skipped" | "none" {
  const here = table.at(s, b, d);
  let found: "some" | "skipped" | "none" = "none";
  for (let blocks = s - 1; blocks < (s === 1 ? 1 : b); blocks++)
    for (let before = s - 1; before < (s === 1 ? 1 : d); before++) {
      if (!mayHaveDevices(problem, shape, d - before)) {
        if (found === "none") found = "skipped";
        continue;
      }
      const previous = table.at(s - 1, blocks, before);
      if (table.value[previous] === Number.POSITIVE_INFINITY) continue;
      const cost = problem.cost(blocks, b, { ...shape, devices: d - before });
      if (cost.bytes >= problem.deviceBytes) break;
      found = "some";
      const value =
        Math.max(cost.forwardUs + cost.transferUs, table.forward[previous]) +
        Math.max(cost.backwardUs + cost.transferUs, table.backward[previous]);
      if (value >= table.value[here]) continue;
      const transferUs = stored === "compared" ? cost.transferUs : 0;
      table.value[here] = Math.max(value, table.value[previous]);
      table.forward[here] = Math.max(cost.forwardUs + transferUs, table.forward[previous]);
      table.backward[here] = Math.max(cost.backwardUs + transferUs, table.backward[previous]);
      table.blocksBefore[here] = blocks;
      table.devicesBefore[here] = before;
    }
  return found;
}

function stagesOf(table: Table, { stages, devices }: RanncShape, blocks: number): RanncStage[] | null {
  const found: RanncStage[] = [];
  for (let s = stages, end = blocks, d = devices; s > 0; s--) {
    const here = table.at(s, end, d);
    if (table.value[here] === Number.POSITIVE_INFINITY) return null;
    found.unshift({ first: table.blocksBefore[here], end, devices: d - table.devicesBefore[here] });
    [end, d] = [table.blocksBefore[here], table.devicesBefore[here]];
  }
  return found;
}
