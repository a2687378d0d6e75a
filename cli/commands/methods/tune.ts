/**
 * `tune`: options of one method tried on several scenarios under one budget. It prints the trials
 * of each rung and the winner as a spec. The same command with the same folder goes on where it was
 * stopped.
 */
import { InputError } from "../../../env/model/errors.ts";
import type { Objective } from "../../../env/model/scenario.ts";
import { checkRequest } from "../../../results/comparison/compare.ts";
import { formatCount, formatGap } from "../../../results/text/format.ts";
import { knownMethods } from "../../../results/training/run-inputs.ts";
import { type Strategy, strategies, type TrialRow } from "../../../results/tuning/rungs.ts";
import {
  type Rung,
  rungRequest,
  tune as runTuning,
  type TuneReport,
  type TuneRequest,
  tuningPlan,
} from "../../../results/tuning/tune.ts";
import { openTuning } from "../../../results/tuning/tune-folder.ts";
import { withMembers } from "../../../scenarios/address.ts";
import {
  backendFlag,
  backendOf,
  defineCommand,
  type Flags,
  jobsFlag,
  jsonFlag,
  objectiveFlag,
  seedFlag,
  type Values,
} from "../../command.ts";
import { inFolder } from "../../files.ts";
import { jsonText } from "../../json.ts";
import { createPool, type Pool } from "../../pool/pool.ts";
import { queueFlag } from "../../pool/queue/address.ts";
import { openQueue, queueIn } from "../../pool/queue/asked-queue.ts";
import { runComparison } from "../../pool/run-cells.ts";
import { table } from "../../reports/columns.ts";
import { shellWord } from "../../reports/origin.ts";
import { EXIT, type Terminal } from "../../terminal/terminal.ts";
import { versions } from "../../version.ts";

const flags = {
  scenarios: {
    type: "list",
    placeholder: "A,B",
    describe: "URIs, members of families such as nmt/train/0-3/2xK80, or files; every trial runs on each",
  },
  simulations: {
    type: "integer",
    min: 1,
    default: 20_000,
    placeholder: "N",
    describe: "budget of all trials together, in simulations",
  },
  strategy: {
    type: "text",
    choices: strategies,
    default: "halving",
    placeholder: "NAME",
    describe:
      "halving (rungs of rising budget, the best third goes on) or random (one budget for each trial)",
  },
  trials: {
    type: "integer",
    min: 2,
    default: 18,
    placeholder: "N",
    describe: "specs to try, the method as given among them",
  },
  seeds: { type: "integer", min: 1, default: 2, placeholder: "K", describe: "repetitions of every trial" },
  seed: seedFlag,
  vary: {
    type: "list",
    placeholder: "A,B",
    describe: "options to change",
    defaultText: "all with a usual range",
  },
  range: {
    type: "repeated",
    placeholder: "NAME=FROM..TO",
    describe: "values of an option that is a number, such as learningRate=0.001..0.1; may be repeated",
  },
  choose: {
    type: "repeated",
    placeholder: "NAME=A,B",
    describe: "values of an option, such as entropy=0,0.01,0.1; may be repeated",
  },
  objective: objectiveFlag,
  backend: backendFlag,
  jobs: jobsFlag,
  queue: queueFlag,
  out: {
    type: "text",
    placeholder: "DIR",
    describe: "where cells and result go; a folder that holds the same tuning is gone on with",
    defaultText: "a new folder in runs/",
  },
  json: jsonFlag,
} as const satisfies Flags;

