/**
 * The command lines that the watchdog runs on one scenario: every command that takes a scenario.
 * Plans put each op on the next device, and the planners of the registry take turns.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { composedMethods } from "../../agents/registry/methods.ts";
import { exporters } from "../../results/export/index.ts";
import type { HostileScenario } from "./hostile-scenario.ts";

const SIMULATIONS = "30";
/** Comparing and training start processes or load TensorFlow, so fewer scenarios get them. */
const COMPARE_EVERY = 50;
const TRAIN_EVERY = 100;

/** Writes the files of scenario `number` to `folder`; the same number gives the same lines. */
export function commandLines({ file, options }: HostileScenario, number: number, folder: string): string[][] {
  const path = join(folder, `${number}.json`);
  writeFileSync(path, JSON.stringify(file));
  const address = options === "" ? path : `${path}?${options}`;
  const { ops } = file.graph as { ops: unknown[] };
  const { devices } = file.cluster as { devices: unknown[] };
  const plan = planFile(join(folder, `${number}.plan.json`), ops, () => number % devices.length);
  const spread = planFile(join(folder, `${number}.spread.json`), ops, (v) => (v + number) % devices.length);
  const planner = planners[number % planners.length];
  const exporter = exporters[number % exporters.length].name;
  return [
    ["import", path, "--allow-unknown"],
    ["describe", address],
    ["coarsen", address],
    ["bounds", address],
    ["simulate", address, "--placement", spread],
    ["explain", address, "--placement", spread],
    ["diff", address, plan, spread],
    ["export", address, "--format", exporter, "--placement", plan],
    ["solve", address, "--planner", planner, "--simulations", SIMULATIONS, "--json"],
    ["solve", address, "--planner", "best", "--simulations", SIMULATIONS, "--bound", "all"],
    ["check", "Placement/Refine-v1", "--scenario", address],
    ...(number % COMPARE_EVERY === 0
      ? [
          [
            "compare",
            "--scenarios",
            address,
            "--methods",
            `heft,${planner}`,
            "--simulations",
            SIMULATIONS,
            "--json",
          ],
        ]
      : []),
    ...(number % TRAIN_EVERY === 0
      ? [
          [
            "solve",
            address,
            "--planner",
            agents[(number / TRAIN_EVERY) % agents.length],
            "--simulations",
            SIMULATIONS,
          ],
        ]
      : []),
  ];
}

const named = (kind: string) =>
  composedMethods.filter((method) => method.kind === kind).map(({ card }) => card.id);
const planners = named("planner");
const agents = named("agent");

function planFile(path: string, ops: readonly unknown[], deviceOf: (op: number) => number): string {
  writeFileSync(path, JSON.stringify(ops.map((_, v) => deviceOf(v))));
  return path;
}
