/**
 * Stand-ins for schedulers. Each reads a file of docs/many-machines and says which environments it
 * would give to the tasks, and which shell command it would run with them.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface Task {
  readonly script: string;
  readonly variables: Readonly<Record<string, string>>;
}

const textOf = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../docs/many-machines/${name}`, import.meta.url)), "utf8");
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

/** As sbatch reads the lines that begin with #SBATCH. */
export function slurmTasks(): Task[] {
  const script = textOf("job.slurm.sh");
  const setting = (name: string) => new RegExp(`^#SBATCH --${name}=(.*)$`, "m").exec(script)![1];
  const [from, to] = setting("array").split("-").map(Number);
  return upTo(to - from + 1).map((index) => ({
    script,
    variables: {
      SLURM_ARRAY_TASK_ID: String(from + index),
      SLURM_ARRAY_TASK_MIN: String(from),
      SLURM_ARRAY_TASK_MAX: String(to),
      SLURM_ARRAY_TASK_STEP: "1",
      SLURM_ARRAY_TASK_COUNT: String(to - from + 1),
      SLURM_CPUS_PER_TASK: setting("cpus-per-task"),
    },
  }));
}

/** As an Indexed Job starts its pods. */
export function kubernetesTasks(): Task[] {
  const text = textOf("job.yaml");
  const completions = Number(/^ {2}completions: (\d+)$/m.exec(text)![1]);
  const declared = [...text.matchAll(/^ +- name: (\w+)\n +value: "?([^"\n]*)"?$/gm)];
  const own = Object.fromEntries(declared.map(([, name, value]) => [name, value]));
  return upTo(completions).map((index) => ({
    script: blocksOf(text, "- |")[0],
    variables: { ...own, JOB_COMPLETION_INDEX: String(index), HOSTNAME: `evaluation-${index}-abcde` },
  }));
}

/** As the jobs of a matrix run, with the merge that follows them. */
export function matrixTasks(): { readonly shards: readonly Task[]; readonly merge: Task } {
  const text = textOf("matrix.yml");
  const count = /^ +shard: \[(.*)\]$/m.exec(text)![1].split(",").length;
  const [evaluate, merge] = blocksOf(text, "run: |");
  const told = (index: number): Readonly<Record<string, string>> => ({
    "strategy.job-index": String(index),
    "strategy.job-total": String(count),
  });
  return {
    shards: upTo(count).map((index) => ({
      script: evaluate.replaceAll(/\$\{\{ ([\w.-]+) \}\}/g, (_, name) => told(index)[name]),
      variables: {},
    })),
    merge: { script: merge, variables: {} },
  };
}

/** Texts of the block scalars that begin with a mark, without their indentation. */
function blocksOf(text: string, mark: string): string[] {
  const lines = text.split("\n");
  return lines.flatMap((line, at) => {
    if (!line.trimEnd().endsWith(mark)) return [];
    const indent = /^ */.exec(lines[at + 1])![0];
    const end = lines.findIndex((later, i) => i > at && !later.startsWith(indent));
    return [
      lines
        .slice(at + 1, end)
        .map((own) => own.slice(indent.length))
        .join("\n"),
    ];
  });
}
