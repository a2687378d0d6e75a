/**
 * `Timeline`: everything that one simulated step did, for people, pictures and observations. Unlike
 * an evaluation it also exists for infeasible plans, to show by how much they do not fit.
 */
import { asPlacement, type Plan, validatePlan } from "../../model/plan/plan.ts";
import type { Scenario } from "../../model/scenario.ts";
import { compile } from "../engine/compile.ts";
import { createLoggingEngine, type TransferRecord } from "../engine/engine.ts";
import type { Violation } from "../evaluator/contract.ts";
import { createPeakMeter, memoryViolation } from "../memory/peaks.ts";

export interface Timeline {
  readonly makespanUs: number;
  /** The plan's order of the ops of a device, where it has one. */
  readonly opPriority: Float64Array | undefined;
  /** Device, start and end of each op, shape [opCount]. */
  readonly device: Int32Array;
  readonly startUs: Float64Array;
  readonly endUs: Float64Array;
  /** In the order in which the hops joined their queues. */
  readonly transfers: readonly TransferRecord[];
  /** Time that each device computes and each link sends. */
  readonly deviceBusyUs: Float64Array;
  readonly linkBusyUs: Float64Array;
  readonly peakBytes: Float64Array;
  readonly violation: Violation | null;
}

/** Simulates plans of one scenario, one timeline each. */
export function createSimulator(scenario: Scenario): (plan: Plan) => Timeline {
  const compiled = compile(scenario);
  const engine = createLoggingEngine(compiled);
  const meter = createPeakMeter(compiled);
  const { deviceCount, linkCount } = compiled;
  return (plan) => {
    validatePlan(scenario, plan);
    const { device, opPriority } = asPlacement(plan);
    const makespanUs = engine.run(device, opPriority);
    const transfers = engine.transfers();
    const startUs = engine.startUs.slice();
    const endUs = engine.endUs.slice();
    const deviceBusyUs = new Float64Array(deviceCount);
    startUs.forEach((start, v) => {
      deviceBusyUs[device[v]] += endUs[v] - start;
    });
    const linkBusyUs = busyLinksUs(transfers, linkCount);
    const peaks = meter.peaks(engine, device);
    return {
      makespanUs,
      device: device.slice(),
      opPriority: opPriority?.slice(),
      startUs,
      endUs,
      transfers,
      deviceBusyUs,
      linkBusyUs,
      peakBytes: peaks.bytes,
      violation: memoryViolation(compiled, peaks),
    };
  };
}

/** The timeline of one plan. For many plans of one scenario make one simulator. */
export function simulate(scenario: Scenario, plan: Plan): Timeline {
  return createSimulator(scenario)(plan);
}

/**
 * How long each link carries something. A link that carries several transfers at once is busy once.
 */
function busyLinksUs(transfers: readonly TransferRecord[], linkCount: number): Float64Array {
  const busyUs = new Float64Array(linkCount);
  const untilUs = new Float64Array(linkCount);
  for (const { link, startUs, sentUs } of [...transfers].sort((a, b) => a.startUs - b.startUs)) {
    busyUs[link] += Math.max(0, sentUs - Math.max(startUs, untilUs[link]));
    untilUs[link] = Math.max(untilUs[link], sentUs);
  }
  return busyUs;
}
