/**
 * `reproduce`: a paper's workloads, devices, systems and baselines run here, each claim with a
 * verdict. Cells run in child processes and are kept, so that the same command goes on where it was
 * stopped.
 */
import { availableParallelism } from "node:os";
import type { BackendName } from "../../../agents/contract.ts";
import { InputError } from "../../../env/model/errors.ts";
import { type CellSpec, CellStopped } from "../../../results/cells/cell.ts";
import { faultSentence, faultsAsRows } from "../../../results/cells/failed-cell.ts";
import { createLaboratory } from "../../../results/reproduce/laboratory.ts";
import { policiesIn } from "../../../results/reproduce/policies.ts";
import { paperNamed, papers } from "../../../results/reproduce/registry.ts";
import { type Reproduction, reproduce as reproducePaper } from "../../../results/reproduce/report.ts";
import { openReproduction, type ReproductionFolder } from "../../../results/reproduce/reproduction-folder.ts";
import { type PretrainedMethod, resolvePretrained } from "../../../results/training/pretrained.ts";
import {
  backendFlag,
  backendOf,
  defineCommand,
  jobsFlag,
  jsonFlag,
  seedFlag,
  type Values,
} from "../../command.ts";
import { inFolder } from "../../files.ts";
import { jsonText } from "../../json.ts";
import { createPool } from "../../pool/pool.ts";
import { papersText, reproductionText } from "../../reports/reproduce-report.ts";
import { EXIT, lineWidth, type Terminal } from "../../terminal/terminal.ts";
import { versions } from "../../version.ts";

const flags = {
  list: { type: "switch", describe: "list the papers instead" },
  quick: { type: "switch", describe: "a look of some minutes: fewer scenarios, smaller budgets" },
  seeds: {
    type: "integer",
    min: 2,
    default: 5,
    placeholder: "K",
    describe: "repetitions of methods that draw numbers; one alone would have no interval",
  },
  seed: seedFlag,
  data: {
    type: "text",
    placeholder: "DIR",
    describe: "folder of the paper's own files, for papers that need them",
    defaultText: "none",
  },
  backend: backendFlag,
  jobs: jobsFlag,
  out: {
    type: "text",
    placeholder: "DIR",
    describe: "where cells, report and page go; a folder of the same paper is gone on with",
    defaultText: "a new folder in runs/",
  },
  json: jsonFlag,
} as const;

export const reproduce = defineCommand({
  name: "reproduce",
  summary:
    "Runs the systems and baselines of a published paper on its workloads and judges each of its claims by measured intervals.",
  positionals: [{ name: "PAPER", describe: "such as heft; --list shows all", arity: "optional" }],
  flags,
  examples: [
    "reproduce --list",
    "reproduce heft --quick",
    "reproduce dnn-partitioning --data ./dnn-partitioning --out runs/dnn-partitioning",
  ],
  async run({ values, positionals: [id] }, terminal) {
    if (values.list) {
      const shown = papers.map(({ run: _, ...paper }) => paper);
      terminal.write(values.json ? jsonText(shown) : papersText(papers, lineWidth(terminal)));
      return EXIT.done;
    }
    if (id === undefined) throw new InputError('"reproduce" needs a paper; "reproduce --list" shows all.');
    const paper = paperNamed(id);
    const backend = backendOf(values.backend, terminal);
    return inFolder(values.out, `reproduce-${paper.id}`, async (path) => {
      const folder = await openReproduction({ path, paper: paper.id, seed: values.seed, versions });
      if (folder.keptCount > 0)
        terminal.note(`"${path}" holds this reproduction: ${folder.keptCount} cells are kept.`);
      try {
        const found = await runPaper(paper.id, { values, backend, folder }, terminal);
        if (found === null) {
          terminal.note(`Stopped; the same command with --out ${path} goes on.`);
          return EXIT.interrupted;
        }
        const page = await folder.write(found);
        const text = () => reproductionText(found.report, lineWidth(terminal));
        terminal.write(values.json ? jsonText(found.report) : `${text()}\nPage: ${page}\n`);
        return EXIT.done;
      } finally {
        folder.close();
      }
    });
  },
});

interface PaperRun {
  readonly values: Values<typeof flags>;
  readonly backend: BackendName;
  readonly folder: ReproductionFolder;
}

/** Null where an interrupt came before the last cell. */
async function runPaper(
  id: string,
  { values, backend, folder }: PaperRun,
  terminal: Terminal,
): Promise<Reproduction | null> {
  const { quick, seeds, seed, data, jobs } = values;
  const pool = createPool();
  const { signal } = terminal;
  const lab = createLaboratory({
    runCell: folder.keeping(tolerant(pool.runCell, folder, terminal)),
    hooks: { clock: terminal.seconds, cpuClock: terminal.cpuSeconds, signal },
    seed,
    backend,
    jobs: jobs ?? availableParallelism(),
    keep: folder.keep,
    train: policiesIn({
      path: folder.policies,
      seed,
      backend,
      hooks: { clock: terminal.seconds, cpuClock: terminal.cpuSeconds, signal, versions },
    }),
    note: terminal.note,
    onFinished: everySeconds(10, terminal, (finished, asked) =>
      terminal.note(`${finished} of ${asked} cells so far; later ones may follow from them.`),
    ),
  });
  try {
    const found = await reproducePaper(paperNamed(id), { quick, seeds, seed, data: data ?? null }, lab);
    return signal.aborted ? null : found;
  } catch (error) {
    if (error instanceof CellStopped || signal.aborted) return null;
    throw error;
  } finally {
    pool.close();
  }
}

/** Passes on at most one call in so many seconds. */
function everySeconds(
  pause: number,
  { seconds }: Terminal,
  tell: (finished: number, asked: number) => void,
): typeof tell {
  let toldAt = seconds();
  return (finished, asked) => {
    if (seconds() - toldAt < pause) return;
    toldAt = seconds();
    tell(finished, asked);
  };
}

/** Cells whose method fails are rows without a plan; the reason is told and kept. */
function tolerant(
  runCell: ReturnType<typeof createPool>["runCell"],
  folder: ReproductionFolder,
  terminal: Terminal,
): typeof runCell {
  const known = new Map<string, Promise<PretrainedMethod>>();
  const methodOf = (spec: string) => known.get(spec) ?? resolvePretrained(spec);
  const onFault = (cell: CellSpec, error: unknown) => {
    const sentence = `Method "${cell.method}" failed on "${cell.scenario}": ${faultSentence(error)}`;
    terminal.note(`placement-gym: ${sentence} The stack is in ${folder.writeFault(cell, error)}`);
  };
  return async (cell, hooks) => {
    const method = methodOf(cell.method);
    known.set(cell.method, method);
    const { module } = await method;
    return faultsAsRows({ runCell, moduleOf: () => module, onFault })(cell, hooks);
  };
}
