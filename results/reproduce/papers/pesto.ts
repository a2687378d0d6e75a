/**
 * Pesto (Hafeez, Sun, Gandhi, Liu, Middleware 2021): placement and order by an integer program over
 * a coarsened graph, against experts and Baechi on two GPUs and a host. All of its figures are from
 * memory.
 */
import type { Claim, Laboratory, Paper, ReproductionScale } from "../contract.ts";
import { ratioOf } from "../measured.ts";
import { judged } from "../verdicts.ts";

const GPUS = "2xP100";
const NETWORKS = [
  "nmt-2?steps=10",
  "rnnlm?steps=10",
  "transformer-xl?layers=4",
  "nasnet-a-mobile?groups=96",
] as const;
const BASELINES = ["single-device", "topo-blocks", "m-etf", "m-sct"] as const;

export const pestoPaper: Paper = {
  id: "pesto",
  title: "Towards optimal placement and scheduling of DNN operations with Pesto",
  authors: "Hafeez, Sun, Gandhi, Liu",
  venue: "Middleware 2021",
  remarks: [
    "No text or code of the paper was at hand: its networks, devices and figures are from memory.",
    "Its program is rebuilt from a description and solved by HiGHS in windows, where the paper's solver took it whole.",
    "The best of one GPU, equal blocks, m-ETF and m-SCT stands for the experts and Baechi.",
  ],
  dataFrom: null,
  async run(scale, lab) {
    const networks = scale.quick ? NETWORKS.slice(0, 1) : NETWORKS;
    const claims = await claimsUnder("network=link-queue", networks, scale, lab);
    if (!scale.quick)
      claims.push(...(await claimsUnder("fidelity=tf-2017", NETWORKS.slice(0, 2), scale, lab)));
    return claims;
  },
};

async function claimsUnder(
  model: string,
  networks: readonly string[],
  { seeds }: ReproductionScale,
  lab: Laboratory,
): Promise<Claim[]> {
  const scenarios = networks.map((network) => {
    const [name, options] = network.split("?");
    return `${name}/${GPUS}?${options}&${model}`;
  });
  const pesto = await Promise.all(
    scenarios.map((scenario) => lab.values({ scenario, method: "pesto", simulations: 1_000, seeds })),
  );
  const best = await Promise.all(scenarios.map((scenario) => bestOf(scenario, seeds, lab)));
  const shared = {
    source: "from memory",
    under: `${model.replaceAll("&", ", ")}, ${GPUS} and the host`,
    quantity: "step over that of the best baseline",
  } as const;
  return [
    judged({
      ...shared,
      statement: "Steps are shorter than those of the best earlier placement.",
      paperFigure: "14% shorter on average",
      rule: { kind: "below", limit: 1 },
      ...ratioOf(pesto, best),
    }),
    judged({
      ...shared,
      statement: "Steps are 14% shorter on average than those of the best earlier placement.",
      paperFigure: "14% shorter on average",
      rule: { kind: "ratio", paper: 0.86, within: 1.1 },
      ...ratioOf(pesto, best),
    }),
    ...pesto.map((row, i) =>
      judged({
        ...shared,
        statement: `On ${networks[i].split("?")[0]} steps are shorter than those of the best baseline.`,
        paperFigure: "up to 31% shorter",
        rule: { kind: "below", limit: 1 },
        ...ratioOf([row], [best[i]]),
      }),
    ),
  ];
}

/** The lowest value of all baselines, once for each seed; none of them draws. */
async function bestOf(scenario: string, seeds: number, lab: Laboratory): Promise<(number | null)[]> {
  const runs = BASELINES.map((method) => lab.values({ scenario, method, simulations: 100, seeds: 1 }));
  const values = (await Promise.all(runs)).flat().filter((value) => value !== null);
  return Array.from({ length: seeds }, () => (values.length === 0 ? null : Math.min(...values)));
}
