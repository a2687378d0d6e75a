/**
 * From a placement observation to what the positional policy of Placeto takes.
 *
 * The columns are chosen by name. So an observation with more columns, or in another order, makes
 * the same visit. One that lacks a column is refused with a sentence.
 */
import { InputError } from "../../env/model/errors.ts";
import type { PlacementObservation } from "../../env/parts/observation.ts";
import type { Visit } from "./positional-policy.ts";

/** Columns of the groups that the policy sees, in the order of its weights. */
export const visitColumns: readonly string[] = Object.freeze([
  "compute",
  "outputBytes",
  "parameterBytes",
  "visits",
  "isCurrent",
  "relativeStart",
]);

/** Throws a sentence where there is no current group, or a group is not on a device yet. */
export function visitOf({ groups, groupColumns, current, placement }: PlacementObservation): Visit {
  if (current === -1) throw new InputError("The observation has no current group to be placed.");
  const unplaced = placement.indexOf(-1);
  if (unplaced !== -1)
    throw new InputError(`Group ${unplaced} of the observation is not placed; the policy needs all placed.`);
  return { features: columnsOf(groups, groupColumns, visitColumns), current, placement };
}

/** The named columns of a table, row by row. The table itself where it has these columns alone. */
export function columnsOf(
  table: Float32Array,
  columns: readonly string[],
  wanted: readonly string[],
): Float32Array {
  if (columns.length === wanted.length && wanted.every((name, c) => columns[c] === name)) return table;
  const from = wanted.map((name) => {
    const index = columns.indexOf(name);
    if (index !== -1) return index;
    throw new InputError(
      `The observation has no column "${name}" for its groups; it has ${columns.join(", ") || "none"}.`,
    );
  });
  const rows = table.length / columns.length;
  const values = new Float32Array(rows * wanted.length);
  for (let row = 0; row < rows; row++)
    from.forEach((column, c) => {
      values[row * wanted.length + c] = table[row * columns.length + column];
    });
  return values;
}
