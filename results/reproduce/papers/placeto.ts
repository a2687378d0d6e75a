/**
 * Placeto (Addanki et al., NeurIPS 2019): a policy that improves placements node by node, against
 * ColocRL's kind of agent, one GPU, Scotch and experts, on K80 dies of a p2.8xlarge.
 */
import type { Claim, Laboratory, Paper, ReproductionScale } from "../contract.ts";
import { type Assumption, OUR_DEFAULT, TF_2017 } from "../placement/assumptions.ts";
import { besideSearches, type LearnedRow, learnedRows, learner, rowOf } from "../placement/learners.ts";
import { fitsUnder } from "../placement/memory.ts";
import { comparedUnder } from "../placement/orders.ts";
import { convergedUnder } from "../placement/speeds.ts";
import { EQUAL_BLOCKS, MIN_CUT, method, ONE_GPU, type System } from "../placement/systems.ts";

const INCEPTION = (gpus: number) => `inception-v3/${gpus}xK80`;
const NMT = (gpus: number) => `nmt-2/${gpus}xK80`;
const MOBILE = (gpus: number) => `nasnet-a-mobile/${gpus}xK80`;
const LARGE = "nasnet-a-large/2xK80";

const source = "from memory";

/** Its simulator has no limit of memory; the reward has a penalty above 8 GB. */
const OWN_SIMULATOR: Assumption = {
  under: "placeto, the simulator published with it",
  options: "fidelity=placeto",
};
const LONG: Assumption = {
  under: "tf-2017, sentences of 50 words, the longest that Luong et al. (EMNLP 2015) keep",
  options: "fidelity=tf-2017&steps=50",
};

export const placetoPaper: Paper = {
  id: "placeto",
  title: "Learning generalizable device placement algorithms for distributed machine learning",
  authors: "Addanki, Bojja Venkatakrishnan, Gupta, Mao, Alizadeh",
  venue: "NeurIPS 2019",
  remarks: [
    "Its graphs are not public; ours have the same networks, and families drawn from the same search spaces.",
    "Its NASNet is not named. One GPU took less time for it than for Inception-V3, so it is a small one: A-mobile here.",
    "ColocRL stands for its agent of recurrent networks. A multilevel partitioner on the GPUs stands for Scotch.",
    "An expert is a split into blocks of equal compute.",
    "A sweep of Placeto takes an evaluation for each node, so that its training steps are not simulations.",
  ],
  dataFrom: null,
  async run(scale, lab) {
    return [
      ...(await baselines(scale, lab)),
      ...(await memory(lab)),
      ...(await agents(scale, lab)),
      ...(await generalisation(scale, lab)),
    ];
  },
};

async function baselines({ seeds }: ReproductionScale, lab: Laboratory): Promise<Claim[]> {
  const assumptions = [OUR_DEFAULT, OWN_SIMULATOR, TF_2017];
  const row = rowOf("On Inception-V3 Scotch with two GPUs is about as fast as one GPU.", [1.54, 1.56], {
    scenarios: [INCEPTION(2)],
    theirs: ONE_GPU,
  });
  const expert = rowOf("On NASNet an expert's two GPUs beat one.", [0.86, 1.28], {
    scenarios: [MOBILE(2)],
    theirs: ONE_GPU,
    why: "The paper does not say how its expert split NASNet. Blocks of equal compute run one after the other.",
  });
  return [
    ...(await comparedUnder(assumptions, { ...row, ours: MIN_CUT }, seeds, lab)),
    ...(await comparedUnder(assumptions, { ...expert, ours: EQUAL_BLOCKS }, seeds, lab)),
  ];
}

async function memory(lab: Laboratory): Promise<Claim[]> {
  const fits = {
    paperFigure: "1.28 s on one GPU",
    source,
    rule: { kind: "below", limit: 1 },
  } as const;
  return [
    ...(await fitsUnder(
      [OUR_DEFAULT, TF_2017],
      MOBILE(2),
      { ...fits, statement: "NASNet fits one GPU, as NASNet-A mobile." },
      lab,
    )),
    ...(await fitsUnder(
      [OUR_DEFAULT, TF_2017, OWN_SIMULATOR],
      LARGE,
      {
        ...fits,
        statement: "NASNet fits one GPU, as NASNet-A large.",
        why: "The large one has four times the work of Inception-V3 for an image, and the paper's took less time than that network. So the paper's was another. Its own simulator has no limit of memory.",
      },
      lab,
    )),
    ...(await fitsUnder(
      [OUR_DEFAULT, TF_2017, LONG],
      NMT(2),
      {
        statement: "NMT does not fit one GPU.",
        paperFigure: "out of memory",
        source,
        rule: { kind: "above", limit: 1 },
        why: "The paper's lengths of sentences and widths are not known; ours are 20 words and 1,024 unless said.",
      },
      lab,
    )),
  ];
}

