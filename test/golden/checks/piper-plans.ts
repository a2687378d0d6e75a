/**
 * Checks rows of piper-plans.json: what the released Piper planner found on its public inputs. A
 * row is equal where the time is, and where both our plan and the file's cost it by the evaluator
 * and fit. Plans are not compared: many have one time.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type PiperStage, planCost } from "../../../agents/exact/stages/piper/plan-cost.ts";
import { piperPlan } from "../../../agents/exact/stages/piper/planner.ts";
import {
  type PiperFreedom,
  type PiperProblem,
  piperProblem,
} from "../../../agents/exact/stages/piper/problem.ts";
import { InputError } from "../../../env/model/errors.ts";
import { type PiperFile, piperCase, RECOMPUTED } from "../piper-input.ts";
import type { Compared, GoldenCheck } from "./contract.ts";

type Mode = "piper" | "noDP" | "noTP" | "noRecompute";

interface Row {
  readonly input: string;
  readonly mode: Mode;
  readonly k: number;
  readonly memory: number;
  readonly microBatches: number;
  readonly bandwidth: number;
  readonly tps: number | null;
  readonly stages: readonly Stage[] | null;
}

interface Stage {
  readonly nodes: readonly number[];
  readonly d: number;
  readonly t: number;
  readonly recomputed: readonly number[];
}

const FREEDOM: Readonly<Record<Mode, PiperFreedom>> = {
  piper: {},
  noDP: { dataParallel: false },
  noTP: { tensorParallel: false },
  noRecompute: { recompute: false },
};

export const piperPlans: GoldenCheck = {
  name: "piper-plans",
  tolerance: 1e-9,
  *compare(content, folder) {
    const files = new Map<string, PiperFile>();
    for (const [number, row] of (content as { rows: readonly Row[] }).rows.entries()) {
      const file = files.get(row.input) ?? inputFile(row.input, folder);
      files.set(row.input, file);
      yield* compareRow(`${number} ${row.input} ${row.mode} ${row.k}`, row, file);
    }
  },
};

function* compareRow(name: string, row: Row, file: PiperFile): Generator<Compared> {
  const problem = piperProblem(
    {
      ...piperCase(file),
      devices: row.k,
      microBatches: row.microBatches,
      memoryBytes: row.memory,
      bytesPerTime: row.bandwidth,
    },
    FREEDOM[row.mode],
  );
  const found = piperPlan(problem)?.plan ?? null;
  yield { row: name, expected: row.tps ?? INFEASIBLE, found: found?.time ?? INFEASIBLE };
  if (row.tps === null) return;
  const numberOf = new Map(file.nodes.map(({ id }, number) => [id, number]));
  const golden = (row.stages ?? []).map(({ nodes, d, t, recomputed }): PiperStage => {
    const names = nodes.map((id) => (recomputed.includes(id) ? RECOMPUTED : "vanilla"));
    const layers = nodes.map((id) => numberOf.get(id)!);
    return {
      layers,
      replicas: d,
      degree: t,
      choices: layers.map((v, i) => choiceNamed(file, v, t, names[i])),
    };
  });
  yield { row: name, expected: [row.tps, 1], found: costOf(problem, found?.stages ?? null) };
  yield { row: name, expected: [row.tps, 1], found: costOf(problem, golden) };
}

export const INFEASIBLE = "infeasible";

/** Time of a plan, and 1 where it fits. */
export function costOf(problem: PiperProblem, stages: readonly PiperStage[] | null): number[] {
  if (stages === null) return [];
  const { time, fits } = planCost(problem, stages);
  return [time, Number(fits)];
}

export const choiceNamed = (file: PiperFile, layer: number, degree: number, name: string): number =>
  file.nodes[layer].TMPCs[String(degree)].findIndex(({ id }) => id === name);

/** The inputs lie in `data` next to the file's folder, or in `shared/data`. */
function inputFile(input: string, folder: string): PiperFile {
  const file = `${input}.json`;
  const places = [join(folder, "../data/piper", file), join("..", "shared", "data", "piper", file)];
  const path = places.find((at) => existsSync(at));
  if (path === undefined) throw new InputError(`The input ${file} is in neither ${places.join(" nor ")}.`);
  return JSON.parse(readFileSync(path, "utf8"));
}
