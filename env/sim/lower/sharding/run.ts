/**
 * Runs sharding plans on the engine: the time of one batch, and the peak memory of each device.
 */
import { sizesOf } from "../../../model/layout/mesh.ts";
import { createResharder, type Resharder } from "../../../model/layout/reshard.ts";
import type { ShardingPlan } from "../../../model/plan/sharding.ts";
import type { Scenario } from "../../../model/scenario.ts";
import { createEngine, createLoggingEngine, type Engine, type LoggingEngine } from "../../engine/engine.ts";
import type { Violation } from "../../evaluator/contract.ts";
import { createPeakSlices, type PeaksAbove } from "../../memory/peak-slices.ts";
import { memoryViolation } from "../../memory/peaks.ts";
import { type LoweredSharding, lowerSharding } from "./tasks.ts";

export interface ShardingRun extends LoweredSharding {
  /** Time of one batch, us: from its first start to its last end. */
  readonly iterationUs: number;
  /** Start and end of each task, us. */
  readonly engine: Engine;
  /** Of the scenario's devices; worked out when it is first asked for. */
  readonly peakBytes: Float64Array;
  readonly violation: Violation | null;
}

export interface ShardingRunner {
  /** Pre: a valid plan. */
  run(plan: ShardingPlan): ShardingRun;
}

/** Keeps what it has found of layouts for further plans. */
export function createShardingRunner(scenario: Scenario): ShardingRunner {
  const resharders = new Map<string, Resharder>();
  return {
    run(plan) {
      const sizes = sizesOf(plan.mesh);
      const resharder = resharders.get(sizes.join()) ?? createResharder(sizes);
      resharders.set(sizes.join(), resharder);
      const lowered = lowerSharding(scenario, plan, resharder);
      return finish(scenario, lowered, createEngine(lowered.compiled));
    },
  };
}

/** One run with every transfer, for pictures and explanations. Pre: a valid plan. */
export function runLoggedSharding(scenario: Scenario, plan: ShardingPlan): LoggedSharding {
  const lowered = lowerSharding(scenario, plan);
  const engine = createLoggingEngine(lowered.compiled);
  return Object.assign(finish(scenario, lowered, engine), { engine });
}

export type LoggedSharding = ShardingRun & { readonly engine: LoggingEngine };

function finish(scenario: Scenario, lowered: LoweredSharding, engine: Engine): ShardingRun {
  const { compiled, device, columns } = lowered;
  const iterationUs = engine.run(device);
  const peaksAbove = createPeakSlices(compiled, columns);
  let peakBytes: Float64Array | undefined;
  return {
    ...lowered,
    iterationUs,
    engine,
    get peakBytes() {
      const none = new Float64Array(compiled.deviceCount);
      peakBytes ??= peaksAbove(none, engine, device).bytes.slice(0, scenario.cluster.devices.length);
      return peakBytes;
    },
    violation: violationOf(lowered, engine, peaksAbove),
  };
}

/** The peak of a task is told by its op. */
function violationOf({ compiled, device, opOf }: LoweredSharding, engine: Engine, peaksAbove: PeaksAbove) {
  const limits = Float64Array.from(compiled.scenario.cluster.devices, ({ memoryBytes }) => memoryBytes);
  const violation: Violation | null = memoryViolation(compiled, peaksAbove(limits, engine, device));
  return violation === null || violation.op === -1 ? violation : { ...violation, op: opOf[violation.op] };
}
