/**
 * The lines "works in the gym when" of Placeto. An episode is one sweep: as many simulations as
 * there are groups, and one more.
 *
 *     npx tsx test/bench/systems.ts placeto --scale 0.02
 */
import type { Agent, Task } from "../../../../agents/contract.ts";
import { placeto } from "../../../../agents/learned/placeto.ts";
import { taskSource } from "../../../../agents/run/tasks.ts";
import {
  createLedger,
  createRefineEnv,
  createRng,
  evaluator,
  metered,
  type Scenario,
} from "../../../../env/index.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";
import { bestRandom } from "../../../agents/learned/judge.ts";
import { workload } from "../../../agents/learned/workloads.ts";
import { plainBoundUs } from "../../../scenarios/families/difficulty.ts";
import type { CheckResult, SystemCheck } from "../check.ts";
import { kept } from "../kept.ts";
import { seedsAt } from "../runs.ts";

const EPISODES = 300;
const SEEDS = 5;
const FAMILIES = ["enas-cifar", "nmt"] as const;
const GRAPHS = 16;
/**
 * What the sweep of one graph is learned by. The default searches from the best placement so far,
 * so it never learns a sweep from another one.
 */
const SWEEPING = { accept: "improving", rehearsal: 16 };
/** What training on a family has in place of the defaults: sweeps from fresh random placements. */
const FAMILY = {
  imitation: 0,
  start: "random",
  accept: "all",
  rehearsal: 0,
  sweeps: 2,
  graphs: 2,
  greedySweeps: 1,
};

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const percent = (value: number) => `${(100 * value).toFixed(1)}%`;

/** An agent that has spent so many simulations on these scenarios; the caller disposes of it. */
async function trainedOn(
  scenarios: readonly Scenario[],
  simulations: number,
  seed: number,
  changes: object,
): Promise<Agent> {
  const ledger = createLedger({ simulations });
  const byName = new Map(scenarios.map((scenario, i) => [`${i}`, scenario]));
  const tasks = taskSource([...byName.keys()], async (name) => {
    const scenario = byName.get(name)!;
    return { name, scenario, evaluator: ledger.meter(evaluator(scenario)) };
  });
  const agent = await placeto.create({
    tasks,
    rng: createRng(seed),
    options: placeto.options.parse(changes),
  });
  for await (const _ of agent.train());
  return agent;
}

/** Step of the agent's own plan over the sheet's bound: longest compute path or work / devices. */
async function greedyOver(agent: Agent, scenario: Scenario): Promise<number> {
  const task: Task = { name: "held out", scenario, evaluator: metered(evaluator(scenario), {}) };
  const { cost } = evaluator(scenario).evaluate(await agent.act(task));
  return cost / plainBoundUs(scenario);
}

const sweepOf = ({ grouping }: Scenario) => grouping.groupCount + 1;

async function alone(scenario: Scenario, episodes: number, seed: number, changes: object = {}) {
  const agent = await trainedOn([scenario], Math.round(episodes * sweepOf(scenario)), seed, changes);
  const value = await greedyOver(agent, scenario);
  agent.dispose();
  return value;
}

/** The mean of the plans on held-out graphs after so many episodes for each training graph. */
async function heldOut(
  train: readonly Scenario[],
  test: readonly Scenario[],
  episodes: number,
  seed: number,
  changes: object,
) {
  const simulations = Math.round(train.reduce((sum, scenario) => sum + episodes * sweepOf(scenario), 0));
  const agent = await trainedOn(train, simulations, seed, { ...FAMILY, ...changes });
  const values: number[] = [];
  for (const scenario of test) values.push(await greedyOver(agent, scenario));
  agent.dispose();
  return mean(values);
}

async function identity(scale: number): Promise<CheckResult> {
  const runs = Math.max(SEEDS, Math.round(1000 * scale));
  const scenario = workload({ family: "nmt", gpus: 4 });
  let worst = 0;
  for (let run = 0; run < runs; run++) {
    const rng = createRng(run);
    const env = createRefineEnv({ scenario, start: "random", seed: run });
    let { observation, info: started } = env.reset();
    const first = started.outcome!.cost;
    let sum = 0;
    let actions = 0;
    for (let isOver = false; !isOver; actions++) {
      const { current, placement } = observation;
      const action = rng.int(4);
      const step = env.step(action);
      const { reward, terminated, info } = step;
      if (placement[current] === action && reward !== 0) worst = Number.POSITIVE_INFINITY;
      observation = step.observation;
      sum += reward;
      isOver = terminated;
      if (isOver) worst = Math.max(worst, Math.abs(first - info.outcome!.cost - sum) / first);
    }
    if (actions !== scenario.grouping.groupCount) worst = Number.POSITIVE_INFINITY;
  }
  return {
    measured: `largest relative error ${worst.toExponential(1)} in ${runs} episodes`,
    passed: worst < 1e-9,
  };
}

