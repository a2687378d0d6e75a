/**
 * GDP (Zhou et al., 2019): one policy for all nodes at once, against human experts, METIS and HDP
 * on P100, and how soon it converges.
 */
import type { Claim, Laboratory, Paper, ReproductionScale } from "../contract.ts";
import { exactly, ratioOf } from "../measured.ts";
import { type Assumption, addressUnder, OUR_DEFAULT, TF_2017 } from "../placement/assumptions.ts";
import { besideSearches, learner } from "../placement/learners.ts";
import { claimOf, comparedUnder } from "../placement/orders.ts";
import { convergedUnder } from "../placement/speeds.ts";
import { EQUAL_BLOCKS, MIN_CUT, method } from "../placement/systems.ts";

/** Its thirteen rows. */
const ROWS = [
  "rnnlm/2xP100?layers=2",
  "inception-v3/2xP100?batch=32",
  "transformer-xl/2xP100?layers=2",
  "gnmt-2/2xP100",
  "amoebanet-d/4xP100",
  "wavenet/2xP100?stacks=2&layers=9",
  "inception-v3/2xP100?batch=64",
  "transformer-xl/4xP100?layers=4",
  "rnnlm/4xP100?layers=4",
  "gnmt-4/4xP100",
  "transformer-xl/8xP100?layers=8",
  "wavenet/4xP100?stacks=4&layers=9",
  "gnmt-8/8xP100",
] as const;

/** 49 updates of 4 placements, and the policy's own plan. */
const TUNED_SIMULATIONS = 197;

const CHECKED = "checked against the paper";
const SHORTER = { kind: "below", limit: 1 } as const;

export const gdpPaper: Paper = {
  id: "gdp",
  title: "GDP: generalized device placement for dataflow graphs",
  authors: "Zhou, Roy, Abdolrashidi, Wong, Ma, Xu, Zhong, Liu, Goldie, Mirhoseini, Laudon",
  venue: "arXiv 2019",
  remarks: [
    "The authors are from memory. Widths, rates and epochs of the published agent are ours, since the paper names few.",
    "Human placements are not public; blocks of equal compute stand for them.",
    "HDP is ours. The paper's 15 times is against its authors' own HDP, and its definition of convergence is not known.",
    "Seconds of single rows are from memory and may mix two papers, so that the means are judged and not the rows.",
    "In full, ours and HDP run on the first six rows, the published agent on the first three.",
  ],
  dataFrom: null,
  async run(scale, lab) {
    const { quick } = scale;
    const assumptions = quick ? [OUR_DEFAULT] : [OUR_DEFAULT, TF_2017];
    return [
      ...(await metis(scale, lab)),
      ...(await averages(assumptions, scale, lab)),
      ...(await convergence(scale, lab)),
      await transfer(scale, lab),
    ];
  },
};

/** How many rows METIS leaves without a plan that fits. */
async function metis({ quick }: ReproductionScale, lab: Laboratory): Promise<Claim[]> {
  const rows = quick ? ROWS.slice(0, 3) : ROWS;
  const said = {
    statement: "Plans of METIS run out of memory on nearly every network.",
    paperFigure: "on nearly every row",
    source: "from memory",
    rule: { kind: "above", limit: rows.length / 2 },
    why: "Parts of equal work fit here. What METIS balanced in the paper is not known; by numbers of ops, weights and outputs may gather on a GPU.",
  } as const;
  return Promise.all(
    [OUR_DEFAULT, TF_2017].map(async (assumption) => {
      const values = await Promise.all(
        rows.map((row) => MIN_CUT.values(addressUnder(row, assumption), 1, lab)),
      );
      const none = values.flat().filter((value) => value === null).length;
      return claimOf(said, assumption, `rows of ${rows.length} whose plan does not fit`, exactly(none));
    }),
  );
}

async function averages(
  assumptions: readonly Assumption[],
  { quick, seeds }: ReproductionScale,
  lab: Laboratory,
): Promise<Claim[]> {
  const agent = learner("gdp", quick ? { published: 16, ours: 200 } : { published: 64, ours: 1_000 });
  const few = ROWS.slice(0, quick ? 1 : 3);
  const more = ROWS.slice(0, quick ? 2 : 6);
  const hdp = method("our HDP with as many simulations", "hdp", quick ? 200 : 1_000);
  const human = {
    statement: "Its plans are faster than human experts'.",
    paperFigure: "16% on average",
    source: CHECKED,
    theirs: EQUAL_BLOCKS,
  } as const;
  const prior = {
    statement: "Its plans are faster than HDP's.",
    paperFigure: "9.2% on average",
    source: CHECKED,
    theirs: hdp,
    scenarios: more,
    ours: agent.ours,
  } as const;
  const claims = [
    ...(await comparedUnder(
      assumptions,
      { ...human, rule: SHORTER, scenarios: few, ours: agent.published },
      seeds,
      lab,
    )),
  ];
  for (const rule of [SHORTER, { kind: "ratio", paper: 0.84, within: 1.1 } as const])
    claims.push(
      ...(await comparedUnder(
        assumptions,
        { ...human, rule, scenarios: more, ours: agent.ours },
        seeds,
        lab,
      )),
    );
  for (const rule of [SHORTER, { kind: "ratio", paper: 0.908, within: 1.1 } as const])
    claims.push(...(await comparedUnder(assumptions, { ...prior, rule }, seeds, lab)));
  return [...claims, ...(await besideSearches(agent, more, OUR_DEFAULT, seeds, lab))];
}

/** Pretrained without the network that is judged, then tuned on it. */
async function transfer({ quick, seeds }: ReproductionScale, lab: Laboratory): Promise<Claim> {
  const [judged, ...others] = ROWS.slice(0, quick ? 4 : 6);
  const policy = await lab.train({
    name: "gdp",
    agent: "gdp",
    scenarios: others,
    simulations: quick ? 600 : 8_000,
  });
  const alone = quick ? 400 : 2_000;
  const valuesOf = (method: string, simulations: number) =>
    lab.values({ scenario: judged, method, simulations, seeds });
  const measured = ratioOf(
    [await valuesOf(`gdp@${policy}?finetune=${TUNED_SIMULATIONS}`, TUNED_SIMULATIONS)],
    [await valuesOf("gdp", alone)],
  );
  return claimOf(
    {
      statement: "Pretrained on other graphs and tuned in under 50 updates it is as good as trained alone.",
      paperFigure: "at or above training alone",
      source: "from memory",
      rule: { kind: "ratio", paper: 1, within: 1.03 },
      why: "Pretraining is minutes on few networks, with our default agent.",
    },
    OUR_DEFAULT,
    `step tuned in ${TUNED_SIMULATIONS} simulations after ${others.length} other networks over that of ${alone} alone, ${judged}`,
    measured,
  );
}

function convergence({ quick, seeds }: ReproductionScale, lab: Laboratory): Promise<Claim[]> {
  const simulations = quick ? 200 : 1_000;
  return convergedUnder(
    [OUR_DEFAULT],
    {
      statement: "It converges 15 times as fast as HDP: within 2% of HDP's best plan.",
      paperFigure: "15 times",
      source: CHECKED,
      rule: { kind: "ratio", paper: 0.067, within: 3 },
      why: "Both are our default agents, whose settings were chosen for few simulations.",
      scenarios: ROWS.slice(0, quick ? 2 : 6),
      ours: { name: "our GDP", spec: "gdp", simulations },
      theirs: { name: "our HDP", spec: "hdp", simulations },
      target: "theirs",
      slack: 1.02,
    },
    seeds,
    lab,
  );
}
