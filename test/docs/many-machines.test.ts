/** The files of docs/many-machines give each task its shard; the slow twin also runs them. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Values } from "../../cli/command.ts";
import type { flags } from "../../cli/commands/comparisons/evaluate/request.ts";
import { shardIn } from "../../cli/commands/comparisons/evaluate/shard.ts";
import { evaluate } from "../../cli/commands/comparisons/evaluate.ts";
import { parseCommandLine } from "../../cli/parse.ts";
import { kubernetesTasks, matrixTasks, slurmTasks, type Task } from "./schedulers.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "placement-gym-tasks-"));
  for (const name of ["placement-gym", "npx"]) {
    writeFileSync(join(folder, name), `#!/usr/bin/env bash\nprintf '%s\\n' "$@"\n`);
    chmodSync(join(folder, name), 0o755);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The words that the program would be called with. */
function wordsOf({ script, variables }: Task): string[] {
  const env = { ...process.env, ...variables, PATH: `${folder}${delimiter}${process.env.PATH}` };
  const said = execFileSync("bash", ["-c", script], { cwd: folder, env, encoding: "utf8" });
  return said
    .trim()
    .split("\n")
    .filter((word) => word !== "placement-gym");
}

function askedBy(task: Task) {
  const [name, ...args] = wordsOf(task);
  expect(name).toBe("evaluate");
  const values = parseCommandLine(evaluate, args).values as Values<typeof flags>;
  return { shard: shardIn(values.shard, task.variables), out: values.out };
}

describe("a scheduler that runs", () => {
  test.each([
    ["job.slurm.sh", slurmTasks()],
    ["job.yaml", kubernetesTasks()],
    ["matrix.yml", matrixTasks().shards],
  ])("%s gives every task another shard and another folder", (_, tasks) => {
    const asked = tasks.map(askedBy);
    const count = tasks.length;
    expect(asked.map(({ shard }) => shard)).toEqual(
      tasks.map((_, index) => expect.objectContaining({ index, count })),
    );
    expect(count).toBeGreaterThan(1);
    expect(new Set(asked.map(({ out }) => out)).size).toBe(count);
  });
});
