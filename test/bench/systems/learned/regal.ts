/**
 * REGAL's lines "works in the gym when": peak memory on two devices, on graphs of the family
 * `regal`. They have no weights, as those of its data set have none.
 *
 * Graphs of `train` train the policy, those of `test` judge it. They are not filtered for room to
 * improve, which REGAL's are. At scale 1 there are 200 to judge by, and 12 at least. The policy is
 * the same at every scale: 100 graphs, 100 updates of runs of 150 evaluations, then 40 of runs of
 * 1,000. A run that is judged has 5,000 evaluations at every scale.
 */
import { regal } from "../../../../agents/learned/regal.ts";
import { choicesOf } from "../../../../agents/problems/choices.ts";
import { oneTask, taskSource } from "../../../../agents/run/tasks.ts";
import {
  createEvolution,
  type Evolution,
  plainDistributions,
} from "../../../../agents/search/keys/evolution.ts";
import { orderedDecoder } from "../../../../agents/search/keys/random-keys.ts";
import { createLedger, createRng, evaluator, metered, type Scenario } from "../../../../env/index.ts";
import { uncounted } from "../../../../env/sim/evaluator/budget.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";
import type { SystemCheck } from "../check.ts";
import { kept } from "../kept.ts";

const EVALUATIONS = 5_000;
/** Evaluations of the last runs of training. */
const TRAINED_FOR = 1_000;
const SIZES = { population: 100, elite: 0.2, mutants: 0.15 };
const SEED = 1;

const atScale = (most: number, least: number, scale: number) => Math.max(least, Math.round(most * scale));
const graphsAt = (scale: number) => atScale(200, 12, scale);

function scenariosOf(split: string, count: number): Promise<Scenario[]> {
  const uris = Array.from({ length: count }, (_, i) => `regal/${split}/${i}/2xK80?weights=0`);
  return Promise.all(uris.map((uri) => resolveScenario(uri, { objective: "peak-memory" })));
}

/** The stream that the agent of the same seed acts by. */
const actingRng = () => createRng(SEED).child("training").child("acting");

function evolutionOn(scenario: Scenario, population = SIZES.population): Evolution {
  const decoder = orderedDecoder(choicesOf(scenario, "accelerators"), uncounted);
  const plain = plainDistributions(decoder.length, 0.7);
  return createEvolution(decoder, evaluator(scenario), actingRng(), { ...SIZES, population }, plain);
}

/** Best cost so far after each of these numbers of evaluations, ascending. */
function costsAfter(evolution: Evolution, marks: readonly number[]): number[] {
  let done = 0;
  return marks.map((mark) => {
    for (; done < mark; done++) evolution.next();
    return evolution.bestCost;
  });
}

const TRAINED_ON = 100;
const UPDATES = { short: 100, long: 40 };
const SHORT = { seeds: 1, budget: 300, graphs: 3, learningRate: 0.01 };
const LONG = { seeds: 1, budget: 2 * TRAINED_FOR, graphs: 3, learningRate: 0.006, tilt: 0.6 };

/** Short runs first, then runs of 1,000 evaluations from the policy that these gave. */
async function trainedPolicy(): Promise<unknown> {
  const scenarios = await scenariosOf("train", TRAINED_ON);
  const short = await kept("regal", "policy-short", () => trainedFor(scenarios, UPDATES.short, SHORT, null));
  return kept("regal", "policy", () => trainedFor(scenarios, UPDATES.long, LONG, short));
}

async function trainedFor(
  scenarios: readonly Scenario[],
  updates: number,
  given: object,
  policy: unknown,
): Promise<unknown> {
  const ledger = createLedger({ simulations: 1e9 });
  const byName = new Map(scenarios.map((scenario) => [scenario.name, scenario]));
  const tasks = taskSource([...byName.keys()], async (name) => {
    const scenario = byName.get(name)!;
    return { name, scenario, evaluator: ledger.meter(evaluator(scenario)) };
  });
  const agent = await regal.create({ tasks, rng: createRng(SEED), options: regal.options.parse(given) });
  if (policy !== null) await agent.loadPolicy(policy);
  for await (const { update } of agent.train()) if (update === updates) break;
  const learned = await agent.savePolicy();
  agent.dispose();
  return learned;
}

interface Acted {
  readonly cost: number;
  readonly cpuSeconds: number;
}

/** What the policy reaches on a graph with so many evaluations. */
async function acted(scenario: Scenario, policy: unknown, evaluations: number): Promise<Acted> {
  const task = {
    name: scenario.name,
    scenario,
    evaluator: metered(evaluator(scenario), { simulations: 2 * evaluations }),
  };
  const options = regal.options.parse({ actBudget: 2 * evaluations });
  const agent = await regal.create({ tasks: oneTask(task), rng: createRng(SEED), options });
  if (policy !== null) await agent.loadPolicy(policy);
  const before = process.cpuUsage();
  await agent.act(task);
  const { user, system } = process.cpuUsage(before);
  agent.dispose();
  return { cost: task.evaluator.best!.outcome.cost, cpuSeconds: (user + system) / 1e6 };
}

interface Judged {
  /** Peak memory by plain BRKGA, and by the policy, after 1,000 and after 5,000 evaluations. */
  readonly plain: readonly number[];
  readonly learned: readonly number[];
}

/** The graphs of the test split that a scale has, each judged and kept. */
async function judgedAt(scale: number): Promise<{ scenarios: Scenario[]; judged: Judged[] }> {
  const policy = await trainedPolicy();
  const scenarios = await scenariosOf("test", graphsAt(scale));
  const judged: Judged[] = [];
  for (const [i, scenario] of scenarios.entries())
    judged.push(
      await kept("regal", `judged-${i}`, async () => ({
        plain: costsAfter(evolutionOn(scenario), [TRAINED_FOR, EVALUATIONS]),
        learned: [
          (await acted(scenario, policy, TRAINED_FOR)).cost,
          (await acted(scenario, policy, EVALUATIONS)).cost,
        ],
      })),
    );
  return { scenarios, judged };
}

