/**
 * One case of `bench exact`: one file, solved and measured in this process. Peak memory is that of
 * the whole process, Node included, so the process should do nothing else.
 */
import { type PublishedCase, publishedCase } from "../../../../agents/exact/ideals/published-case.ts";
import { isCpu } from "../../../../env/model/cluster/cluster.ts";
import { importFile } from "../../../../scenarios/import/index.ts";
import { readText } from "../../../files.ts";

export interface ExactCase extends PublishedCase {
  readonly ops: number;
  readonly accelerators: number;
  readonly cpus: number;
  /** Wall clock and CPU time from the text of the file to the answer. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** When the answer is found, before it is checked. */
  readonly peakMegabytes: number;
  /** Wall clock of the checks: the certificate, and counting all ideals where that is asked for. */
  readonly certificateSeconds: number;
}

export interface ExactOptions {
  /** 0 asks for no certificate. */
  readonly certificateSteps: number;
  readonly enumerate: "all" | "needed";
  readonly clock: () => number;
}

export function exactCase(path: string, { certificateSteps, enumerate, clock }: ExactOptions): ExactCase {
  const text = readText(path, "Case file");
  const readings = startReadings(clock);
  const { scenario } = importFile(text, path);
  let solved = readings();
  const answer = publishedCase(scenario, {
    certificateSteps,
    enumerate,
    onSolved: () => {
      solved = readings();
    },
  });
  const cpus = scenario.cluster.devices.filter(isCpu).length;
  return {
    ops: scenario.graph.opCount,
    accelerators: scenario.cluster.devices.length - cpus,
    cpus,
    ...answer,
    ...solved,
    certificateSeconds: readings().seconds - solved.seconds,
  };
}

/** What has been used since the call. */
function startReadings(clock: () => number) {
  const startedAt = clock();
  const cpuAtStart = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(cpuAtStart);
    return {
      seconds: clock() - startedAt,
      cpuSeconds: (user + system) / 1e6,
      peakMegabytes: process.resourceUsage().maxRSS / 1024,
    };
  };
}
