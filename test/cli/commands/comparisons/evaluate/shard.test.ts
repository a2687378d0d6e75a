import { describe, expect, test } from "vitest";
import { shardIn } from "../../../../../cli/commands/comparisons/evaluate/shard.ts";
import { InputError } from "../../../../../env/index.ts";

const slurm = (id: string, min: string, count: string, step = "1") => ({
  SLURM_ARRAY_TASK_ID: id,
  SLURM_ARRAY_TASK_MIN: min,
  SLURM_ARRAY_TASK_COUNT: count,
  SLURM_ARRAY_TASK_STEP: step,
});

describe("the shard of this machine", () => {
  test.each([
    [undefined, slurm("1", "0", "3"), null],
    ["2/3", slurm("1", "0", "3"), { index: 2, count: 3, source: "--shard" }],
    ["auto", slurm("3", "1", "3"), { index: 2, count: 3, source: "SLURM_ARRAY_TASK_ID" }],
    ["auto", slurm("8", "0", "3", "4"), { index: 2, count: 3, source: "SLURM_ARRAY_TASK_ID" }],
    ["auto/5", slurm("4", "4", "1"), { index: 4, count: 5, source: "SLURM_ARRAY_TASK_ID" }],
    ["auto/4", { JOB_COMPLETION_INDEX: "3" }, { index: 3, count: 4, source: "JOB_COMPLETION_INDEX" }],
  ])("%s in %j is %j", (text, variables, shard) => {
    expect(shardIn(text, variables)).toEqual(shard);
  });

  test.each([
    ["3/3", {}, "--shard 3/3 gives shard 3 of 3, expected one of 0 to the count less 1."],
    ["1", {}, '--shard is "1", expected I/N such as 0/3, auto/N, or auto in a Slurm array.'],
    ["a/b", {}, '--shard is "a/b", expected I/N such as 0/3, auto/N, or auto in a Slurm array.'],
    ["auto/3", {}, "neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX is set; give I/N."],
    [
      "auto/3",
      { JOB_COMPLETION_INDEX: "0", SLURM_ARRAY_TASK_ID: "0" },
      "both SLURM_ARRAY_TASK_ID and JOB_COMPLETION_INDEX are set; give I/N.",
    ],
    ["auto", { JOB_COMPLETION_INDEX: "0" }, "Kubernetes does not tell a count; give auto/N."],
    ["auto/2", { JOB_COMPLETION_INDEX: "x" }, 'JOB_COMPLETION_INDEX, which is "x", expected a whole number.'],
    ["auto", { SLURM_ARRAY_TASK_ID: "1" }, 'SLURM_ARRAY_TASK_MIN, which is "", expected a whole number.'],
    ["auto", slurm("7", "0", "3"), "--shard auto with SLURM_ARRAY_TASK_ID gives shard 7 of 3"],
  ])("refuses %s in %j", (text, variables, sentence) => {
    const refusal = () => shardIn(text, variables);
    expect(refusal).toThrow(InputError);
    expect(refusal).toThrow(sentence);
  });
});
