/**
 * `best` compared with every other planner at the same number of evaluations, over whole suites:
 *
 *     npx tsx test/bench/best.ts [SIMULATIONS] [SUITE ...]
 *
 * The default is 1,000 evaluations and the suites `default` and `papers/*`. A row for each suite
 * shows
 *
 * - its scenarios, the mean gap of `best` to the best bound known, and the planner with the next
 *   mean gap;
 * - the share of scenarios on which `best` is within 1% of the winner, and where it is furthest
 *   behind.
 *
 * Planners of minutes are left out: the ILPs, branch and bound, the linear program of m-SCT. Cells
 * run one after the other, seed 0. The sixteen profiles of dnn-partitioning take half an hour, the
 * other suites minutes each.
 */
import { defaultMethods, listMethods } from "../../agents/index.ts";
import type { Objective } from "../../env/index.ts";
import { type CompareReport, compare, runCell } from "../../results/index.ts";
import { type Suite, suiteCatalog, suiteMembers, suiteNamed } from "../../scenarios/index.ts";
import { ABSENT, sharedPath } from "../shared-folder.ts";

const BEST = "best";
/** How near to the winner counts as being with it. */
const NEAR = 0.01;

/** Planners that are asked for by name only and answer the objective in seconds. */
const byName: Readonly<Record<Objective, readonly string[]>> = {
  makespan: ["ideals-dp", "coarse-to-fine"],
  "max-load": ["max-load-search", "acyclic-partition", "pipedream-interval"],
  latency: ["latency-search", "ideals-dp"],
  "peak-memory": [],
  iteration: [],
  throughput: [],
  cost: [],
  rewritten: [],
};

async function main([simulations = "1000", ...names]: readonly string[]): Promise<void> {
  const suites = names.length > 0 ? names.map(suiteNamed) : suiteCatalog.filter(isJudged);
  const columns = [`scenarios  ${BEST}`, "next planner", "within 1%", "furthest behind"];
  console.log(["suite".padEnd(34), ...columns.map((column) => column.padEnd(26))].join(""));
  for (const suite of suites) await judge(suite, Number(simulations));
}

const isJudged = ({ name }: Suite) => name === "default" || name.startsWith("papers/");

async function judge(suite: Suite, simulations: number): Promise<void> {
  const folder = suite.files === undefined ? undefined : sharedPath("data", "dnn-partitioning");
  if (folder === null) {
    console.log(`${suite.name}: not judged, ${ABSENT}.`);
    return;
  }
  const planners = new Set(listMethods().flatMap(({ kind, card }) => (kind === "planner" ? [card.id] : [])));
  // The files of the suites of files are profiles of pipelines.
  const objective = suite.objective ?? (suite.files === undefined ? "makespan" : "max-load");
  const report = await compare(
    {
      scenarios: suiteMembers(suite, folder),
      methods: [...defaultMethods.filter((id) => planners.has(id)), ...byName[objective]],
      seeds: 1,
      seed: 0,
      budget: { simulations },
      objective: suite.objective,
    },
    { runCell, clock: () => performance.now() / 1000, cpuClock: () => performance.now() / 1000 },
  );
  console.log(row(suite, report));
}

function row({ name }: Suite, { methods, scenarios }: CompareReport): string {
  const own = methods.find(({ method }) => method === BEST)!;
  const others = methods.filter(
    (summary) => summary !== own && summary.feasibleScenarios === own.feasibleScenarios,
  );
  const next = others.reduce((a, b) => ((b.meanGap ?? Infinity) < (a.meanGap ?? Infinity) ? b : a));
  const behind = scenarios.map(({ scenario, rows }) => ({ scenario, share: behindWinner(rows) }));
  const near = behind.filter(({ share }) => share <= NEAR).length;
  const furthest = behind.reduce((a, b) => (b.share > a.share ? b : a));
  const cells = [
    `${String(scenarios.length).padStart(9)}  ${percent(own.meanGap)}`,
    `${next.method} ${percent(next.meanGap)}`,
    `${near} of ${scenarios.length}`,
    furthest.share > 0
      ? `${percent(furthest.share)} on ${furthest.scenario.split("/").slice(-2).join("/")}`
      : "-",
  ];
  return [name.padEnd(34), ...cells.map((cell) => cell.padEnd(26))].join("");
}

/**
 * By which share the value of `best` is above the winner's; infinite where it alone found nothing
 * that fits.
 */
function behindWinner(rows: CompareReport["scenarios"][number]["rows"]): number {
  const winner = rows[0];
  const own = rows.find(({ method }) => method === BEST)!;
  if (winner.mean === null) return 0;
  return own.mean === null ? Number.POSITIVE_INFINITY : own.mean / winner.mean - 1;
}

const percent = (share: number | null): string => (share === null ? "-" : `${(100 * share).toFixed(2)}%`);

await main(process.argv.slice(2));
