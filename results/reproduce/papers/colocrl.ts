/**
 * ColocRL (Mirhoseini et al., ICML 2017): one GPU, Scotch, MinCut, experts and learned placements
 * of RNNLM, NMT and Inception-V3 on two and four K80. All its figures here are from memory.
 */
import type { Claim, Laboratory, Paper, ReproductionScale } from "../contract.ts";
import { type Assumption, OUR_DEFAULT, TF_2017, TF_2017_OPS } from "../placement/assumptions.ts";
import { besideSearches, type LearnedRow, learnedRows, learner, rowOf } from "../placement/learners.ts";
import { fitsUnder } from "../placement/memory.ts";
import { type Comparison, comparedUnder } from "../placement/orders.ts";
import { withSlowCopies } from "../placement/slow-copies.ts";
import { EQUAL_BLOCKS, LAYERS_APART, MIN_CUT, ONE_GPU, SCOTCH, type System } from "../placement/systems.ts";

/** Groups of the default rule, as many as the paper's. */
const RNNLM = (gpus: number) => `rnnlm/${gpus}xK80?groups=188`;
const NMT = (gpus: number) => `nmt-2/${gpus}xK80?groups=280`;
const INCEPTION = (gpus: number) => `inception-v3/${gpus}xK80?groups=83`;

const source = "from memory";
const SHORTER = { kind: "below", limit: 1 } as const;

/** Luong, Pham and Manning (EMNLP 2015) leave out sentences above 50 words (from memory). */
const LONG: Assumption = {
  under: `${TF_2017_OPS.under}, sentences of 50 words`,
  options: `${TF_2017_OPS.options}&steps=50`,
};
/** The rule that the paper applies before those by hand. */
const SINGLE_CONSUMERS: Assumption = {
  under: "tf-2017, groups by the paper's rule of single consumers alone",
  options: `${TF_2017.options}&coarsen=single-consumer`,
};
const WORST_ALLOCATOR: Assumption = {
  under: `${LONG.under}, the most that TensorFlow's allocator may waste`,
  options: `${LONG.options}&memory=0.5x`,
};

const SPLITS_PAY = "Plans on two GPUs are faster than one GPU here, and the agent may find them.";
const COPIES =
  "In the paper's row at least 10.4 of MinCut's 11.94 s are no compute, for one GPU computes all in 1.57 s. " +
  "No published cost of a copy explains that; with the published one a cut in two halves saves time.";
const SLOWER_THAN_CPU =
  "Scotch's plan took longer than the CPU alone did, 6.89 s, so most of its step was no compute either.";
const PIPELINE =
  "The layers form a pipeline over time steps here, so that both GPUs work at once. " +
  "At least 2.2 of the paper's 3.81 s are no compute.";
const IN_TURN =
  "The parts follow each other here, so that one GPU waits for the other, and few tensors are sent. " +
  "In the paper's row at least 6.6 s are no compute.";

export const colocrlPaper: Paper = {
  id: "colocrl",
  title: "Device placement optimization with reinforcement learning",
  authors: "Mirhoseini, Pham, Le, Steiner, Larsen, Zhou, Kumar, Norouzi, Bengio, Dean",
  venue: "ICML 2017",
  remarks: [
    "Graphs are rebuilt from published shapes; the paper's are dumps of TensorFlow with 8 to 34 times as many ops.",
    "Groups are by our default rule, as many as the paper has; its rules by hand are not public.",
    "A multilevel partitioner stands for Scotch, with the CPU as a part by its speed; MinCut has the GPUs alone.",
    "An expert is a layer for each GPU on recurrent networks, and blocks of equal compute on Inception-V3.",
    "The agent trains with one controller, on a small part of the paper's 12 to 27 hours on up to 160 machines.",
  ],
  dataFrom: null,
  async run(scale, lab) {
    return [...(await baselines(scale, lab)), ...(await memory(lab)), ...(await agents(scale, lab))];
  },
};

