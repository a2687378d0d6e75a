/**
 * vTrain's measured runs on 64 to 512 A100 (`ground_truth_multi.csv`). Nothing is fitted on them:
 * the device model comes from the single-node table.
 */

import type { MeasuredSet } from "../contract.ts";
import { readAllReduceTables } from "../megatron/all-reduce.ts";
import { efficiencyFloorS, rooflineFloorS } from "../megatron/floors.ts";
import { megatronStep } from "../megatron/step.ts";
import type { Run } from "../megatron/transformer.ts";
import { readVtrainRows } from "../megatron/vtrain-rows.ts";
import { simulateStep } from "../step.ts";

/** Megatron pads the vocabulary to 51,200. Every layer is computed again (README of the set). */
export const MULTI_UNSAID = { vocabulary: 51_200, recompute: "full" } as const;
const FITTED = { efficiency: 0.88, traffic: 2.9, floorS: 4.1e-3 };

export const vtrainMulti: MeasuredSet = {
  name: "vtrain-multi",
  rows: "vtrain/ground_truth_multi.csv",
  times: "device model",
  floors: ["(iii) efficiency, bubble, all-reduce", "(iv) roofline"],
  predict(data, file) {
    const tables = readAllReduceTables(data);
    return readVtrainRows(file, MULTI_UNSAID).map(({ name, run, measuredS }) => ({
      name,
      measuredS,
      simulatedS: simulateStep(megatronStep(name, run, tables)).seconds,
      floorS: [efficiencyFloorS(run, tables, 0.6), rooflineFloorS(run, tables, FITTED)],
      groups: isOutlier(run) ? [] : ["without the README's outliers"],
    }));
  },
};

/**
 * Plans of the 39.1 B model with t = 2, and of the 3.6 B model with micro batch 2 and t = 4 or 8.
 * They took 17 to 40% longer than their neighbours; the README asks for errors without them too.
 */
const isOutlier = ({ hidden, tensor, microBatch }: Run): boolean =>
  (hidden === 8192 && tensor === 2) ||
  (hidden === 3072 && microBatch === 2 && (tensor === 4 || tensor === 8));
