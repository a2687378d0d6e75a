/**
 * FlexFlow's search (Jia, Zaharia, Aiken, MLSys 2019). Its placement part: Metropolis chains over
 * devices of groups against ColocRL's learned placements, on one node of four P100. Then its part
 * that splits ops.
 */

import type { Claim, Laboratory, Paper, ReproductionScale } from "../contract.ts";
import { neverNote, simulationsUntil } from "../convergence.ts";
import { ratioOf } from "../measured.ts";
import { judged } from "../verdicts.ts";
import { splitClaims } from "./flexflow-splits.ts";

const NODE = "4xP100";
const NETWORKS = ["inception-v3", "nmt-2", "rnnlm"] as const;
const SIMULATIONS = 2_000;
/** The rule of the public code: one chain that returns to its best plan. */
const CODE = "mcmc?restarts=false&resets=true";

export const flexflow: Paper = {
  id: "flexflow",
  title: "Beyond data and model parallelism for deep neural networks",
  authors: "Jia, Zaharia, Aiken",
  venue: "MLSys 2019",
  remarks: [
    "Placements and splits are two methods here: `mcmc` chooses devices of whole ops, `flexflow-soap` splits that all devices run.",
    "ColocRL is ours, with groups of ours; both methods have the same groups and the same number of simulations.",
    "One node of its cluster, four P100 on PCIe; four nodes where all 16 can take part.",
    "Batches are from memory, and recurrent networks have 10 time steps.",
  ],
  dataFrom: null,
  async run(scale, lab) {
    const networks = scale.quick ? ["inception-v3"] : NETWORKS;
    const claims = await claimsUnder("default", networks, scale, lab);
    if (!scale.quick) claims.push(...(await claimsUnder("tf-2017", ["nmt-2"], scale, lab)));
    return [...claims, ...(await splitClaims(scale, lab))];
  },
};

async function claimsUnder(
  fidelity: string,
  networks: readonly string[],
  { seeds }: ReproductionScale,
  lab: Laboratory,
): Promise<Claim[]> {
  const scenarios = networks.map((network) => `${network}/${NODE}?groups=64&fidelity=${fidelity}`);
  const cellsOf = (method: string) =>
    Promise.all(
      scenarios.map((scenario) => lab.cells({ scenario, method, simulations: SIMULATIONS, seeds })),
    );
  const [mcmc, code, colocrl] = await Promise.all([cellsOf("mcmc"), cellsOf(CODE), cellsOf("colocrl")]);
  const valuesOf = (cells: typeof mcmc) => cells.map((row) => row.map(({ value }) => value));
  const speedup = ratioOf(valuesOf(colocrl), valuesOf(mcmc));
  const reached = mcmc.map((row, i) =>
    simulationsUntil(
      row,
      colocrl[i].map(({ value }) => value),
    ),
  );
  const spent = colocrl.map((row) => row.map((cell) => cell.simulations));
  const search = ratioOf(
    reached.map((row) => row.simulations),
    spent,
  );
  const shared = {
    source: "checked against the paper",
    under: `${fidelity}, ${NODE}, placements only, ${networks.join(" and ")}`,
  } as const;
  const quantity = `step of ColocRL's plan over that of the chain's, ${SIMULATIONS} simulations each`;
  return [
    judged({
      ...shared,
      statement: "The chain's plans are faster than ColocRL's.",
      paperFigure: "3.4 to 3.8 times faster",
      quantity,
      rule: { kind: "above", limit: 1 },
      ...speedup,
    }),
    judged({
      ...shared,
      statement: "The chain's plans are 3.4 to 3.8 times as fast as ColocRL's.",
      paperFigure: "3.4 to 3.8 times faster",
      quantity,
      rule: { kind: "ratio", paper: 3.6, within: 1.06 },
      ...speedup,
      note: "The paper's chain also splits ops, ColocRL does not; here neither does.",
    }),
    judged({
      ...shared,
      statement: "The chain is as good as ColocRL's final plan after a small part of its evaluations.",
      paperFigure: "seconds to minutes on one node against 12 to 27 hours on up to 160 nodes",
      quantity: "simulations of the chain until it is as good, over ColocRL's",
      rule: { kind: "below", limit: 1 },
      ...search,
      note: reached.map(neverNote).find((note) => note !== null) ?? search.note,
    }),
    judged({
      ...shared,
      source: "checked against its code or data",
      statement: "Returning to the best plan every hundredth of the budget, as the code does, does no harm.",
      paperFigure: "in the public code and not in the paper",
      quantity: "step of the code's chain over that of the paper's",
      rule: { kind: "below", limit: 1 },
      ...ratioOf(valuesOf(code), valuesOf(mcmc)),
    }),
  ];
}
