/**
 * Instances on which one method looks worst against another: annealing over instances, then a check
 * from the written file. After Coleman and Krishnamachari, PISA, 2024, the SAGA project.
 *
 * Both methods get the same budget on every instance and the random stream of a cell. So `compare`
 * on the file gives the same two values. The instance was picked by this very ratio, so five other
 * seeds judge it again.
 */
import { yieldEvery } from "../../../agents/event-loop.ts";
import { runMethod } from "../../../agents/run/run.ts";
import { InputError } from "../../../env/model/errors.ts";
import { type ScenarioFile, scenarioHash, writeScenario } from "../../../env/model/file.ts";
import { createRng } from "../../../env/model/rng.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { metered } from "../../../env/sim/evaluator/meter.ts";
import { evaluator } from "../../../env/sim/objectives/evaluator.ts";
import { resolveScenario } from "../../../scenarios/resolve.ts";
import type { CellResult, RunCell } from "../../cells/cell.ts";
import { cellRng } from "../../cells/random-stream.ts";
import type { Interval } from "../../statistics/contract.ts";
import { pairedDifference } from "../../statistics/paired-difference.ts";
import { type PretrainedMethod, resolvePretrained } from "../../training/pretrained.ts";
import { type Annealed, anneal } from "./anneal.ts";
import { scenarioOf, startOf } from "./instance.ts";

/** Chains of one annealing, as many as PISA's restarts. */
export const CHAINS = 5;
/** Seeds that judge an instance after the one that picked it. */
const OTHER_SEEDS = 5;

export interface AdversaryRequest {
  /** Whose values are to be long, and whose short. */
  readonly method: string;
  readonly other: string;
  /** Scenarios to begin with: one chain from each, or all chains from a single one. */
  readonly from: readonly string[];
  readonly instances: number;
  /** Budget of each method on each instance. */
  readonly simulations: number;
  readonly seed: number | string;
}

export interface Search extends Annealed {
  readonly request: AdversaryRequest;
  /** Spent on all instances. */
  readonly spent: { readonly method: number; readonly other: number };
}

export interface SearchHooks {
  readonly onInstance?: (tried: number, largest: number | null) => void;
  /** Ends the annealing with what there is. */
  readonly signal?: AbortSignal;
}

export async function searchAdversary(request: AdversaryRequest, hooks: SearchHooks = {}): Promise<Search> {
  const [method, other] = [await resolvePretrained(request.method), await resolvePretrained(request.other)];
  const scenarios = await Promise.all(request.from.map((address) => resolveScenario(address)));
  const starts = (scenarios.length === 1 ? new Array(CHAINS).fill(scenarios[0]) : scenarios).map(startOf);
  const spent = { method: 0, other: 0 };
  const pause = yieldEvery(5);
  const valueOn = async (run: PretrainedMethod, name: string, scenario: Scenario) => {
    const ran = await runOn(run, name, scenario, request);
    return { value: ran.best?.outcome.value ?? null, simulations: ran.simulations };
  };
  const annealed = await anneal({
    starts,
    instances: request.instances,
    rng: createRng(request.seed).child("adversary"),
    async ratioOf(instance) {
      await pause();
      const scenario = scenarioOf(instance, nameOf(request));
      const own = await valueOn(method, request.method, scenario);
      const theirs = await valueOn(other, request.other, scenario);
      spent.method += own.simulations;
      spent.other += theirs.simulations;
      return ratioOf(own.value, theirs.value);
    },
    onInstance(tried, largest) {
      hooks.onInstance?.(tried, largest);
      return hooks.signal?.aborted === true;
    },
  });
  return { ...annealed, request, spent };
}

async function runOn(
  { module, options, start }: PretrainedMethod,
  name: string,
  scenario: Scenario,
  { simulations, seed }: AdversaryRequest,
) {
  const meter = metered(evaluator(scenario), { simulations });
  const rng = cellRng({ rootSeed: seed, seedIndex: 0 }, scenarioHash(scenario), module.card);
  const { report } = await runMethod({ module, options, scenario, meter, rng, ...start });
  if (report.ended === "clock")
    throw new InputError(
      `Method "${name}" was ended by a clock, so its values do not repeat; give it a limit that counts.`,
    );
  return meter;
}

/** Null where a plan does not fit, and where both values are 0. */
function ratioOf(value: number | null, other: number | null): number | null {
  if (value === null || other === null || other === 0) return null;
  return value / other;
}

const nameOf = ({ method, other }: AdversaryRequest): string => `adversary of ${method}, beside ${other}`;

/** The instance as a file that every command reads, with where it comes from. */
export function adversaryFile({ request, best }: Search): ScenarioFile {
  const scenario = scenarioOf(best!.instance, nameOf(request));
  const { from, instances, simulations, seed } = request;
  return writeScenario({
    ...scenario,
    meta: {
      ...scenario.meta,
      split: undefined,
      source: `annealed from ${from.join(", ")}`,
      note: `instance ${best!.found} of ${instances}, ${simulations} simulations for each method, seed ${seed}`,
    },
  });
}

/** What both methods do on a written instance. */
export interface Verified {
  readonly scenarioHash: string;
  /** The cells of seed index 0. */
  readonly cells: { readonly method: CellResult; readonly other: CellResult };
  readonly ratio: number;
  /** Ratio over five further seeds; null where a plan of them does not fit. */
  readonly otherSeeds: Interval | null;
  /** Spent by the check. */
  readonly simulations: number;
}

/** Throws where the file does not give the ratio that was found. */
export async function verifyAdversary(
  path: string,
  { request, best }: Pick<Search, "request" | "best">,
  runCell: (spec: Parameters<RunCell>[0]) => Promise<CellResult>,
): Promise<Verified> {
  const { simulations, seed } = request;
  const cellsOf = async (seedIndex: number) => {
    const spec = { scenario: path, rootSeed: seed, seedIndex, budget: { simulations } };
    return {
      method: await runCell({ ...spec, method: request.method }),
      other: await runCell({ ...spec, method: request.other }),
    };
  };
  const cells = await cellsOf(0);
  const ratio = ratioOf(cells.method.value, cells.other.value);
  if (ratio === null || Math.abs(ratio / best!.ratio - 1) > 1e-9)
    throw new Error(`"${path}" gives the ratio ${ratio}, but ${best!.ratio} was found.`);
  const others: (typeof cells)[] = [];
  for (let seedIndex = 1; seedIndex <= OTHER_SEEDS; seedIndex++) others.push(await cellsOf(seedIndex));
  return {
    scenarioHash: cells.method.scenarioHash,
    cells,
    ratio,
    otherSeeds: judged(others),
    simulations: [cells, ...others].reduce(
      (sum, { method, other }) => sum + method.simulations + other.simulations,
      0,
    ),
  };
}

function judged(cells: readonly Verified["cells"][]): Interval | null {
  const values = cells.map(({ method }) => method.value).filter((value) => value !== null);
  const others = cells.map(({ other }) => other.value).filter((value) => value !== null);
  if (values.length < cells.length || others.length < cells.length) return null;
  const { value, low, high } = pairedDifference(values, others);
  return { value: 1 + value, low: 1 + low, high: 1 + high };
}
