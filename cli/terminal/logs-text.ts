/** Says where logs of evaluations are and how large they are. */
import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { formatBytes, formatCount } from "../../results/text/format.ts";
import type { Terminal } from "./terminal.ts";

/** A cell that was kept from before the log was asked for has none. */
export function tellLogs(paths: readonly string[], { note }: Pick<Terminal, "note">): void {
  const there = paths.filter((path) => existsSync(path));
  const bytes = there.reduce((sum, path) => sum + statSync(path).size, 0);
  const missing = paths.length - there.length;
  const lack =
    missing === 0 ? "" : ` ${formatCount(missing)} cells have none: they were run before without a log.`;
  const where = there.length === 1 ? there[0] : `${formatCount(there.length)} files in ${dirname(paths[0])}`;
  note(`Evaluations: ${there.length === 0 ? "none" : `${where}, ${formatBytes(bytes)}`}.${lack}`);
}