export const tune = defineCommand({
  name: "tune",
  summary:
    "Tries options of a planner or an agent on scenarios under one budget of simulations; prints the best as a spec.",
  positionals: [
    { name: "METHOD", describe: "an id, or a spec whose options stay as they are", arity: "one" },
  ],
  flags,
  examples: [
    "tune placeto --scenarios nmt/train/0-3/2xK80 --simulations 60000",
    "tune reinforce?batch=20 --scenarios nmt/train/0/2xK80 --range learningRate=0.01..1 --choose entropy=0,0.01,0.1",
    "tune mcmc --scenarios enas-cifar/train/0-3/2xK80 --strategy random --trials 12 --vary beta,proposals --out runs/mcmc",
  ],
  async run({ values, positionals: [method] }, terminal) {
    const request = requestOf(method, values, terminal);
    const queue = queueIn(values, terminal);
    checkRequest({ ...rungRequest(request, [method], 1) });
    const { methods, inputs } = await knownMethods([method]);
    const known = methods.get(method)!;
    const { sizes, specs: trials } = tuningPlan(request, known);
    const id = known.module.card.id;
    return inFolder(values.out, `tune-${id}`, async (path) => {
      const folder = await openTuning({ path, request, versions, inputs, specs: trials });
      if (folder.keptCount > 0)
        terminal.note(`"${path}" holds this tuning: ${folder.keptCount} cells are kept.`);
      let pool: Pool | undefined;
      try {
        pool = queue === null ? createPool() : await openQueue(queue, folder, terminal);
        const report = await runTuning(request, known, {
          compare(rungAsked, { rung }) {
            const { methods: specs, budget } = rungAsked;
            const each = `${formatCount(budget.simulations!)} simulations for each cell`;
            terminal.note(`Rung ${rung} of ${sizes.length}: ${specs.length} trials, ${each}`);
            return runComparison({ request: rungAsked, jobs: values.jobs, folder, pool }, terminal);
          },
        });
        if (report.complete) folder.write(report);
        terminal.write(values.json ? jsonText({ ...report, out: path }) : textOf(report, path));
        return report.complete ? EXIT.done : EXIT.failed;
      } finally {
        await pool?.close();
        folder.close();
      }
    });
  },
});

function requestOf(method: string, values: Values<typeof flags>, terminal: Terminal): TuneRequest {
  const { scenarios, simulations, strategy, trials, seeds, seed, vary, range = [], choose = [] } = values;
  if (scenarios === undefined)
    throw new InputError('"tune" needs scenarios to try on: --scenarios A,B, best of a training split.');
  return {
    method,
    scenarios: withMembers(scenarios),
    seeds,
    seed,
    simulations,
    strategy: strategy as Strategy,
    trials,
    ranges: range,
    choices: choose,
    ...(vary !== undefined && { vary }),
    objective: values.objective as Objective | undefined,
    backend: backendOf(values.backend, terminal),
  };
}

/** Rows of a table; what comes after them is counted. */
const MOST_ROWS = 12;

function textOf(report: TuneReport, path: string): string {
  const { rungs, winner, request, simulations } = report;
  const parts = rungs.map((rung, i) => rungText(rung, { place: `Rung ${i + 1}`, given: request.method }));
  const spent = `${formatCount(simulations)} of ${formatCount(request.simulations)} simulations spent. Folder: ${path}`;
  if (winner === null)
    return `${[...parts, `Stopped before the end; the same command with --out ${path} goes on. ${spent}`].join("\n\n")}\n`;
  return `${[...parts, winnerText(report, winner), spent].join("\n\n")}\n`;
}

function rungText({ simulations, rows }: Rung, { place, given }: { place: string; given: string }): string {
  const shown = rows.slice(0, MOST_ROWS);
  const head = ["trial", "excess", "gap", "fits"];
  const body = shown.map(({ spec, score, gap, feasible, cells }) => [
    spec === given ? `${spec} (as given)` : spec,
    score === null ? "no plan" : formatGap(score),
    gap === null ? "-" : formatGap(gap),
    `${feasible} of ${cells}`,
  ]);
  const more = rows.length > shown.length ? [`  and ${rows.length - shown.length} more`] : [];
  const title = `${place}: ${rows.length} trials, ${formatCount(simulations)} simulations for each cell`;
  return [title, ...table([head, ...body]), ...more].join("\n");
}

/** The winner was picked from many by these very numbers, so a check needs other seeds. */
function winnerText({ rungs, request }: TuneReport, { spec }: TrialRow): string {
  const { method, scenarios, seed } = request;
  const { simulations } = rungs[rungs.length - 1];
  const check = [
    "placement-gym compare --scenarios",
    shellWord(scenarios.join(",")),
    "--methods",
    shellWord(`${spec},${method}`),
    `--simulations ${simulations} --seeds 5 --seed ${Number(seed) + 1}`,
  ];
  if (spec === method) return `Best: ${spec}, the method as given`;
  return [
    `Best: ${spec}`,
    "It was picked by the numbers above, so they flatter it. With other seeds, or better on other scenarios:",
    `  ${check.join(" ")}`,
  ].join("\n");
}