/** One GPU over what has more, on networks with recurrent layers and without. */
const orders: readonly (readonly [readonly Assumption[], Comparison])[] = [
  ...(
    [
      ["MinCut on two", 11.94, MIN_CUT, COPIES],
      ["Scotch on a CPU and two", 13.43, SCOTCH, SLOWER_THAN_CPU],
      ["an expert's layer for each of two", 3.81, LAYERS_APART, PIPELINE],
    ] as const
  ).map(
    ([name, seconds, theirs, why]) =>
      [
        [OUR_DEFAULT, TF_2017, TF_2017_OPS],
        overOne("RNNLM", name, [1.57, seconds], RNNLM(2), theirs, why),
      ] as const,
  ),
  ...(
    [
      ["MinCut on two", 22.88, MIN_CUT, IN_TURN],
      ["an expert's split over two", 11.22, EQUAL_BLOCKS, IN_TURN],
    ] as const
  ).map(
    ([name, seconds, theirs, why]) =>
      [
        [OUR_DEFAULT, TF_2017],
        overOne("Inception-V3", name, [4.6, seconds], INCEPTION(2), theirs, why),
      ] as const,
  ),
];

function overOne(
  network: string,
  name: string,
  [one, other]: readonly [number, number],
  scenario: string,
  theirs: System,
  why: string,
): Comparison {
  return {
    statement: `On ${network} one GPU is faster than ${name}.`,
    paperFigure: `${one} s against ${other} s`,
    source,
    rule: SHORTER,
    scenarios: [scenario],
    ours: ONE_GPU,
    theirs,
    why,
  };
}

async function baselines({ seeds }: ReproductionScale, lab: Laboratory): Promise<Claim[]> {
  const claims = orders.map(async ([assumptions, order]) =>
    withSlowCopies(await comparedUnder(assumptions, order, seeds, lab), order, lab),
  );
  return (await Promise.all(claims)).flat();
}

const memory = (lab: Laboratory): Promise<Claim[]> =>
  fitsUnder(
    [OUR_DEFAULT, TF_2017_OPS, LONG, WORST_ALLOCATOR],
    NMT(2),
    {
      statement: "NMT does not fit one K80.",
      paperFigure: "out of memory",
      source,
      rule: { kind: "above", limit: 1 },
      why: "The paper's lengths and widths are not known. Sentences of 20 words take half of a K80, those of 50 nearly all.",
    },
    lab,
  );

/** Networks with an op for each kernel of an LSTM cell. */
const rows: readonly LearnedRow[] = [
  rowOf("On RNNLM the agent finds that one of two GPUs is best.", [1.57, 1.57], {
    scenarios: [`${RNNLM(2)}&fused=0`],
    theirs: ONE_GPU,
    why: SPLITS_PAY,
  }),
  rowOf("On NMT and two GPUs the agent beats the expert.", [4.04, 4.99], {
    scenarios: [`${NMT(2)}&fused=0`],
    theirs: LAYERS_APART,
  }),
  rowOf("On Inception-V3 and four GPUs the agent beats one GPU.", [3.85, 4.6], {
    scenarios: [INCEPTION(4)],
    theirs: ONE_GPU,
  }),
  rowOf("On Inception-V3 the agent finds that one of two GPUs is best.", [4.6, 4.6], {
    scenarios: [INCEPTION(2)],
    theirs: ONE_GPU,
    why: SPLITS_PAY,
  }),
  rowOf("On NMT and four GPUs the agent beats the expert.", [3.92, 4.73], {
    scenarios: [`${NMT(4)}&fused=0`],
    theirs: LAYERS_APART,
  }),
];

async function agents({ quick, seeds }: ReproductionScale, lab: Laboratory): Promise<Claim[]> {
  const agent = learner("colocrl", quick ? { published: 20, ours: 100 } : { published: 200, ours: 1_000 });
  const shown = quick ? rows.slice(0, 1) : rows;
  const scenarios = shown.flatMap((row) => row.scenarios);
  const onOneGpu = shown.filter(({ theirs }) => theirs === ONE_GPU);
  return [
    ...(await learnedRows(agent, shown, TF_2017, seeds, lab)),
    ...(await learnedRows(agent, onOneGpu, SINGLE_CONSUMERS, seeds, lab)),
    ...(await besideSearches(agent, scenarios, TF_2017, seeds, lab)),
  ];
}
