/**
 * How well the single-node rows determine the constants of the device model: mean errors in %
 * around the values in use, also on the multi-node rows. Then the single-node rows as if they
 * computed activations again.
 *
 *     npx tsx test/bench/fidelity/constants.ts
 */
import { join } from "node:path";
import { ABSENT, sharedPath } from "../../shared-folder.ts";
import { figuresOf } from "./figures.ts";
import { a100, type DeviceModel } from "./megatron/a100.ts";
import { readAllReduceTables } from "./megatron/all-reduce.ts";
import { megatronStep } from "./megatron/step.ts";
import { readVtrainRows, type VtrainRow } from "./megatron/vtrain-rows.ts";
import { MULTI_UNSAID, vtrainMulti } from "./sets/vtrain-multi.ts";
import { SINGLE_UNSAID, vtrainSingle } from "./sets/vtrain-single.ts";
import { simulateStep } from "./step.ts";

const choices: readonly Partial<DeviceModel>[] = [
  {},
  { efficiency: 0.8 },
  { efficiency: 0.865, traffic: 2.7 },
  { traffic: 2.25 },
  { traffic: 2.75 },
  { floorS: 2.5e-3 },
  { floorS: 3.2e-3 },
  { launchS: 0 },
  { launchS: 0.2e-3 },
];

const data = sharedPath("data", "measured");
if (data === null) console.log(`Nothing measured: ${ABSENT}.`);
else main(data);

function main(folder: string): void {
  const tables = readAllReduceTables(folder);
  const errorsOf = (rows: readonly VtrainRow[], model: DeviceModel) =>
    figuresOf(
      rows.map(({ name, run }) => simulateStep(megatronStep(name, run, tables, model)).seconds),
      rows.map(({ measuredS }) => measuredS),
    );
  const single = readVtrainRows(join(folder, vtrainSingle.rows), SINGLE_UNSAID);
  const multi = readVtrainRows(join(folder, vtrainMulti.rows), MULTI_UNSAID);
  console.log("| efficiency | traffic | floor, ms | launch, ms | single | multi | multi, median |");
  console.log("|---:|---:|---:|---:|---:|---:|---:|");
  for (const choice of choices) {
    const model = { ...a100, ...choice };
    const [ofSingle, ofMulti] = [errorsOf(single, model), errorsOf(multi, model)];
    const { efficiency, traffic, floorS, launchS } = model;
    const errors = [ofSingle.mape, ofMulti.mape, ofMulti.median].map((error) => error.toFixed(2));
    console.log(`| ${[efficiency, traffic, 1000 * floorS, 1000 * launchS, ...errors].join(" | ")} |`);
  }
  const again = single.map((row) => ({ ...row, run: { ...row.run, recompute: "full" as const } }));
  console.log(`Single, all layers computed again: ${errorsOf(again, a100).mape.toFixed(2)}.`);
}
