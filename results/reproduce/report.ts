/**
 * The report of a reproduction: its claims, and what they cost. It holds no clock reading, so that
 * it repeats byte for byte.
 */
import { InputError } from "../../env/model/errors.ts";
import type { CellResult } from "../cells/cell.ts";
import type { Claim, Paper, ReproductionScale } from "./contract.ts";
import type { CountingLaboratory } from "./laboratory.ts";

export const REPRODUCTION_FORMAT = "placement-gym/reproduction@1";

export interface ReproductionReport {
  readonly format: typeof REPRODUCTION_FORMAT;
  readonly paper: string;
  readonly title: string;
  readonly authors: string;
  readonly venue: string;
  readonly remarks: readonly string[];
  readonly quick: boolean;
  readonly seeds: number;
  readonly seed: number | string;
  readonly claims: readonly Claim[];
  /** Cells that were run, and the simulations of all of them. */
  readonly cells: number;
  readonly simulations: number;
}

export interface Reproduction {
  readonly report: ReproductionReport;
  /** Every cell, for pictures. */
  readonly cells: readonly CellResult[];
}

/** Throws `InputError` where the paper needs a folder of files and none is given. */
export async function reproduce(
  paper: Paper,
  scale: ReproductionScale,
  lab: CountingLaboratory,
): Promise<Reproduction> {
  if (paper.dataFrom !== null && scale.data === null)
    throw new InputError(
      `"${paper.id}" is reproduced from files of its authors: ${paper.dataFrom}. Name your copy with --data DIR.`,
    );
  const claims = await paper.run(scale, lab);
  const { id, title, authors, venue, remarks } = paper;
  const { quick, seeds, seed } = scale;
  return {
    report: {
      format: REPRODUCTION_FORMAT,
      paper: id,
      title,
      authors,
      venue,
      remarks,
      quick,
      seeds,
      seed,
      claims,
      cells: lab.all.length,
      simulations: lab.simulations,
    },
    cells: lab.all,
  };
}
