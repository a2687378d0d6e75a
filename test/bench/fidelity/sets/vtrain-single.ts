/**
 * vTrain's table of one node (`ground_truth_single.csv`). Its rows are composed by a formula, not
 * measured, from layer times that are (README of the set). So it is taken two ways:
 *
 * - *composed*: from the five times of each (tensor, hidden, micro batch). This tests how the
 *   simulator puts a step together, and should be exact.
 * - *roofline*: from the device model, as for runs without a profile.
 */

import type { MeasuredSet, Predicted } from "../contract.ts";
import { readAllReduceTables } from "../megatron/all-reduce.ts";
import { composedStep, readComponents } from "../megatron/composition.ts";
import { efficiencyFloorS, rooflineFloorS } from "../megatron/floors.ts";
import { megatronStep } from "../megatron/step.ts";
import { readVtrainRows } from "../megatron/vtrain-rows.ts";
import { simulateStep } from "../step.ts";

/** Whether layers are computed again is not told; the times agree with the constants if not. */
export const SINGLE_UNSAID = { vocabulary: 50_257, recompute: "none" } as const;
const FITTED = { efficiency: 0.84, traffic: 2.6, floorS: 3.3e-3 };

const floors = ["(iii) efficiency, bubble, all-reduce", "(iv) roofline"];

export const vtrainSingle: MeasuredSet = {
  name: "vtrain-single",
  rows: "vtrain/ground_truth_single.csv",
  times: "components where the set has them, else device model",
  floors,
  predict: (data, file) => predict(data, file, "profile"),
};

/** The same by the device model alone. */
export const vtrainSingleRoofline: MeasuredSet = {
  ...vtrainSingle,
  name: "vtrain-single-roofline",
  times: "device model",
  predict: (data, file) => predict(data, file, "roofline"),
};

function predict(data: string, file: string, times: "profile" | "roofline"): readonly Predicted[] {
  const tables = readAllReduceTables(data);
  const components = readComponents(data);
  return readVtrainRows(file, SINGLE_UNSAID).map(({ name, run, measuredS }) => {
    const own = times === "profile" ? components.of(run) : null;
    const step = own === null ? megatronStep(name, run, tables) : composedStep(name, run, own, tables);
    return {
      name,
      measuredS,
      simulatedS: simulateStep(step).seconds,
      floorS: [efficiencyFloorS(run, tables, 0.34), rooflineFloorS(run, tables, FITTED)],
      groups: times === "roofline" ? [] : [own === null ? "device model" : "composed"],
    };
  });
}
