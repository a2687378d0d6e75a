/**
 * Writes the board as a static site. It needs no network and works from a disk or any host. Pages
 * are the first one, one for each scenario of a track, and one for each entry. Each scenario has a
 * folder of plans. The same board gives the same bytes.
 *
 * Pre: cells and plans are those of the board's entries and valid for their scenarios.
 */
import { join } from "node:path";
import type { Scenario } from "../../../env/model/scenario.ts";
import { writeAtomically } from "../../files/atomic.ts";
import type { Board, Track } from "../../leaderboard/contract.ts";
import { graphChart } from "../drawing/graph-svg.ts";
import { type MethodMarks, methodMarks } from "../marks.ts";
import { type CellsOf, type SiteTrack, siteTracks } from "./data/site-data.ts";
import { entryPage } from "./entry-page.ts";
import { indexPage } from "./index-page.ts";
import { planFileText, planScriptText, scenarioPlans } from "./plan-files.ts";
import { scenarioPage } from "./scenario-page.ts";

export interface SiteParts {
  readonly board: Board;
  readonly cellsOf: CellsOf;
  /** A scenario of a track by its place there, under the track's objective. */
  readonly scenarioOf: (track: Track, index: number) => Scenario | Promise<Scenario>;
  /** Folder of the site. */
  readonly path: string;
  /** Tells each file that is written, for people who wait. */
  readonly onFile?: (file: string) => void;
}

export async function writeSite({ board, cellsOf, scenarioOf, path, onFile }: SiteParts): Promise<void> {
  const write = (file: string, text: string) => {
    writeAtomically(join(path, file), text);
    onFile?.(file);
  };
  const tracks = await siteTracks(board, cellsOf);
  const labels = new Set(
    tracks.flatMap(({ groups }) => groups.flatMap(({ rows }) => rows.map(({ label }) => label))),
  );
  const look = { name: board.name, marks: methodMarks([...labels]), methods: labels.size };
  write("index.html", indexPage(look.name, tracks, look.marks, look.methods));
  for (const site of tracks) {
    writeEntries(site, board.name, write);
    for (let s = 0; s < site.scenarios.length; s++) {
      const scenario = await scenarioOf(site.track, s);
      writeScenario(site, s, scenario, look, write);
    }
  }
}

type Write = (file: string, text: string) => void;

function writeEntries(site: SiteTrack, name: string, write: Write): void {
  for (const group of site.groups)
    for (const row of group.rows) {
      write(`${row.file}.html`, entryPage(name, site, group, row));
      write(`${row.file}.json`, `${JSON.stringify(row.row.entry, null, 2)}\n`);
    }
}

interface Look {
  readonly name: string;
  readonly marks: MethodMarks;
  readonly methods: number;
}

function writeScenario(site: SiteTrack, s: number, scenario: Scenario, look: Look, write: Write): void {
  const own = site.scenarios[s];
  const { choices, files } = scenarioPlans(site, own, s);
  const { markup: graph, drawn } = graphChart(scenario);
  write(`${own.file}.html`, scenarioPage({ ...look, site, s, scenario, choices, graph }));
  for (const file of files) {
    write(`${own.file}/${file.file}.json`, planFileText(own, file));
    write(`${own.file}/${file.file}.js`, planScriptText(scenario, own, file, drawn));
  }
}
