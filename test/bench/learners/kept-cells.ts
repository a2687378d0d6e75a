/** Cells in a file, one line each, so that a run that was stopped goes on. */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolveMethod } from "../../../agents/registry/registry.ts";
import { type Cell, type CellName, runCell } from "./cell.ts";

export interface KeptCells {
  /** A cell of the file, null where it is still to be run. */
  find(name: CellName): Promise<Cell | null>;
  /** A cell of the file, or else a new one that is added to it. */
  get(name: CellName): Promise<Cell>;
}

/** Without a path nothing is kept. Cells of a method whose options have changed are left out. */
export function keptCells(path: string | undefined): KeptCells {
  const text = path !== undefined && existsSync(path) ? readFileSync(path, "utf8") : "";
  // A line that a stop cut short has no end, and is run again.
  const lines = text.split("\n").slice(0, -1);
  const cells = new Map(lines.map((line) => JSON.parse(line) as Cell).map((cell) => [keyOf(cell), cell]));
  if (path !== undefined && text !== "" && !text.endsWith("\n"))
    writeFileSync(path, lines.map((line) => `${line}\n`).join(""));

  async function find(name: CellName): Promise<Cell | null> {
    const { options } = await resolveMethod(name.method);
    return cells.get(keyOf({ ...name, options })) ?? null;
  }

  return {
    find,
    async get(name) {
      const found = await find(name);
      if (found !== null) return found;
      const cell = await runCell(name);
      cells.set(keyOf(cell), cell);
      if (path !== undefined) appendFileSync(path, `${JSON.stringify(cell)}\n`);
      return cell;
    },
  };
}

const keyOf = ({ scenario, method, seed, budgets, options }: CellName & Pick<Cell, "options">): string =>
  JSON.stringify([scenario, method, seed, budgets, options]);
