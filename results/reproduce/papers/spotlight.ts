/**
 * Spotlight (Gao, Chen, Li, ICML 2018): proximal policy optimisation against policy gradient, with
 * networks of one kind. Its seconds and its networks are not known to us.
 */
import type { Claim, Laboratory, Paper, ReproductionScale } from "../contract.ts";
import { type Assumption, OUR_DEFAULT, TF_2017 } from "../placement/assumptions.ts";
import { besideSearches, learner } from "../placement/learners.ts";
import { type Comparison, comparedUnder } from "../placement/orders.ts";
import { convergedUnder } from "../placement/speeds.ts";
import { EQUAL_BLOCKS, ONE_GPU, type System } from "../placement/systems.ts";

const SCENARIOS = [
  "inception-v3/4xK80?groups=64",
  "rnnlm/2xK80?fused=0&groups=64",
  "nmt-2/2xK80?fused=0&groups=64",
] as const;

const AGAINST = {
  paperFigure: "60.9% of the time with policy gradient",
  source: "checked against the paper",
} as const;
const SHORTER = { kind: "below", limit: 1 } as const;

export const spotlightPaper: Paper = {
  id: "spotlight",
  title: "Spotlight: optimizing device placement for training deep neural networks",
  authors: "Gao, Chen, Li",
  venue: "ICML 2018",
  remarks: [
    "Its networks and seconds are not known to us, but for a benchmark on CIFAR-10; those here are ColocRL's.",
    "Its 60.9% is against a policy gradient of its authors. ColocRL stands for that, with as many simulations.",
    "Its sizes, rates and transform of rewards are not known to us; the published agent has ours.",
  ],
  dataFrom: null,
  async run(scale, lab) {
    const { quick, seeds } = scale;
    const scenarios = quick ? SCENARIOS.slice(0, 1) : SCENARIOS;
    const budget = quick ? { published: 32, ours: 100 } : { published: 160, ours: 1_000 };
    const spotlight = learner("spotlight", budget);
    const gradient = learner("colocrl", budget);
    const assumptions = quick ? [OUR_DEFAULT] : [OUR_DEFAULT, TF_2017];
    const pairs = [
      [spotlight.published, named("policy gradient as in ColocRL", gradient.published)],
      [spotlight.ours, named("our policy gradient", gradient.ours)],
    ] as const;
    const claims: Claim[] = [];
    for (const [ours, theirs] of pairs)
      claims.push(...(await against(assumptions, { scenarios, ours, theirs }, seeds, lab)));
    return [
      ...claims,
      ...(await convergence(scale, scenarios, lab)),
      ...(await baselines(assumptions, spotlight.ours, scenarios, seeds, lab)),
      ...(await besideSearches(spotlight, scenarios, OUR_DEFAULT, seeds, lab)),
    ];
  },
};

const named = (name: string, system: System): System => ({ ...system, name });

async function against(
  assumptions: readonly Assumption[],
  systems: Pick<Comparison, "scenarios" | "ours" | "theirs">,
  seeds: number,
  lab: Laboratory,
): Promise<Claim[]> {
  const order: Comparison = {
    ...systems,
    ...AGAINST,
    statement: "Its plans are faster than those of policy gradient.",
    rule: SHORTER,
  };
  const ratio: Comparison = {
    ...systems,
    ...AGAINST,
    statement: "Its plans take 60.9% of the time of those of policy gradient.",
    rule: { kind: "ratio", paper: 0.609, within: 1.1 },
    why: "Plans of both are near each other here.",
  };
  return [
    ...(await comparedUnder(assumptions, order, seeds, lab)),
    ...(await comparedUnder(assumptions, ratio, seeds, lab)),
  ];
}

/** The sheet of the paper has no number of samples to converge. */
function convergence(
  { quick, seeds }: ReproductionScale,
  scenarios: readonly string[],
  lab: Laboratory,
): Promise<Claim[]> {
  const simulations = quick ? 100 : 1_000;
  return convergedUnder(
    [OUR_DEFAULT],
    {
      statement: "It needs fewer placements than policy gradient for plans as good.",
      paperFigure: "faster; the factor is not known to us",
      source: "from memory",
      rule: SHORTER,
      scenarios,
      ours: { name: "our Spotlight", spec: "spotlight", simulations },
      theirs: { name: "our policy gradient", spec: "colocrl", simulations },
    },
    seeds,
    lab,
  );
}

async function baselines(
  assumptions: readonly Assumption[],
  ours: System,
  scenarios: readonly string[],
  seeds: number,
  lab: Laboratory,
): Promise<Claim[]> {
  const claims: Claim[] = [];
  for (const theirs of [ONE_GPU, EQUAL_BLOCKS]) {
    const comparison: Comparison = {
      statement: `Its plans are faster than ${theirs.name}.`,
      paperFigure: "faster; the seconds are not known to us",
      source: "from memory",
      rule: SHORTER,
      scenarios,
      ours,
      theirs,
    };
    claims.push(...(await comparedUnder(assumptions, comparison, seeds, lab)));
  }
  return claims;
}