const rowsAgainst = (recurrent: System): readonly LearnedRow[] => [
  rowOf("On Inception-V3 and two GPUs it is as fast as the recurrent agent.", [1.18, 1.17], {
    scenarios: [INCEPTION(2)],
    theirs: recurrent,
  }),
  rowOf("On Inception-V3 and two GPUs it beats the expert.", [1.18, 1.28], {
    scenarios: [INCEPTION(2)],
    theirs: EQUAL_BLOCKS,
  }),
  rowOf("On Inception-V3 and four GPUs it beats the recurrent agent.", [1.13, 1.19], {
    scenarios: [INCEPTION(4)],
    theirs: recurrent,
  }),
  rowOf("On NMT and two GPUs it is as fast as the recurrent agent.", [2.32, 2.35], {
    scenarios: [NMT(2)],
    theirs: recurrent,
  }),
  rowOf("On NMT and four GPUs it beats the recurrent agent.", [2.63, 3.15], {
    scenarios: [NMT(4)],
    theirs: recurrent,
  }),
  rowOf("On NASNet and two GPUs it beats the recurrent agent.", [0.86, 0.89], {
    scenarios: [MOBILE(2)],
    theirs: recurrent,
  }),
  rowOf("On NASNet and four GPUs it beats the recurrent agent.", [0.74, 0.76], {
    scenarios: [MOBILE(4)],
    theirs: recurrent,
  }),
];

async function agents({ quick, seeds }: ReproductionScale, lab: Laboratory): Promise<Claim[]> {
  const simulations = quick ? 300 : 2_000;
  const placeto = learner("placeto", { published: simulations, ours: simulations });
  const recurrent = method("our recurrent agent", "colocrl", simulations);
  const rows = rowsAgainst(recurrent);
  const shown = quick ? rows.slice(0, 2) : rows;
  const scenarios = [...new Set(shown.flatMap((row) => row.scenarios))];
  const race = (id: string, spec: string) => ({
    statement: `${id} needs fewer evaluations than the recurrent agent for plans as good.`,
    paperFigure: "up to 6.1 times fewer training steps",
    source: "checked against the paper" as const,
    rule: { kind: "below", limit: 1 } as const,
    why: "An episode of Placeto takes an evaluation for each node, a plan of the recurrent agent takes one.",
    scenarios,
    ours: { name: id, spec, simulations },
    theirs: { name: "our recurrent agent", spec: "colocrl", simulations },
  });
  return [
    ...(await learnedRows(placeto, shown, OWN_SIMULATOR, seeds, lab)),
    ...(await convergedUnder([OWN_SIMULATOR], race("The published agent", "placeto?mode=paper"), seeds, lab)),
    ...(await convergedUnder([OWN_SIMULATOR], race("Our agent", "placeto"), seeds, lab)),
    ...(await besideSearches(placeto, scenarios, OWN_SIMULATOR, seeds, lab)),
  ];
}

/** A policy of the family's first half on members of the other half, in a single sweep. */
async function generalisation({ quick, seeds }: ReproductionScale, lab: Laboratory): Promise<Claim[]> {
  const members = Array.from({ length: quick ? 3 : 8 }, (_, i) => `nmt/test/${i}/2xK80`);
  const policy = await lab.train({
    name: "placeto-nmt",
    agent: "placeto",
    scenarios: Array.from({ length: 16 }, (_, i) => `nmt/train/${i}/2xK80`),
    simulations: quick ? 20_000 : 300_000,
  });
  const zeroShot = method(
    "the policy without training on the graph",
    `placeto@${policy}?decode=greedy&greedySweeps=1`,
    100,
  );
  const random = method("the best of as many random plans", "random", 100);
  const ownTraining = method("training on the graph itself", "placeto", quick ? 300 : 2_000);
  const said = { source, scenarios: members, ours: zeroShot } as const;
  return [
    ...(await comparedUnder(
      [OUR_DEFAULT],
      {
        ...said,
        statement: "On unseen graphs of the family the policy is better than random plans.",
        paperFigure: "far better, as distributions",
        rule: { kind: "below", limit: 1 },
        theirs: random,
      },
      seeds,
      lab,
    )),
    ...(await comparedUnder(
      [OUR_DEFAULT],
      {
        ...said,
        statement: "On unseen graphs of the family the policy is nearly as good as one trained on the graph.",
        paperFigure: "close, as distributions",
        rule: { kind: "ratio", paper: 1, within: 1.08 },
        theirs: ownTraining,
      },
      seeds,
      lab,
    )),
  ];
}