/** At a smaller scale of fewer seeds, each with all its episodes. */
async function perGraph(gpus: number, limit: number, scale: number): Promise<CheckResult> {
  const figures: string[] = [];
  let passed = true;
  for (const family of FAMILIES) {
    const scenario = workload({ family, gpus });
    const values: number[] = [];
    for (const seed of seedsAt(SEEDS, scale)) {
      const name = `${scenario.name}, ${EPISODES} episodes, ${JSON.stringify(SWEEPING)}, seed ${seed}`;
      values.push(await kept("placeto", name, () => alone(scenario, EPISODES, seed, SWEEPING)));
    }
    figures.push(`${family} ${mean(values).toFixed(3)} (worst ${Math.max(...values).toFixed(3)})`);
    passed &&= mean(values) <= limit;
  }
  const options = Object.entries(SWEEPING).map((option) => option.join("="));
  const measured = `${options.join("&")}: ${figures.join(", ")}`;
  return { measured, passed, seeds: seedsAt(SEEDS, scale).length };
}

/** At a small scale of fewer graphs as well, but never of fewer than three. */
const graphsAt = (scale: number) => Math.max(3, Math.round(GRAPHS * Math.min(1, 4 * scale)));

async function members(family: string, split: string, count: number): Promise<Scenario[]> {
  return Promise.all(
    Array.from({ length: count }, (_, i) => resolveScenario(`${family}/${split}/${i}/2xK80`)),
  );
}

/** The best of as many random placements as a sweep has steps, over the sheet's bound. */
function randomOver(scenario: Scenario): number {
  const overOurs = bestRandom(scenario, scenario.grouping.groupCount);
  return (overOurs * evaluator(scenario).bound().value) / plainBoundUs(scenario);
}

async function zeroShot(scale: number): Promise<CheckResult> {
  const figures: string[] = [];
  let passed = true;
  for (const family of FAMILIES) {
    const train = await members(family, "train", graphsAt(scale));
    const test = await members(family, "test", graphsAt(scale));
    const random = mean(test.map(randomOver));
    const [transferred, own]: number[][] = [[], []];
    for (let seed = 1; seed <= SEEDS; seed++) {
      transferred.push(await heldOut(train, test, EPISODES * scale, seed, {}));
      const each: number[] = [];
      for (const scenario of test) each.push(await alone(scenario, EPISODES * scale, seed));
      own.push(mean(each));
    }
    const behind = mean(transferred) / mean(own) - 1;
    const ahead = 1 - mean(transferred) / random;
    figures.push(
      `${family} ${mean(transferred).toFixed(3)}: ${percent(behind)} behind training on each, ${percent(ahead)} better than random`,
    );
    passed &&= behind <= 0.08 && ahead >= 0.15;
  }
  return { measured: figures.join("; "), passed };
}

const ABLATIONS = ["messages", "pooling", "current"] as const;

async function ablations(scale: number): Promise<CheckResult> {
  const train = await members("enas-cifar", "train", graphsAt(scale));
  const test = await members("enas-cifar", "test", graphsAt(scale));
  const heldOutOf = async (changes: object) => {
    const values: number[] = [];
    for (let seed = 1; seed <= SEEDS; seed++)
      values.push(
        await heldOut(train, test, EPISODES * scale, seed, { network: "published", rounds: 8, ...changes }),
      );
    return mean(values);
  };
  const whole = await heldOutOf({});
  const figures = [`whole ${whole.toFixed(3)}`];
  let passed = true;
  for (const part of ABLATIONS) {
    const worse = (await heldOutOf({ [part]: false })) / whole - 1;
    figures.push(`without ${part} ${worse < 0 ? "" : "+"}${percent(worse)}`);
    passed &&= worse >= 0.03;
  }
  return { measured: figures.join(", "), passed };
}

/** All seeds run at every scale, unless the check says otherwise. */
const line = (check: string, target: string, run: SystemCheck["run"]): SystemCheck => ({
  system: "placeto",
  check,
  target,
  seeds: SEEDS,
  run: async (scale) => ({ seeds: SEEDS, ...(await run(scale)) }),
});

export const checks: readonly SystemCheck[] = [
  line("reward identity, every group acted on", "first cost minus last, exactly", identity),
  line("greedy sweep after 300 episodes, 2 devices", "<= 1.15 x bound", (scale) => perGraph(2, 1.15, scale)),
  line("greedy sweep after 300 episodes, 4 devices", "<= 1.35 x bound", (scale) => perGraph(4, 1.35, scale)),
  line(
    "zero-shot on held-out graphs, one sweep",
    "within 8% of training on each, 15% better than best-of-|V| random",
    zeroShot,
  ),
  line("each ablation worsens the held-out mean (published network)", ">= 3%", ablations),
];
