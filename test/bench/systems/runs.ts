/** Runs behind the checks of published systems: one method or agent on one scenario and seed. */
import { resolveMethod } from "../../../agents/registry/registry.ts";
import { runMethod } from "../../../agents/run/run.ts";
import { createRng, evaluator, metered, type Scenario } from "../../../env/index.ts";
import { resolveScenario } from "../../../scenarios/index.ts";
import { plainBoundUs } from "../../scenarios/families/difficulty.ts";
import { seedCount } from "./check.ts";
import { kept } from "./kept.ts";

export interface Run {
  /** The best plan's step over the bound of the sheets. */
  readonly best: number;
  /** The policy's own plan, or the planner's last. */
  readonly last: number;
  readonly lastDevice: Int32Array;
  /** Best step over the bound after each improvement, by evaluations. */
  readonly curve: readonly { readonly evaluations: number; readonly ratio: number }[];
  readonly cpuSeconds: number;
}

export async function runOn(
  spec: string,
  scenario: Scenario,
  evaluations: number,
  seed: number,
  onTrainStep?: (metrics: Readonly<Record<string, number>>) => void,
): Promise<Run> {
  const { module, options } = await resolveMethod(spec);
  const meter = metered(evaluator(scenario), { evaluations });
  const bound = plainBoundUs(scenario);
  const before = process.cpuUsage();
  const { best, last } = await runMethod({
    module,
    options,
    scenario,
    meter,
    rng: createRng(seed),
    onTrainStep: (step) => onTrainStep?.(step.metrics),
  });
  const { user, system } = process.cpuUsage(before);
  if (best === null || last === null) throw new Error(`${spec} has no plan on "${scenario.name}".`);
  return {
    best: best.outcome.cost / bound,
    last: evaluator(scenario).evaluate(last).cost / bound,
    lastDevice: last.kind === "placement" ? last.device : new Int32Array(0),
    curve: meter.curve.map(({ evaluations: at, cost }) => ({ evaluations: at, ratio: cost / bound })),
    cpuSeconds: (user + system) / 1e6,
  };
}

/** One run for each seed; a check that was stopped does not make them again. */
export async function runsOn(
  spec: string,
  scenario: Scenario,
  evaluations: number,
  seeds: readonly number[],
): Promise<Run[]> {
  const runs: Run[] = [];
  for (const seed of seeds) {
    const name = `${spec} on ${scenario.name}, ${evaluations}, seed ${seed}`;
    const { lastDevice, ...run } = await kept(spec.split("?")[0], name, async () => {
      const { lastDevice, ...rest } = await runOn(spec, scenario, evaluations, seed);
      return { ...rest, lastDevice: [...lastDevice] };
    });
    runs.push({ ...run, lastDevice: Int32Array.from(lastDevice) });
  }
  return runs;
}

export const scenarioOf = (uri: string): Promise<Scenario> => resolveScenario(uri);

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Seeds 1 to `seeds`, or fewer at a smaller scale. */
export const seedsAt = (seeds: number, scale: number): number[] =>
  Array.from({ length: seedCount(seeds, scale) }, (_, i) => i + 1);

export const atScale = (whole: number, scale: number): number => Math.max(1, Math.round(whole * scale));
