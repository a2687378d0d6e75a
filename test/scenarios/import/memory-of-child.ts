/** Runs `import-in-child.ts` and returns what it printed. */
import { spawnSync } from "node:child_process";
import { compiledFile } from "../../compiled.ts";

export const MOST_BYTES = 512 * 2 ** 20;

export interface ChildReport {
  readonly maxBytes: number;
  readonly said: Readonly<Record<string, string>>;
}

export async function importInChild(names: readonly string[]): Promise<ChildReport> {
  const script = await compiledFile("test/scenarios/import/import-in-child.ts");
  const { stdout, stderr, signal } = spawnSync(process.execPath, [script, ...names], {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  if (stdout.trim() === "")
    throw new Error(`The process ended (${signal ?? "without output"}): ${stderr.slice(-2000)}`);
  return JSON.parse(stdout) as ChildReport;
}
