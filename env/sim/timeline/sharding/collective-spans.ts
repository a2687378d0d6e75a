/** When each rank begins and ends each collective of a sharded program, and what it sends. */
import { groupsAlong, rankCount } from "../../../model/layout/mesh.ts";
import type { Engine } from "../../engine/engine.ts";
import { sentBytes } from "../../lower/sharding/sent-bytes.ts";
import type { LoweredSharding } from "../../lower/sharding/tasks.ts";
import type { CollectiveSpan } from "./contract.ts";

/** What is read of a run: a whole sharding's, or that of a unit of a stage. */
export interface RankedRun extends LoweredSharding {
  readonly engine: Pick<Engine, "startUs" | "endUs">;
}

/**
 * Nothing is exposed so far: `rankTimes` adds that up. `devices`: of the ranks; `deviceCount`: of
 * the scenario, whose senders are numbered after them.
 */
export function collectiveSpans(
  run: RankedRun,
  { devices, deviceCount }: { readonly devices: readonly number[]; readonly deviceCount: number },
): CollectiveSpan[] {
  const { moves, program, engine, rankOf } = run;
  const ranks = rankCount(program.sizes);
  const sent = sentBytes(run, deviceCount);
  return moves.map(({ firstTask, endTask, ...move }, number) => {
    const starts = move.kind === "feed" ? engine.endUs : engine.startUs;
    const enterUs = starts.slice(firstTask, firstTask + ranks);
    const leaveUs = new Float64Array(ranks);
    for (let task = firstTask; task < endTask; task++)
      leaveUs[rankOf[task]] = Math.max(leaveUs[rankOf[task]], engine.endUs[task]);
    const joinedUs = new Float64Array(ranks);
    for (const group of groupsAlong(program.sizes, move.group)) {
      const lastUs = Math.max(...group.map((rank) => enterUs[rank]));
      for (const rank of group) joinedUs[rank] = Math.min(lastUs, leaveUs[rank]);
    }
    return {
      ...move,
      enterUs,
      joinedUs,
      leaveUs,
      exposedUs: new Float64Array(ranks),
      sentBytes: Float64Array.from(devices, (device) => sent[number][device]),
    };
  });
}
