/** Runs `import-in-child.ts` and returns what it printed. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export const MOST_BYTES = 512 * 2 ** 20;

export interface ChildReport {
  readonly maxBytes: number;
  readonly said: Readonly<Record<string, string>>;
}

export function importInChild(names: readonly string[]): ChildReport {
  const script = fileURLToPath(new URL("./import-in-child.ts", import.meta.url));
  const { stdout, stderr, signal } = spawnSync(process.execPath, ["--import", "tsx", script, ...names], {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  if (stdout.trim() === "")
    throw new Error(`The process ended (${signal ?? "without output"}): ${stderr.slice(-2000)}`);
  return JSON.parse(stdout) as ChildReport;
}
