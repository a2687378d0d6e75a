/** Random pipelines through the fast lowering and its specification, side by side. */
import type { Scenario } from "../../../../env/index.ts";
import { InputError } from "../../../../env/model/errors.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import { runPipeline } from "../../../../env/sim/lower/run.ts";
import { referencePipeline } from "../../../../env/sim/reference/pipeline.ts";
import { type DrawOptions, drawnPipeline } from "../lower/drawn-pipelines.ts";

export interface TwinReport {
  /** Pipelines compared, and those whose devices would wait for ever. */
  compared: number;
  refused: number;
  schedules: Set<string>;
  /** Those in which no transfers of different origin meet on a link. */
  apart: number;
  /** Largest relative difference of times, and how many differ by more than 1e-9. */
  worst: number;
  different: number;
  /** Seeds of those that differ though they are `apart`. */
  wrong: number[];
  /** Seeds of pipelines of which the specification needs more memory than the lowering says. */
  over: number[];
}

export function compareTwins(from: number, to: number, options: DrawOptions): TwinReport {
  const report: TwinReport = {
    compared: 0,
    refused: 0,
    schedules: new Set(),
    apart: 0,
    worst: 0,
    different: 0,
    wrong: [],
    over: [],
  };
  for (let seed = from; seed < to; seed++) {
    const { scenario, plan } = drawnPipeline(seed, options);
    const fast = ranOrRefused(() => runPipeline(scenario, plan));
    if (fast === null) {
      report.refused++;
      continue;
    }
    const slow = referencePipeline(scenario, plan);
    const difference = Math.abs(slow.iterationUs / fast.iterationUs - 1);
    const isApart = !sharesLinks(plan, scenario);
    report.compared++;
    if (isApart) report.apart++;
    report.schedules.add(plan.schedule.name);
    report.worst = Math.max(report.worst, difference);
    if (difference > 1e-9) report.different++;
    if (difference > 1e-9 && isApart) report.wrong.push(seed);
    const isOver = (bytes: number, d: number) => bytes > fast.peakBytes[d] * (1 + 1e-9) + 1e-9;
    if (difference <= 1e-9 && slow.peakBytes.some(isOver)) report.over.push(seed);
  }
  return report;
}

/** Null where the devices of an exposed sum wait for each other. */
function ranOrRefused<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof InputError && error.message.includes("wait for each other")) return null;
    throw error;
  }
}

/**
 * Whether transfers of different origin may meet on a link where each pair of devices has its own.
 * Two stages on one device may send at once, and so may weights and activations.
 */
function sharesLinks({ stages }: PipelinePlan, { graph }: Scenario): boolean {
  const devices = stages.flatMap((stage) => stage.devices);
  return new Set(devices).size < devices.length || graph.names.includes("e0");
}