/** Mean and half width of its 95% interval. */
function estimateOf(values: readonly number[]): { readonly mean: number; readonly half: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, half: 1.96 * Math.sqrt(squares / (values.length - 1) / values.length) };
}

const percent = (share: number) => `${(100 * share).toFixed(1)}%`;

const sane: SystemCheck = {
  system: "regal",
  check: "BRKGA is sane: against as many random keys, and its own first 500 evaluations",
  target: "better on >= 90% of the graphs; >= 3% in the mean; monotone; same seed, same result",
  seeds: 1,
  async run(scale) {
    const scenarios = await scenariosOf("test", graphsAt(scale));
    const marks = [500, 1_000, 2_000, EVALUATIONS];
    let [wins, isMonotone] = [0, true];
    const gains = scenarios.map((scenario) => {
      const costs = costsAfter(evolutionOn(scenario), marks);
      const [atRandom] = costsAfter(evolutionOn(scenario, EVALUATIONS), [EVALUATIONS]);
      if (costs[3] < atRandom) wins++;
      isMonotone &&= costs.every((cost, i) => i === 0 || cost <= costs[i - 1]);
      return 1 - costs[3] / costs[0];
    });
    const [first, again] = [0, 1].map(() => costsAfter(evolutionOn(scenarios[0]), [700])[0]);
    const isSame = first === again;
    const { mean } = estimateOf(gains);
    const share = wins / scenarios.length;
    return {
      measured: `better on ${percent(share)} of ${scenarios.length}; ${percent(mean)} in the mean; monotone ${isMonotone}, repeats ${isSame}`,
      passed: share >= 0.9 && mean >= 0.03 && isMonotone && isSame,
    };
  },
};

const learns: SystemCheck = {
  system: "regal",
  check: "Learning helps on unseen graphs: trained with 1,000 evaluations a run, used with 5,000",
  target: ">= 2% below BRKGA in the mean, interval above 0, worse by > 1% on <= 15%",
  seeds: 1,
  async run(scale) {
    const { judged } = await judgedAt(scale);
    const [earlier, differences] = [0, 1].map((i) =>
      judged.map(({ plain, learned }) => 1 - learned[i] / plain[i]),
    );
    const { mean, half } = estimateOf(differences);
    const before = estimateOf(earlier);
    const worse = differences.filter((difference) => difference < -0.01).length / differences.length;
    return {
      measured: `${percent(mean)} +- ${percent(half)} on ${differences.length} graphs; worse by > 1% on ${percent(worse)}; at ${TRAINED_FOR} evaluations ${percent(before.mean)} +- ${percent(before.half)}`,
      passed: mean >= 0.02 && mean > half && worse <= 0.15,
    };
  },
};

const uniform: SystemCheck = {
  system: "regal",
  check: "A uniform output is plain BRKGA to the last bit",
  target: "equal costs on every graph",
  seeds: 1,
  async run(scale) {
    const scenarios = await scenariosOf("test", graphsAt(scale));
    let equal = 0;
    for (const scenario of scenarios) {
      const [plain] = costsAfter(evolutionOn(scenario), [1_000]);
      if ((await acted(scenario, null, 1_000)).cost === plain) equal++;
    }
    return { measured: `equal on ${equal} of ${scenarios.length}`, passed: equal === scenarios.length };
  },
};

const headroom: SystemCheck = {
  system: "regal",
  check: "Headroom: share of what 100,000 evaluations of BRKGA gain over 5,000 (scaled, at least 20,000)",
  target: ">= 35%",
  seeds: 1,
  async run(scale) {
    const long = atScale(100_000, 20_000, scale);
    let [captured, room] = [0, 0];
    const { scenarios, judged } = await judgedAt(scale);
    for (const [i, scenario] of scenarios.entries()) {
      const { plain, learned } = judged[i];
      const best = await kept(
        "regal",
        `brkga-${long}-${i}`,
        () => costsAfter(evolutionOn(scenario), [long])[0],
      );
      captured += Math.log(plain[1] / learned[1]);
      room += Math.log(plain[1] / best);
    }
    const share = captured / room;
    return {
      measured: `${percent(share)} of the ${percent(1 - Math.exp(-room / scenarios.length))} that ${long} evaluations gain, ${scenarios.length} graphs`,
      passed: share >= 0.35,
    };
  },
};

const overhead: SystemCheck = {
  system: "regal",
  check: "Overhead of the net at 5,000 evaluations",
  target: "<= 10% of plain BRKGA's CPU time",
  seeds: 1,
  async run(scale) {
    const policy = await trainedPolicy();
    const scenarios = (await scenariosOf("test", graphsAt(scale))).slice(0, 40);
    let [own, plain] = [0, 0];
    await acted(scenarios[0], policy, 200);
    for (const scenario of scenarios) {
      own += (await acted(scenario, policy, EVALUATIONS)).cpuSeconds;
      const before = process.cpuUsage();
      costsAfter(evolutionOn(scenario), [EVALUATIONS]);
      const { user, system } = process.cpuUsage(before);
      plain += (user + system) / 1e6;
    }
    const share = own / plain - 1;
    return { measured: `${percent(share)} on ${scenarios.length} graphs`, passed: share <= 0.1 };
  },
};

export const checks: readonly SystemCheck[] = [sane, learns, uniform, headroom, overhead];
