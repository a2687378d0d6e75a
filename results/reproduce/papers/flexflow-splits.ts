/**
 * FlexFlow's claims on plans that split ops (Jia, Zaharia, Aiken, MLSys 2019): chains over splits
 * against data parallelism and OptCNN, by step and by bytes between devices.
 */
import { type Plan, planFromJson } from "../../../env/model/plan/plan.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { sentBytes } from "../../../env/sim/lower/sharding/sent-bytes.ts";
import { lowerSharding } from "../../../env/sim/lower/sharding/tasks.ts";
import type { CellResult } from "../../cells/cell.ts";
import type { Claim, Laboratory, ReproductionScale } from "../contract.ts";
import { type Measured, ratioOf } from "../measured.ts";
import { type Assumption, OUR_DEFAULT } from "../placement/assumptions.ts";
import { claimOf, type Said } from "../placement/orders.ts";

const CHAIN = "flexflow-soap";
const LINEAR = "alexnet/4x4xP100?batch=256";
const BRANCHED = "inception-v3/4xP100?batch=64";
const RECURRENT = ["rnnlm/4x4xP100?batch=64&layers=2&steps=10", "nmt-2/4xP100?batch=64&steps=10"] as const;

const CHECKED = "checked against the paper";

export async function splitClaims({ quick, seeds }: ReproductionScale, lab: Laboratory): Promise<Claim[]> {
  const simulations = quick ? 100 : 500;
  const networks = quick ? [LINEAR] : [LINEAR, BRANCHED, ...RECURRENT];
  const cellsOf = (method: string, scenarios: readonly string[]) =>
    Promise.all(
      scenarios.map((scenario) =>
        lab.cells({ scenario, method, simulations, seeds, objective: "iteration" }),
      ),
    );
  const data = await cellsOf("data-parallel", networks);
  const chain = await cellsOf(CHAIN, networks);
  const speedups = networks.map((_, i) => ratioOf([valuesOf(data[i])], [valuesOf(chain[i])]));
  const bytes = await Promise.all(
    networks.map(async (network, i) =>
      ratioOf([await bytesOf(network, data[i], lab)], [await bytesOf(network, chain[i], lab)]),
    ),
  );
  const budget = `${simulations} simulations`;
  const overData = `step of data parallelism over that of the chain's plan, ${budget}`;
  const sent = `bytes between devices of data parallelism over those of the chain's plan, ${budget}`;
  return [
    claimOf(FASTER, under(networks), overData, ratioOf(data.map(valuesOf), chain.map(valuesOf))),
    upTo(UP_TO_FASTER, networks, overData, speedups),
    upTo(FEWER_BYTES, networks, sent, bytes),
    ...(await besideOptcnn({ networks, chain, budget }, cellsOf)),
  ];
}

const FASTER: Said = {
  statement: "Its plans are faster than data parallelism.",
  paperFigure: "up to 3.3 times",
  source: CHECKED,
  rule: { kind: "above", limit: 1 },
};
const UP_TO_FASTER: Said = {
  statement: "Throughput is up to 3.3 times that of data parallelism and expert plans.",
  paperFigure: "up to 3.3 times",
  source: CHECKED,
  rule: { kind: "ratio", paper: 3.3, within: 1.2 },
  why: "Expert plans are not here, and not its 64 K80. The largest gain of our networks is judged.",
};
const FEWER_BYTES: Said = {
  statement: "It moves up to 5 times fewer bytes than data parallelism.",
  paperFigure: "up to 5 times fewer",
  source: CHECKED,
  rule: { kind: "ratio", paper: 5, within: 1.2 },
  why: "The paper's figure is of translation on 64 K80. The largest of our networks is judged.",
};

interface Chains {
  readonly networks: readonly string[];
  readonly chain: readonly (readonly CellResult[])[];
  readonly budget: string;
}

/** Recurrent networks leave OptCNN more nodes than it may try, so branches stand for them. */
async function besideOptcnn(
  { networks, chain, budget }: Chains,
  cellsOf: (method: string, scenarios: readonly string[]) => Promise<readonly (readonly CellResult[])[]>,
): Promise<Claim[]> {
  const rows = [
    { network: LINEAR, method: "optcnn", said: AS_OPTCNN },
    { network: BRANCHED, method: "optcnn?axes=1", said: OVER_OPTCNN },
  ];
  return Promise.all(
    rows
      .filter(({ network }) => networks.includes(network))
      .map(async ({ network, method, said }) => {
        const [optcnn] = await cellsOf(method, [network]);
        const own = chain[networks.indexOf(network)];
        const quantity = `step of ${method} over that of the chain's plan, ${budget}`;
        return claimOf(said, under([network]), quantity, ratioOf([valuesOf(optcnn)], [valuesOf(own)]));
      }),
  );
}

const AS_OPTCNN: Said = {
  statement: "On linear networks it is as fast as OptCNN.",
  paperFigure: "the same",
  source: CHECKED,
  rule: { kind: "ratio", paper: 1, within: 1.05 },
  why: "A chain of so few proposals is short of OptCNN's optimum.",
};
const OVER_OPTCNN: Said = {
  statement: "On other networks it is 1.2 to 1.6 times as fast as OptCNN.",
  paperFigure: "1.2 to 1.6",
  source: CHECKED,
  rule: { kind: "ratio", paper: 1.4, within: 1.16 },
  why: "Both divide each op over all devices here. The paper's chain also runs branches side by side.",
};

/** The row of the largest number, which the claim is about. */
function upTo(said: Said, networks: readonly string[], quantity: string, rows: readonly Measured[]): Claim {
  const level = ({ measured }: Measured): number => measured?.value ?? 0;
  const largest = rows.reduce((most, row, i) => (level(row) > level(rows[most]) ? i : most), 0);
  return claimOf(said, under([networks[largest]]), quantity, rows[largest]);
}

const under = (networks: readonly string[]): Assumption => ({
  ...OUR_DEFAULT,
  under: `${OUR_DEFAULT.under}, plans that split ops, ${networks.join(" and ")}`,
});

const valuesOf = (cells: readonly CellResult[]): (number | null)[] => cells.map(({ value }) => value);

/** Bytes that all devices send in a step, by seed. */
const bytesOf = (network: string, cells: readonly CellResult[], lab: Laboratory) =>
  Promise.all(
    cells.map(({ value, plan }) =>
      lab.numberOn(network, (scenario) =>
        value === null || plan === null
          ? null
          : sentIn(scenario, planFromJson(scenario, plan, "the cell's plan")),
      ),
    ),
  );

function sentIn(scenario: Scenario, plan: Plan): number | null {
  if (plan.kind !== "sharding") return null;
  const lowered = lowerSharding(scenario, plan);
  const moves = sentBytes(lowered, scenario.cluster.devices.length);
  return moves.reduce((sum, move, i) => {
    if (lowered.moves[i].kind === "feed") return sum;
    return sum + move.reduce((all, bytes) => all + bytes, 0);
  }, 0);
}
