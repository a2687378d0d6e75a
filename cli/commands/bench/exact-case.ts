/**
 * One case of `bench exact`: the optimal contiguous split of one file, measured in the process that
 * asks, which should do nothing else: peak memory is that of the whole process, Node and the
 * TypeScript loader included.
 */
import { countIdeals } from "../../../agents/exact/ideals/all-ideals.ts";
import { CERTIFIED_TOLERANCE, certify } from "../../../agents/exact/ideals/certificate.ts";
import { standsInLine } from "../../../agents/exact/ideals/certificate-units.ts";
import { contiguousOptimum } from "../../../agents/exact/ideals/contiguous-optimum.ts";
import { contract } from "../../../agents/problems/elements.ts";
import { isCpu } from "../../../env/model/cluster/cluster.ts";
import type { Evaluator } from "../../../env/sim/evaluator/contract.ts";
import { evaluator } from "../../../env/sim/objectives/evaluator.ts";
import { importFile } from "../../../scenarios/import/index.ts";
import { readText } from "../../files.ts";

/** What the plain search says of the answer; "too large" where its limit of steps came first. */
export type CertificateWord = "certified" | "refuted" | "too large" | "not asked";

export interface ExactCase {
  readonly ops: number;
  readonly accelerators: number;
  readonly cpus: number;
  /** Max load of the split as the scenario's evaluator scores it, null where there is none. */
  readonly valueUs: number | null;
  /** False where a limit ended the search. */
  readonly proven: boolean;
  /** No contiguous split is below it; null where there is none at all. */
  readonly boundUs: number | null;
  readonly elements: number;
  readonly ideals: number;
  readonly transitions: number;
  /** All ideals, counted one by one, where that was asked for. */
  readonly allIdeals: number | null;
  /** Wall clock and CPU time from the text of the file to the answer. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
  readonly certificate: CertificateWord;
  readonly certificateSteps: number;
  readonly certificateSeconds: number;
  readonly device: Int32Array | null;
}

export interface ExactOptions {
  /** 0 asks for no certificate. */
  readonly certificateSteps: number;
  readonly enumerate: "all" | "needed";
  readonly clock: () => number;
}

const LIMITS = { ideals: 5_000_000, transitions: 2_000_000_000 };
const MOST_IDEALS = 2_000_000;

export function exactCase(path: string, { certificateSteps, enumerate, clock }: ExactOptions): ExactCase {
  const text = readText(path, "Case file");
  const startedAt = clock();
  const cpuAtStart = process.cpuUsage();
  const { scenario } = importFile(text, path);
  const answer = last(contiguousOptimum(scenario, LIMITS));
  const seconds = clock() - startedAt;
  const { user, system } = process.cpuUsage(cpuAtStart);
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;

  const { split, proven } = answer;
  const valueUs = split === null ? null : scoreOf(evaluator(scenario), split.plan.device);
  const certifiedAt = clock();
  // Where there is no split, none may be found below any value.
  const below = valueUs === null ? Number.MAX_VALUE : valueUs * (1 - CERTIFIED_TOLERANCE);
  const certificate = certificateSteps === 0 ? null : last(certify(scenario, below, certificateSteps));
  const inLine = split === null || standsInLine(scenario, split.plan.device);
  const cpus = scenario.cluster.devices.filter(isCpu).length;
  return {
    ops: scenario.graph.opCount,
    accelerators: scenario.cluster.devices.length - cpus,
    cpus,
    valueUs,
    proven,
    boundUs: Number.isFinite(answer.lowerUs) ? answer.lowerUs : null,
    elements: answer.elements,
    ideals: answer.ideals,
    transitions: answer.transitions,
    allIdeals: enumerate === "all" ? countIdeals(contract(scenario), MOST_IDEALS) : null,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakMegabytes,
    certificate: certificate === null ? "not asked" : wordOf(certificate.holds, inLine),
    certificateSteps: certificate?.steps ?? 0,
    certificateSeconds: clock() - certifiedAt,
    device: split?.plan.device ?? null,
  };
}

function wordOf(holds: boolean | null, inLine: boolean): CertificateWord {
  if (holds === false || !inLine) return "refuted";
  return holds === null ? "too large" : "certified";
}

function scoreOf(score: Evaluator, device: Int32Array): number {
  const { value } = score.evaluate({ kind: "placement", device });
  if (value === null) throw new Error("The split does not fit the memory, which the search should know.");
  return value;
}

function last<T>(search: Generator<unknown, T, undefined>): T {
  for (let step = search.next(); ; step = search.next()) if (step.done === true) return step.value;
}
