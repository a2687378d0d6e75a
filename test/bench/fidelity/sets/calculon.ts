/**
 * Eight Megatron steps of 22B to 1T parameters on A100 (Korthikanti et al., arXiv 2205.05198, table
 * 5), as Calculon's validation has them. Nothing is fitted on them: device model and all-reduces
 * are those of vTrain's single-node table.
 */
import { InputError } from "../../../../env/index.ts";
import type { MeasuredSet } from "../contract.ts";
import { readAllReduceTables } from "../megatron/all-reduce.ts";
import { checkedRun } from "../megatron/check-run.ts";
import { efficiencyFloorS, rooflineFloorS } from "../megatron/floors.ts";
import { megatronStep } from "../megatron/step.ts";
import type { Run } from "../megatron/transformer.ts";
import { simulateStep } from "../step.ts";
import { type Row, readTable } from "../table.ts";

/** Of the paper; the set has none (README of the set). */
const VOCABULARY = 51_200;
const FROM_VTRAIN = { efficiency: 0.84, traffic: 2.6, floorS: 3.3e-3 };

export const calculon: MeasuredSet = {
  name: "calculon",
  rows: "calculon/step_times.csv",
  times: "device model",
  floors: ["(iii) efficiency, bubble, all-reduce", "(iv) roofline of vTrain"],
  predict(data, file) {
    const tables = readAllReduceTables(data);
    return readTable(file).map((row) => {
      const run = checkedRun(runOf(row), row.where);
      const name = `${row.text("model")} ${run.recompute}`;
      return {
        name,
        measuredS: row.number("step_s"),
        simulatedS: simulateStep(megatronStep(name, run, tables)).seconds,
        floorS: [efficiencyFloorS(run, tables, 0.66), rooflineFloorS(run, tables, FROM_VTRAIN)],
        groups: [run.recompute],
      };
    });
  },
};

function runOf(row: Row): Run {
  return {
    gpus: row.count("gpus"),
    batch: row.count("global_batch"),
    microBatch: row.count("micro_batch"),
    hidden: row.count("hidden"),
    heads: row.count("heads"),
    layers: row.count("layers"),
    sequence: row.count("seq"),
    tensor: row.count("tensor"),
    data: row.count("data"),
    pipeline: row.count("pipeline"),
    chunks: row.count("interleave"),
    vocabulary: VOCABULARY,
    recompute: oneOf(row, "recompute", ["none", "selective", "full"]),
    sequenceParallel: oneOf(row, "sequence_parallel", ["yes", "no"]) === "yes",
    splitsSends: true,
  };
}

function oneOf<Word extends string>(row: Row, column: string, words: readonly Word[]): Word {
  const word = words.find((known) => known === row.text(column));
  if (word !== undefined) return word;
  throw new InputError(
    `${row.where}: "${column}" is "${row.text(column)}", expected ${words.slice(0, -1).join(", ")} or ${words.at(-1)}.`,
  );
}
