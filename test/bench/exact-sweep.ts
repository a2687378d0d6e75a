/**
 * The exact contiguous program on instances that nobody published: the dnn-partitioning workloads
 * with other device counts and memory limits.
 *
 *     npx tsx test/bench/exact-sweep.ts [coarse|full] [PART-OF-A-NAME] [SECONDS]
 *
 * - coarse: 2, 6, 10 and 16 accelerators, and 0, 1 and 4 CPUs. The memory limit is the published
 *   one, or 1.02, 1.15 and 2 times the k-th part of all weights;
 * - full: ten counts of accelerators, four of CPUs, six limits.
 *
 * It prints each case that takes more than 5 CPU seconds, is not proven in SECONDS (60), or whose
 * value is not the evaluator's. Then it prints the slowest case of each file and the peak memory of
 * the whole process. A plain search of 100,000 steps certifies what it can. The exit code is 1
 * where a case is not proven, over 10 CPU seconds, or refuted. It needs the files of ../shared.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CERTIFIED_TOLERANCE, certify } from "../../agents/exact/certificate/certificate.ts";
import { standsInLine } from "../../agents/exact/certificate/units.ts";
import { type ContiguousAnswer, contiguousOptimum } from "../../agents/exact/ideals/contiguous-optimum.ts";
import { evaluator, type Scenario } from "../../env/index.ts";
import { importFile } from "../../scenarios/index.ts";
import { ABSENT, sharedPath } from "../shared-folder.ts";
import { cpuSeconds } from "./cpu-seconds.ts";

const GRIDS = {
  coarse: { accelerators: [2, 6, 10, 16], cpus: [0, 1, 4], memory: ["published", 1.02, 1.15, 2] },
  full: {
    accelerators: [1, 2, 3, 4, 5, 6, 8, 10, 12, 16],
    cpus: [0, 1, 2, 4],
    memory: ["published", 1.02, 1.05, 1.15, 1.4, 2],
  },
} as const;
const SHOWN_SECONDS = 5;
const MOST_SECONDS = 10;
const LIMITS = { ideals: 5_000_000, transitions: 2_000_000_000 };
const CERTIFICATE_STEPS = 100_000;

interface Workload {
  readonly maxSizePerFPGA: number;
  readonly nodes: readonly { readonly size: number }[];
}

function solve(scenario: Scenario, mostSeconds: number): { answer: ContiguousAnswer; seconds: number } {
  const startedAt = cpuSeconds();
  const search = contiguousOptimum(scenario, LIMITS);
  let step = search.next();
  while (step.done !== true) step = search.next(cpuSeconds() - startedAt > mostSeconds);
  return { answer: step.value, seconds: cpuSeconds() - startedAt };
}

/**
 * What is wrong with a proven answer, as far as the evaluator and a plain search of few steps can
 * tell.
 */
function refutation(scenario: Scenario, { split }: ContiguousAnswer): "holds" | "unknown" | "REFUTED" {
  if (split !== null) {
    const { value } = evaluator(scenario).evaluate(split.plan);
    if (value === null || Math.abs(value / split.valueUs - 1) > CERTIFIED_TOLERANCE) return "REFUTED";
    if (!standsInLine(scenario, split.plan.device)) return "REFUTED";
  }
  const belowUs = split === null ? Number.MAX_VALUE : split.valueUs * (1 - CERTIFIED_TOLERANCE);
  const search = certify(scenario, belowUs, CERTIFICATE_STEPS);
  let step = search.next();
  while (step.done !== true) step = search.next();
  if (step.value.holds === null) return "unknown";
  return step.value.holds ? "holds" : "REFUTED";
}

const folder = sharedPath("data", "dnn-partitioning", "throughput-inputs");
if (folder === null) throw new Error(`Nothing to sweep: ${ABSENT}.`);
const [wanted = "coarse", part = "", most = "60"] = process.argv.slice(2);
if (wanted !== "coarse" && wanted !== "full") throw new Error(`"coarse" or "full", not "${wanted}".`);
const grid = GRIDS[wanted];
const totals = { cases: 0, unproven: 0, slow: 0, certified: 0, refuted: 0, infeasible: 0 };
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
for (const file of files.filter((name) => name.endsWith(".json") && name.includes(part))) {
  const workload: Workload = JSON.parse(readFileSync(join(folder, file), "utf8"));
  const bytes = workload.nodes.reduce((sum, { size }) => sum + size, 0);
  let slowest = { seconds: 0, name: "-" };
  let all = 0;
  for (const memory of grid.memory)
    for (const maxCPUs of grid.cpus)
      for (const maxFPGAs of grid.accelerators) {
        const limit =
          memory === "published" ? workload.maxSizePerFPGA : Math.floor((memory * bytes) / maxFPGAs);
        const text = JSON.stringify({ ...workload, maxFPGAs, maxCPUs, maxSizePerFPGA: limit });
        const { scenario } = importFile(text, file);
        const { answer, seconds } = solve(scenario, Number(most));
        const checked = answer.proven ? refutation(scenario, answer) : "unknown";
        const name = `${maxFPGAs}+${maxCPUs} devices, memory ${memory}`;
        all += seconds;
        totals.cases++;
        if (!answer.proven) totals.unproven++;
        if (seconds > MOST_SECONDS) totals.slow++;
        if (checked === "holds") totals.certified++;
        if (checked === "REFUTED") totals.refuted++;
        if (answer.proven && answer.split === null) totals.infeasible++;
        if (seconds > slowest.seconds) slowest = { seconds, name };
        if (seconds <= SHOWN_SECONDS && answer.proven && checked !== "REFUTED") continue;
        const value = answer.split === null ? "none" : `${(answer.split.valueUs / 1000).toFixed(6)} ms`;
        const state = answer.proven ? checked : `NOT PROVEN, >= ${(answer.lowerUs / 1000).toFixed(6)} ms`;
        console.log(`  ${file}, ${name}: ${value}, ${seconds.toFixed(2)} CPU s, ${state}`);
      }
  console.log(
    `${file.padEnd(44)} ${all.toFixed(1).padStart(8)} CPU s, slowest ${slowest.seconds.toFixed(2)} (${slowest.name})`,
  );
}
const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(
  `${totals.cases} cases: ${totals.unproven} not proven, ${totals.slow} over ${MOST_SECONDS} CPU s, ${totals.refuted} refuted, ` +
    `${totals.certified} certified by at most ${CERTIFICATE_STEPS} plain steps, ${totals.infeasible} proven infeasible; peak ${peakMegabytes} MB.`,
);
process.exitCode = totals.unproven + totals.slow + totals.refuted === 0 ? 0 : 1;
