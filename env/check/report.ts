/** `CheckReport`: what `checkEnv` found, law by law, and the report as text. */

export interface CheckResult {
  /** The law, such as `rewards telescope`. */
  readonly name: string;
  readonly ok: boolean;
  /** What was seen: what holds, what is wrong, or why the law says nothing here. */
  readonly sentence: string;
}

export interface CheckReport {
  /** Id of the env. */
  readonly id: string;
  readonly ok: boolean;
  readonly checks: readonly CheckResult[];
}

export function formatReport({ id, ok, checks }: CheckReport): string {
  const width = Math.max(...checks.map((check) => check.name.length));
  const failed = checks.filter((check) => !check.ok).length;
  const verdict = ok ? `all ${checks.length} laws hold` : `${failed} of ${checks.length} laws are broken`;
  const rows = checks.map(
    (check) => `  ${check.ok ? "ok  " : "FAIL"}  ${check.name.padEnd(width)}  ${check.sentence}`,
  );
  return [`${id}: ${verdict}`, ...rows].join("\n");
}
