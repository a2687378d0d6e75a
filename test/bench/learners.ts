/**
 * Learning agents beside the controls, at equal simulations:
 *
 *     npx tsx test/bench/learners.ts [SIMULATIONS] [SEEDS] [METHOD,METHOD,...] [SCENARIO ...]
 *
 * A row has the mean best value and the mean of the policies' own plans, over the bound. Then come
 * paired differences, to the same agent untrained and to hill climbing, with 95% intervals. An
 * untrained agent has a learning rate of almost 0. Differences below 0 are shorter steps.
 */
import { methods as registry } from "../../agents/registry/registry.ts";
import { optionsOf, parseSpec } from "../../agents/registry/spec.ts";
import { runCell } from "../../results/index.ts";
import { type Difference, pairedDifference } from "./paired.ts";

const SCENARIOS = ["inception-v3/4xK80?groups=64", "nmt/test/0/2xK80", "enas-cifar/test/0/2xK80"];
const CONTROLS = ["random", "heft", "hill-climb", "annealing", "best"];
const FROZEN = "learningRate=1e-12";

const agents = registry.filter(({ kind }) => kind === "agent").map(({ card }) => card.id);

interface Outcome {
  readonly value: number;
  readonly own: number | null;
  readonly bound: number;
  readonly cpuSeconds: number;
}

async function runs(
  scenario: string,
  method: string,
  simulations: number,
  seeds: number,
): Promise<Outcome[]> {
  const cpuClock = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  const outcomes: Outcome[] = [];
  for (let seedIndex = 0; seedIndex < seeds; seedIndex++) {
    const { result, times } = await runCell(
      { scenario, method, rootSeed: 0, seedIndex, budget: { simulations } },
      { clock: () => performance.now() / 1000, cpuClock },
    );
    if (result.value === null) throw new Error(`${method} has no plan for ${scenario}: ${result.failure}`);
    outcomes.push({
      value: result.value,
      own: result.ownPlan?.value ?? null,
      bound: result.bound,
      cpuSeconds: times.cpuSeconds,
    });
  }
  return outcomes;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
const told = ({ mean: middle, low, high }: Difference) =>
  `${percent(middle)} (${percent(low)}, ${percent(high)})`;

/** The same method with a learning rate of almost 0; null for a planner. */
function untrained(method: string): string | null {
  const { target, given } = parseSpec(method);
  const module = registry.find(({ card }) => card.id === target);
  if (module?.kind !== "agent" || !optionsOf(module).some(({ name }) => name === "learningRate")) return null;
  const kept = [...given]
    .filter(([name]) => name !== "learningRate")
    .map(([name, value]) => `${name}=${value}`);
  return `${target}?${[...kept, FROZEN].join("&")}`;
}

const [simulations = "1000", seeds = "5", given, ...scenarios] = process.argv.slice(2);
const judged = given === undefined ? agents : given.split(",");
console.log(`${simulations} simulations, ${seeds} seeds.\n`);
console.log("| scenario | method | over bound | own plan | to untrained | to hill climbing | CPU s |");
console.log("|---|---|---|---|---|---|---|");
for (const scenario of scenarios.length > 0 ? scenarios : SCENARIOS) {
  const of = (method: string) => runs(scenario, method, Number(simulations), Number(seeds));
  const climbed = (await of("hill-climb")).map(({ value }) => value);
  for (const method of [...CONTROLS, ...judged]) {
    const outcomes = await of(method);
    const values = outcomes.map(({ value }) => value);
    const own = outcomes.flatMap(({ own: value }) => value ?? []);
    const fresh = untrained(method);
    const before = fresh === null ? null : (await of(fresh)).map(({ value }) => value);
    const cells = [
      scenario,
      `\`${method}\``,
      (mean(values) / outcomes[0].bound).toFixed(3),
      own.length === 0 ? "" : (mean(own) / outcomes[0].bound).toFixed(3),
      before === null ? "" : told(pairedDifference(values, before)),
      told(pairedDifference(values, climbed)),
      mean(outcomes.map(({ cpuSeconds }) => cpuSeconds)).toFixed(1),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}
