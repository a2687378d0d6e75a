/** The files of docs/many-machines run as their schedulers would run them, and are merged. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kubernetesTasks, matrixTasks, slurmTasks, type Task } from "./schedulers.ts";

const program = fileURLToPath(new URL("../../cli/bin.js", import.meta.url));
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "placement-gym-many-"));
  install("placement-gym", `exec node ${JSON.stringify(program)} "$@"`);
  install("npx", '"$@"');
  run({ script: `placement-gym ${asked} --out whole`, variables: {} });
});
afterAll(() => rmSync(folder, { recursive: true }));

const asked = "evaluate --suite toy --methods heft,tabu,random --simulations 100 --seeds 3";

function install(name: string, line: string): void {
  writeFileSync(join(folder, name), `#!/usr/bin/env bash\n${line}\n`);
  chmodSync(join(folder, name), 0o755);
}

function run({ script, variables }: Task): void {
  const env = { ...process.env, ...variables, PATH: `${folder}${delimiter}${process.env.PATH}` };
  execFileSync("bash", ["-c", script], { cwd: folder, env, stdio: "pipe" });
}

function expectSameBytes(merged: string): void {
  for (const name of ["report.json", "run.json"])
    expect(readFileSync(join(folder, merged, name), "utf8")).toBe(
      readFileSync(join(folder, "whole", name), "utf8"),
    );
}

describe("merges to the bytes of one run:", () => {
  test.each([
    ["job.slurm.sh", slurmTasks()],
    ["job.yaml", kubernetesTasks()],
  ])("%s, the last task first and once more", (name, tasks) => {
    const runs = `runs-${name}`;
    for (const { script, variables } of [...tasks, tasks[0]].reverse())
      run({ script, variables: { ...variables, RUNS: runs } });
    expect(readdirSync(join(folder, runs))).toHaveLength(tasks.length);
    run({ script: `placement-gym merge ${runs}/part-* --out ${runs}/whole`, variables: {} });
    expectSameBytes(join(runs, "whole"));
  });

  test("matrix.yml, with its own merge", () => {
    const { shards, merge } = matrixTasks();
    for (const task of [...shards, merge]) run(task);
    expectSameBytes("evaluation");
  });
});
