/**
 * dnn-partitioning (Tarnawski et al., NeurIPS 2020) on its authors' inputs: the optimum of the
 * dynamic program, the experts' splits, one accelerator, and Scotch.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { countIdeals } from "../../../agents/exact/ideals/all-ideals.ts";
import { isCpu } from "../../../env/model/cluster/cluster.ts";
import { InputError } from "../../../env/model/errors.ts";
import { contract } from "../../../env/model/layers/elements.ts";
import { placement } from "../../../env/model/plan/placement.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { deviceLoads } from "../../../env/sim/objectives/device-loads.ts";
import { readPlanFile } from "../../../scenarios/plans/index.ts";
import { resolveScenario } from "../../../scenarios/resolve.ts";
import type { Claim, Laboratory, Paper, ReproductionScale } from "../contract.ts";
import { exactly, type Measured, ratioOf } from "../measured.ts";
import { judged } from "../verdicts.ts";
import { type DnnRow, dnnTable, expertFile } from "./dnn-table.ts";

const US_PER_MS = 1_000;
const UNDER = "max load of the paper: equal accelerators, memory of weights";
const MOST_IDEALS = 60_000;
const PARTITIONER = "multilevel?memory=ignore";
/** Inputs that a quick look leaves out. */
const LARGE = /inceptionv3|bert_[lL]-12|bert_l-6/;

export const dnnPartitioning: Paper = {
  id: "dnn-partitioning",
  title: "Efficient algorithms for device placement of DNN graph operators",
  authors: "Tarnawski, Phanishayee, Devanur, Mahajan, Nina Paravecino",
  venue: "NeurIPS 2020",
  remarks: [
    "The figures are results of its public programs on its public inputs; the paper's tables were not at hand.",
    "Our multilevel partitioner stands for Scotch, memory ignored as there.",
    "Outside: the table of latencies, the line of the PipeDream baseline, which depends on a traversal order, and the integer program.",
  ],
  dataFrom:
    "https://github.com/msr-fiddle/dnn-partitioning (MIT licence), the folders `throughput-inputs` and `human-experts`",
  async run(scale, lab) {
    const folder = scale.data!;
    const rows = scale.quick ? dnnTable.filter(({ workload }) => !LARGE.test(workload)) : dnnTable;
    const claims: Claim[] = [];
    for (const row of rows) claims.push(...(await claimsOf(row, folder, lab)));
    return [...claims, ...(await scotchClaims(rows, folder, scale, lab))];
  },
};

const pathOf = ({ workload }: DnnRow, folder: string): string => {
  const path = join(folder, "throughput-inputs", `${workload}.json`);
  if (!existsSync(path))
    throw new InputError(
      `"${folder}" has no "throughput-inputs/${workload}.json"; ${dnnPartitioning.dataFrom}.`,
    );
  return path;
};

async function claimsOf(row: DnnRow, folder: string, lab: Laboratory): Promise<Claim[]> {
  const path = pathOf(row, folder);
  const scenario = await resolveScenario(path);
  const optimum = await optimumOf(path, lab);
  const name = row.workload.replace("Graphs/", " graph ");
  const claim = (what: string, paper: number, quantity: string, measured: Measured) =>
    judged({
      statement: `${name}: ${what} is ${paper}.`,
      paperFigure: String(paper),
      source: "checked against its code or data",
      under: UNDER,
      quantity,
      rule: { kind: "exactly", value: paper },
      ...measured,
    });
  const ideals = countIdeals(contract(scenario), MOST_IDEALS);
  const expert =
    row.expert === null ? null : expertLoad(scenario, join(folder, "human-experts", expertFile(row)), lab);
  return [
    claim("the optimum over contiguous splits", row.optimum, "max load, ms", inMs(optimum)),
    claim("the number of ideals", row.ideals, "ideals", ideals === null ? NONE : exactly(ideals)),
    claim("the load of one accelerator", row.oneDevice, "load, ms", inMs(oneLoad(scenario, lab))),
    ...(row.expert === null ? [] : [claim("the experts' split", row.expert, "max load, ms", inMs(expert))]),
  ];
}

async function optimumOf(scenario: string, lab: Laboratory): Promise<number | null> {
  const [optimum] = await lab.values({ scenario, method: "ideals-dp", simulations: 1_000, seeds: 1 });
  return optimum;
}

const NONE: Measured = { measured: null, seeds: 1, note: null };

const inMs = (us: number | null): Measured => (us === null ? NONE : exactly(us / US_PER_MS));

/** All on the first accelerator; memory is ignored, as the published figure does. */
function oneLoad(scenario: Scenario, lab: Laboratory): number {
  const first = scenario.cluster.devices.findIndex((device) => !isCpu(device));
  const plan = placement(new Int32Array(scenario.graph.opCount).fill(first));
  lab.score(scenario, plan);
  return deviceLoads(scenario, plan).loadUs[first];
}

function expertLoad(scenario: Scenario, path: string, lab: Laboratory): number | null {
  if (!existsSync(path))
    throw new InputError(`The experts' split "${path}" does not exist; ${dnnPartitioning.dataFrom}.`);
  const { plan } = readPlanFile(scenario, { content: readFileSync(path), name: path });
  lab.score(scenario, plan);
  return Math.max(...deviceLoads(scenario, plan).loadUs);
}

/** The cut of a partitioner over the optimum: a mean over all inputs, and its order. */
async function scotchClaims(
  rows: readonly DnnRow[],
  folder: string,
  { seeds }: ReproductionScale,
  lab: Laboratory,
): Promise<Claim[]> {
  const scenarios = rows.map((row) => pathOf(row, folder));
  const parts = await Promise.all(
    scenarios.map((scenario) => lab.values({ scenario, method: PARTITIONER, simulations: 100, seeds })),
  );
  const optima = await Promise.all(scenarios.map((scenario) => optimumOf(scenario, lab)));
  const measured = ratioOf(
    parts,
    parts.map((row, i) => row.map(() => optima[i])),
  );
  const paper = Math.exp(
    rows.reduce((sum, { scotch, optimum }) => sum + Math.log(scotch / optimum), 0) / rows.length,
  );
  const shared = {
    paperFigure: `${paper.toFixed(3)} times the optimum, geometric mean of ${rows.length} inputs`,
    source: "checked against its code or data",
    under: `${UNDER}; a partitioner may split what is not contiguous`,
    quantity: "max load over the contiguous optimum",
    ...measured,
  } as const;
  return [
    judged({
      ...shared,
      statement: "A graph partitioner's parts are worse than the optimum over contiguous splits.",
      rule: { kind: "above", limit: 1 },
    }),
    judged({
      ...shared,
      statement: "A graph partitioner's parts are as far from the optimum as Scotch's.",
      rule: { kind: "ratio", paper: Number(paper.toFixed(3)), within: 1.25 },
    }),
  ];
}
