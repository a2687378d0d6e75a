/**
 * Which shard of an evaluation this machine runs: told by the flag, or by the scheduler that
 * started it. Slurm tells the tasks of an array in `SLURM_ARRAY_TASK_ID`, `_MIN`, `_STEP` and
 * `_COUNT` (sbatch(1)); Kubernetes tells the index of an Indexed Job in `JOB_COMPLETION_INDEX`.
 */
import { InputError } from "../../../../env/model/errors.ts";
import { checkShard, type Shard } from "../../../../results/evaluation/shards.ts";
import type { Terminal } from "../../../terminal/terminal.ts";

export interface GivenShard extends Shard {
  /** The flag or the variable that told the index. */
  readonly source: string;
}

export const shardFlag = {
  type: "text",
  placeholder: "I/N",
  describe:
    "run one of N parts, from 0/N on, for placement-gym merge to unite; auto/N takes the part from " +
    "SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX, auto also takes N from the Slurm array",
  defaultText: "all cells",
} as const;

type Variables = Terminal["variables"];

const SLURM = "SLURM_ARRAY_TASK_ID";
const KUBERNETES = "JOB_COMPLETION_INDEX";

/** Null where no shard is asked for. */
export function shardIn(text: string | undefined, variables: Variables): GivenShard | null {
  if (text === undefined) return null;
  const match = /^(auto|\d+)(?:\/(\d+))?$/.exec(text);
  const isKnown = match !== null && (match[1] === "auto" || match[2] !== undefined);
  if (!isKnown)
    throw new InputError(`--shard is "${text}", expected I/N such as 0/3, auto/N, or auto in a Slurm array.`);
  const shard = shardOf(match[1], match[2], variables);
  checkShard(shard, shard.source === "--shard" ? `--shard ${text}` : `--shard ${text} with ${shard.source}`);
  return shard;
}

function shardOf(index: string, count: string | undefined, variables: Variables): GivenShard {
  if (index !== "auto") return { index: Number(index), count: Number(count), source: "--shard" };
  const source = schedulerIn(variables);
  if (count !== undefined) return { index: numberIn(variables, source), count: Number(count), source };
  if (source === KUBERNETES)
    throw new InputError("--shard is auto, but Kubernetes does not tell a count; give auto/N.");
  const [min, step] = ["SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_STEP"].map((name) =>
    numberIn(variables, name),
  );
  return {
    index: (numberIn(variables, source) - min) / Math.max(1, step),
    count: numberIn(variables, "SLURM_ARRAY_TASK_COUNT"),
    source,
  };
}

function schedulerIn(variables: Variables): typeof SLURM | typeof KUBERNETES {
  const told = ([SLURM, KUBERNETES] as const).filter((name) => variables[name] !== undefined);
  if (told.length === 1) return told[0];
  throw new InputError(
    told.length === 0
      ? `--shard takes its index from the environment, but neither ${SLURM} nor ${KUBERNETES} is set; give I/N.`
      : `--shard takes its index from the environment, but both ${SLURM} and ${KUBERNETES} are set; give I/N.`,
  );
}

function numberIn(variables: Variables, name: string): number {
  const text = variables[name];
  if (text !== undefined && /^\d+$/.test(text)) return Number(text);
  throw new InputError(`--shard needs ${name}, which is "${text ?? ""}", expected a whole number.`);
}
