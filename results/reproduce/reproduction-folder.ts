/**
 * The folder of a reproduction. `reproduction.json` names the paper and the seed; another paper or
 * seed is refused. `cells.jsonl` keeps finished cells, so the same command goes on. A finished
 * reproduction has `report.json` and the page `index.html`. Scenarios of the paper's own lie in
 * `scenarios`, policies that were trained in `policies`.
 */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../env/model/errors.ts";
import { writeScenario } from "../../env/model/file.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { resolveScenario } from "../../scenarios/resolve.ts";
import type { RunCell } from "../cells/cell.ts";
import { growingContents } from "../cells/cell-content.ts";
import { writeAtomically } from "../files/atomic.ts";
import { type FolderLock, openLocked } from "../files/folder-lock.ts";
import { readJson, sealed, shaped, unsealed } from "../files/sealed.ts";
import { type KeptCells, openCells } from "../report/kept-cells.ts";
import type { RunDescription } from "../training/run-description.ts";
import { reproductionPage } from "./page.ts";
import type { Reproduction } from "./report.ts";

const HEAD = "reproduction.json";
const FOLDER_FORMAT = "placement-gym/reproduction-folder@1";
const headSchema = z.strictObject({
  format: z.literal(FOLDER_FORMAT),
  paper: z.string(),
  seed: z.union([z.number(), z.string()]),
});

export interface FolderParts {
  readonly path: string;
  readonly paper: string;
  readonly seed: number | string;
  readonly versions: RunDescription["versions"];
}

export interface ReproductionFolder extends KeptCells {
  /** Writes a scenario; answers with its path. */
  keep(name: string, scenario: Scenario): string;
  /** Folder of the policies that are trained on the way. */
  readonly policies: string;
  /** Returns the path of the page. */
  write(reproduction: Reproduction): Promise<string>;
}

export const openReproduction = (parts: FolderParts): Promise<ReproductionFolder> =>
  openLocked(parts.path, (lock) => opened(parts, lock));

async function opened({ path, paper, seed, versions }: FolderParts, lock: FolderLock) {
  const where = `"${join(path, HEAD)}"`;
  const stored = readJson(join(path, HEAD));
  if (stored === undefined) refuseStrays(path);
  else refuseOther(path, shaped(headSchema, unsealed(stored, where), where), { paper, seed });
  const contents = growingContents(versions);
  const cells = await openCells(path, versions, contents);
  if (stored === undefined) {
    const head = sealed({ format: FOLDER_FORMAT, paper, seed });
    writeAtomically(join(path, HEAD), `${JSON.stringify(head)}\n`);
  }
  return {
    keeping(runCell: RunCell): RunCell {
      const keep = cells.keeping(runCell);
      return async (spec, hooks) => {
        await contents.know(spec);
        return keep(spec, hooks);
      };
    },
    kept: cells.kept,
    get keptCount() {
      return cells.keptCount;
    },
    writeFault: cells.writeFault,
    policies: join(path, "policies"),
    keep(name: string, scenario: Scenario) {
      const file = join(path, "scenarios", `${name}.json`);
      const text = `${JSON.stringify(writeScenario(scenario))}\n`;
      mkdirSync(join(path, "scenarios"), { recursive: true });
      writeAtomically(file, text);
      return file;
    },
    async write({ report, cells: all }: Reproduction) {
      writeAtomically(join(path, "report.json"), `${JSON.stringify(report, null, 1)}\n`);
      const page = join(path, "index.html");
      writeAtomically(page, await reproductionPage(report, all, (name) => resolveScenario(name)));
      return page;
    },
    close() {
      cells.close();
      lock.release();
    },
  };
}

/** The lock is ours; all else in a folder without a head is somebody's. */
function refuseStrays(path: string): void {
  if (!existsSync(path)) return;
  const stray = readdirSync(path).find((name) => !name.startsWith("run.lock"));
  if (stray !== undefined)
    throw new InputError(
      `"${path}" holds "${stray}" and is no folder of a reproduction; name another with --out.`,
    );
}

function refuseOther(
  path: string,
  begun: { readonly paper: string; readonly seed: number | string },
  asked: { readonly paper: string; readonly seed: number | string },
): void {
  for (const field of ["paper", "seed"] as const)
    if (begun[field] !== asked[field])
      throw new InputError(
        `"${path}" holds the reproduction of ${field} "${begun[field]}", this one has "${asked[field]}"; name another folder with --out.`,
      );
}
