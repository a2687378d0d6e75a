/**
 * Baechi (Jeon et al., SoCC 2020): m-TOPO, m-ETF and m-SCT on four GPUs with little memory, against
 * stand-ins for its expert and against a learned placer.
 */

import type { Claim, Laboratory, Paper, ReproductionScale } from "../contract.ts";
import { neverNote, simulationsUntil } from "../convergence.ts";
import { type Runs, ratioOf } from "../measured.ts";
import { judged } from "../verdicts.ts";

const GPUS = "4xP100";
const NETWORKS = ["inception-v3", "gnmt-4", "transformer-big"] as const;
/** From 16 GB to what the paper's runs on little memory had, as a share of a GPU. */
const LITTLE = "memory=0.3x";

export const baechi: Paper = {
  id: "baechi",
  title: "Baechi: fast device placement of machine learning graphs",
  authors: "Jeon, Cai, Srivastava, Jiang, Ke, Meng, Xie, Gupta",
  venue: "SoCC 2020",
  remarks: [
    "Its networks and its number of GPUs are from memory; the two figures of its abstract were checked.",
    "The better of one GPU and equal blocks of the topological order stands for its experts.",
    "ColocRL stands for the learned placers, and simulations for time: a learner spends its time on measuring plans.",
  ],
  dataFrom: null,
  async run(scale, lab) {
    const networks = scale.quick ? NETWORKS.slice(0, 1) : NETWORKS;
    const networkModels = ["network=half-duplex", "fidelity=tf-2017&network=half-duplex"];
    const claims: Claim[] = [];
    for (const model of networkModels) claims.push(...(await orders(model, networks, lab)));
    return [...claims, await placementTime(networks.slice(0, 1), scale, lab)];
  },
};

const listed = (scenario: string, method: string, lab: Laboratory) =>
  lab.values({ scenario, method, simulations: 100, seeds: 1 });

/** The lower of two runs, scenario by scenario. */
async function better(
  scenarios: readonly string[],
  methods: readonly string[],
  lab: Laboratory,
): Promise<Runs> {
  return Promise.all(
    scenarios.map(async (scenario) => {
      const rows = await Promise.all(methods.map((method) => listed(scenario, method, lab)));
      const values = rows.flat().filter((value) => value !== null);
      return [values.length === 0 ? null : Math.min(...values)];
    }),
  );
}

async function orders(model: string, networks: readonly string[], lab: Laboratory): Promise<Claim[]> {
  const [roomy, tight] = ["memory=1x", LITTLE].map((memory) =>
    networks.map((network) => `${network}/${GPUS}?${memory}&${model}`),
  );
  const EXPERTS = ["single-device", "topo-blocks"];
  const shared = { source: "from memory", under: model.replaceAll("&", ", ") } as const;
  const expert = await Promise.all(
    roomy.map(async (scenario, i) =>
      judged({
        ...shared,
        source: "checked against the paper",
        statement: `On ${networks[i]} the step of the better of m-ETF and m-SCT is at most 6.2% above the experts'.`,
        paperFigure: "up to 6.2% higher",
        quantity: "step over that of the stand-in for experts",
        rule: { kind: "below", limit: 1.062 },
        ...ratioOf(await better([scenario], ["m-etf", "m-sct"], lab), await better([scenario], EXPERTS, lab)),
      }),
    ),
  );
  const order = async (statement: string, ours: string, theirs: string, scenarios: readonly string[]) =>
    judged({
      ...shared,
      statement,
      paperFigure: "an order; no figure is at hand",
      quantity: `step of ${ours} over that of ${theirs}, ${scenarios.length} networks`,
      rule: { kind: "below", limit: 1 },
      ...ratioOf(await better(scenarios, [ours], lab), await better(scenarios, [theirs], lab)),
    });
  const little = `with ${LITTLE}`;
  return [
    ...expert,
    await order(`m-SCT is faster than m-TOPO ${little}.`, "m-sct", "m-topo", tight),
    await order(`m-ETF is faster than m-TOPO ${little}.`, "m-etf", "m-topo", tight),
    await order("m-SCT is faster than m-ETF.", "m-sct", "m-etf", roomy),
  ];
}

/** Simulations stand for time: of a learned placer most of the time is measuring plans. */
async function placementTime(
  networks: readonly string[],
  { quick, seeds }: ReproductionScale,
  lab: Laboratory,
): Promise<Claim> {
  const simulations = quick ? 500 : 2_000;
  const scenarios = networks.map((network) => `${network}/${GPUS}?groups=64&network=half-duplex`);
  const learned = await Promise.all(
    scenarios.map((scenario) => lab.cells({ scenario, method: "colocrl", simulations, seeds })),
  );
  const planned = await Promise.all(
    scenarios.map((scenario) => lab.cells({ scenario, method: "m-sct", simulations: 100, seeds: 1 })),
  );
  const reached = learned.map((row, i) =>
    simulationsUntil(
      row,
      row.map(() => planned[i][0].value),
    ),
  );
  const note = [
    `The ratio cannot exceed about ${simulations / 2}: the learner had no more simulations.`,
    ...reached.map(neverNote).filter((sentence) => sentence !== null),
  ];
  return judged({
    statement: "Placement takes 654 to 206,000 times less time than a learned placer.",
    paperFigure: "654 to 206,000 times",
    source: "checked against the paper",
    under: "network=half-duplex; simulations in place of time",
    quantity: "simulations of ColocRL until it is as good as m-SCT, over those of m-SCT",
    rule: { kind: "above", limit: 654 },
    ...ratioOf(
      reached.map((row) => row.simulations),
      planned.map(([cell], i) => learned[i].map(() => cell.simulations)),
    ),
    note: note.join(" "),
  });
}
