/**
 * vTrain's measured runs on 64 to 512 A100 (`ground_truth_multi.csv`). Nothing is fitted on them:
 * the device model comes from the single-node table.
 */

import type { MeasuredSet } from "../contract.ts";
import { readAllReduceTables } from "../megatron/all-reduce.ts";
import { efficiencyFloorS, rooflineFloorS } from "../megatron/floors.ts";
import { megatronStep } from "../megatron/step.ts";
import { readVtrainRows } from "../megatron/vtrain-rows.ts";
import { simulateStep } from "../step.ts";

/** Megatron pads the vocabulary to 51,200. Every layer is computed again (README of the set). */
const UNSAID = { vocabulary: 51_200, recompute: "full" } as const;
const FITTED = { efficiency: 0.88, traffic: 2.9, floorS: 4.1e-3 };

export const vtrainMulti: MeasuredSet = {
  name: "vtrain-multi",
  rows: "vtrain/ground_truth_multi.csv",
  times: "device model",
  floors: ["(iii) efficiency, bubble, all-reduce", "(iv) roofline"],
  predict(data, file) {
    const tables = readAllReduceTables(data);
    return readVtrainRows(file, UNSAID).map(({ name, run, measuredS }) => ({
      name,
      measuredS,
      simulatedS: simulateStep(megatronStep(name, run, tables)).seconds,
      floorS: [efficiencyFloorS(run, tables, 0.6), rooflineFloorS(run, tables, FITTED)],
      groups: [],
    }));
  },
};
