/**
 * What goes on inside the units of stages with a mesh. Each unit is run once more, task by task,
 * and its time on a rank told apart as that of a sharding is (sharding/rank-times.ts).
 */
import type { Scenario } from "../../../model/scenario.ts";
import type { ToldUnit } from "../../lower/inside/inside-costs.ts";
import { collectiveSpans } from "../sharding/collective-spans.ts";
import type { CollectiveSpan, RankTime } from "../sharding/contract.ts";
import { blocksOf, rankTimes } from "../sharding/rank-times.ts";
import type { InsideWait, PipelineBlock } from "./contract.ts";
import type { LoggedPipeline, UnitTimes } from "./read-pipeline.ts";

interface KnownUnit {
  readonly us: number;
  readonly devices: readonly number[];
  readonly times: readonly RankTime[];
  readonly collectives: readonly CollectiveSpan[];
}

export function unitTimes(scenario: Scenario, run: LoggedPipeline): UnitTimes {
  const { costs, references, places } = run;
  const { inside } = costs;
  const known = new Map<string, KnownUnit | null>();
  const unitOf = ({ task, work, stage, device }: PipelineBlock): KnownUnit | null => {
    if (inside === undefined || places === undefined || inside.isInside[stage] !== 1) return null;
    const { leaderOf } = places;
    const share = references.taskShare[task];
    const key = [work, stage, leaderOf[device], share].join();
    let unit = known.get(key);
    if (unit === undefined) {
      unit = told(scenario, inside.tell(work, stage, leaderOf[device], share));
      known.set(key, unit);
    }
    return unit;
  };
  const waitingUs = (unit: KnownUnit, device: number): number => {
    const { steps, ranks, host, other } = unit.times[unit.devices.indexOf(device)];
    return steps + ranks + host + other;
  };
  return {
    waitingShare(block) {
      const unit = unitOf(block);
      return unit === null || unit.us === 0 ? 0 : waitingUs(unit, block.device) / unit.us;
    },
    waits(blocks) {
      const sums = new Map<string, Sum>();
      for (const block of blocks) {
        const unit = unitOf(block);
        if (unit === null || unit.us === 0) continue;
        const batches = batchesOf(run, block);
        if (batches > 0) addWaits(sums, block, unit, batches);
      }
      return [...sums.values()].sort((a, b) => a.device - b.device || a.stage - b.stage);
    },
  };
}

type Sum = { -readonly [Field in keyof InsideWait]: InsideWait[Field] };

/** The share of a block within the measured window, for one of its batches. */
function batchesOf({ window }: LoggedPipeline, { startUs, endUs }: PipelineBlock): number {
  const within = Math.min(endUs, window.toUs) - Math.max(startUs, window.fromUs);
  return endUs > startUs ? Math.max(0, within) / (endUs - startUs) / window.batches : 0;
}

function addWaits(
  sums: Map<string, Sum>,
  { device, stage }: PipelineBlock,
  { devices, times, collectives }: KnownUnit,
  batches: number,
): void {
  const rank = devices.indexOf(device);
  const add = (step: InsideWait["step"], count: number, sentBytes: number, us: number): void => {
    const key = `${device} ${stage} ${step?.kind} ${step?.group.join()}`;
    const sum = sums.get(key) ?? { device, stage, step, count: 0, sentBytes: 0, us: 0 };
    sums.set(key, sum);
    sum.count += count * batches;
    sum.sentBytes += sentBytes * batches;
    sum.us += us * batches;
  };
  for (const { kind, group, exposedUs, sentBytes } of collectives)
    add({ kind, group }, 1, sentBytes[rank], exposedUs[rank]);
  const { ranks, host, other } = times[rank];
  if (ranks + host + other > 0) add(null, 0, 0, ranks + host + other);
}

function told({ graph, cluster, fidelity }: Scenario, unit: ToldUnit | null): KnownUnit | null {
  if (unit === null) return null;
  const { devices } = unit.sharding.mesh;
  const collectives = collectiveSpans(unit, { devices, deviceCount: cluster.devices.length });
  const transfers = fidelity.overlap ? {} : { transfers: unit.engine.transfers() };
  const read = { graph, run: unit, devices, collectives, untilUs: unit.us, ...transfers };
  return { us: unit.us, devices, times: rankTimes(read, blocksOf(unit)), collectives };
}
