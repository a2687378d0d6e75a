export { checkEnv } from "./check-env.ts";
export { type CheckReport, type CheckResult, formatReport } from "./report.ts";
