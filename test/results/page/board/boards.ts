/**
 * Boards from cells, for the tests of the site. Scores and ranks follow the contract of the board.
 */
import type { Budget } from "../../../../env/sim/evaluator/budget.ts";
import type { CellResult } from "../../../../results/cells/cell.ts";
import type { BestKnown, Board, BoardRow, Entry, Track } from "../../../../results/leaderboard/contract.ts";
import type { SiteParts } from "../../../../results/page/board/site.ts";
import { scoreOf } from "../../../../results/statistics/scores.ts";

export interface GroupCells {
  readonly budget: Budget;
  /** By method; each by scenario, then by seed. */
  readonly cells: ReadonlyMap<string, readonly CellResult[]>;
}

export interface TrackCells {
  readonly id: string;
  readonly groups: readonly GroupCells[];
  readonly trainedOn?: ReadonlyMap<string, readonly string[]>;
}

export function boardOf(tracks: readonly TrackCells[]): Pick<SiteParts, "board" | "cellsOf"> {
  const cellsOf = new Map<string, readonly CellResult[]>();
  const board: Board = {
    name: "board-v1",
    tracks: tracks.map((given) => {
      const all = given.groups.flatMap(({ cells }) => [...cells.values()].flat());
      const uris = [...new Set(all.map(({ scenario }) => scenario))];
      const track: Track = {
        id: given.id,
        summary: `${all[0].objective} on ${uris.length} scenarios`,
        objective: all[0].objective,
        answers: ["placement"],
        rule: null,
        trainingSplits: null,
        scenarios: uris.map((uri) => [uri, all.find(({ scenario }) => scenario === uri)!.scenarioHash]),
        budgets: given.groups.map(({ budget }) => budget),
        seeds: 1 + Math.max(...all.map(({ seedIndex }) => seedIndex)),
      };
      const bounds = uris.map((uri) =>
        Math.max(...all.filter(({ scenario }) => scenario === uri).map(({ bound }) => bound)),
      );
      const groups = given.groups.map(({ budget, cells }) => {
        const rows = [...cells].map(([method, own]): Omit<BoardRow, "rank"> => {
          const score = scored(own, uris, bounds);
          const entry = entryOf(given, { track, budget, method, cell: own[0], iqm: score.iqm.value });
          cellsOf.set(
            entry.id,
            own.map((cell) => ({ ...cell, bound: bounds[uris.indexOf(cell.scenario)] })),
          );
          return { entry, ...score, isTrainedOnTest: entry.trainedOn.length > 0 };
        });
        rows.sort((a, b) => b.iqm.value - a.iqm.value);
        return { budget, rows: rows.map((row, i): BoardRow => ({ ...row, rank: i + 1 })) };
      });
      return { track, groups, bestKnown: uris.map((uri, s) => bestOf(all, uri, bounds[s])) };
    }),
  };
  return { board, cellsOf: (entry) => cellsOf.get(entry.id)! };
}

interface EntryParts {
  readonly track: Track;
  readonly budget: Budget;
  readonly method: string;
  readonly cell: CellResult;
  readonly iqm: number;
}

function entryOf(given: TrackCells, { track, budget, method, cell, iqm }: EntryParts): Entry {
  const spent = budget.simulations ?? `${budget.cpuSeconds}s`;
  return {
    format: "placement-gym/entry@1",
    id: `${track.id}.${method}.${spent}`,
    board: "board-v1",
    track: track.id,
    method,
    methodName: cell.methodName,
    kind: cell.kind,
    options: {},
    budget,
    rootSeed: 0,
    seeds: track.seeds,
    versions: { "placement-gym": "0.1.0", node: "20.19.0" },
    backend: cell.backend,
    trainedOn: given.trainedOn?.get(method) ?? [],
    policySha256: null,
    cellsSha256: "0".repeat(64),
    iqm,
    command: `placement-gym evaluate --suite ${track.id} --methods '${method}' --simulations ${spent}`,
  };
}

/** An interval of the middle scores stands in for one of the bootstrap. */
function scored(cells: readonly CellResult[], uris: readonly string[], bounds: readonly number[]) {
  const scores = cells.map(({ scenario, value }) => scoreOf(value, bounds[uris.indexOf(scenario)]));
  const sorted = [...scores].sort((a, b) => a - b);
  const cut = Math.floor(scores.length / 4);
  const middle = sorted.slice(cut, scores.length - cut);
  const value = middle.reduce((sum, score) => sum + score, 0) / middle.length;
  const gaps = uris.map((uri, s) => {
    const values = cells.filter(({ scenario }) => scenario === uri).map((cell) => cell.value);
    if (values.includes(null)) return null;
    return values.reduce<number>((sum, own) => sum + own! / bounds[s] - 1, 0) / values.length;
  });
  const known = gaps.filter((gap) => gap !== null);
  return {
    iqm: { value, low: value - 0.15 * (value - middle[0]), high: value + 0.15 * (middle.at(-1)! - value) },
    meanGap: known.length === 0 ? null : known.reduce((sum, gap) => sum + gap, 0) / known.length,
    feasibleCells: cells.filter(({ value: own }) => own !== null).length,
    cells: cells.length,
    gaps,
  };
}

function bestOf(all: readonly CellResult[], uri: string, bound: number): BestKnown | null {
  const own = all.filter(({ scenario, value }) => scenario === uri && value !== null);
  if (own.length === 0) return null;
  const best = own.reduce((a, b) => (b.value! < a.value! ? b : a));
  return {
    scenario: uri,
    scenarioHash: best.scenarioHash,
    objective: best.objective,
    rule: null,
    value: best.value!,
    bound,
    boundArgument: best.boundArgument,
    method: best.method,
    date: "2026-11-28",
    plan: best.plan!,
  };
}
