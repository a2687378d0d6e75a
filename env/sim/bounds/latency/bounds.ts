/**
 * Certified lower bounds on single-sample latency. The longest chain counts without transfers, and
 * with those between CPUs and accelerators. The work of ops that only accelerators can run is
 * another bound. On request there are bounds on paths that memory divides.
 */
import { isCpu } from "../../../model/cluster/cluster.ts";
import { dataConsumers, transferTimesUs } from "../../../model/cluster/output-transfers.ts";
import type { Scenario } from "../../../model/scenario.ts";
import type { Bound } from "../../evaluator/contract.ts";
import { PLACEMENTS, roundingFor } from "../best.ts";
import { weightUnits } from "../max-load.ts";
import type { Units } from "../units.ts";
import { workBound } from "../work-bound.ts";
import { cutOpsUs } from "./cut-ops.ts";
import { partedPathUs } from "./path.ts";

export function latencyBounds(scenario: Scenario): Bound[] {
  const units = weightUnits(scenario);
  const transferUs = transferTimesUs(scenario.graph, scenario.cluster);
  const roundedDown = roundingFor(units.opUs, transferUs);
  const free = new Float64Array(transferUs.length);
  const bounds: Bound[] = [
    {
      argument: "critical path",
      covers: PLACEMENTS,
      value: roundedDown(longestChainUs(scenario, units, free)),
    },
    {
      argument: "accelerator work",
      covers: PLACEMENTS,
      value: roundedDown(acceleratorWorkUs(scenario, units)),
    },
    {
      argument: "critical path with transfers",
      covers: PLACEMENTS,
      value: roundedDown(longestChainUs(scenario, units, transferUs)),
    },
  ];
  return bounds.filter(({ value }) => value !== Number.POSITIVE_INFINITY);
}

/**
 * The bounds of path.ts and cut-ops.ts, which take two seconds for 1,000 ops. A value is 0 where
 * memory divides nothing, or where the graph is too large.
 */
export function partedBounds(scenario: Scenario): Bound[] {
  const units = weightUnits(scenario);
  const roundedDown = roundingFor(units.opUs, transferTimesUs(scenario.graph, scenario.cluster));
  return [
    {
      argument: "path that memory parts",
      covers: PLACEMENTS,
      value: roundedDown(partedPathUs(scenario, units)),
    },
    {
      argument: "narrows that memory parts",
      covers: PLACEMENTS,
      value: roundedDown(cutOpsUs(scenario, units)),
    },
  ];
}

/**
 * The longest chain where it is shortest. For an op on an accelerator, `doneUs` is the start of its
 * piece plus what the chain has added to the piece's load so far. That is the transfer in and run
 * times. A chain that goes on elsewhere adds the transfer out.
 */
function longestChainUs(scenario: Scenario, units: Units, transferUs: Float64Array): number {
  const { graph, cluster } = scenario;
  const { typeCount, opUs, machines, deviceOf, unitOf, unitBytes, typeBytes } = units;
  const onCpu = Array.from(deviceOf, (d) => isCpu(cluster.devices[d]));
  const consumers = dataConsumers(scenario);
  const movesTo = (u: number, v: number) =>
    consumers.op.subarray(consumers.start[u], consumers.start[u + 1]).includes(v);
  const doneUs = new Float64Array(opUs.length);
  let longest = 0;
  for (const v of graph.topologicalOrder) {
    const readyUs = new Float64Array(typeCount);
    for (let e = graph.inStart[v]; e < graph.inStart[v + 1]; e++) {
      const u = graph.edgeSource[e];
      const moveUs = movesTo(u, v) ? transferUs[u] : 0;
      const together = unitOf[u] === unitOf[v];
      for (let to = 0; to < typeCount; to++) {
        const mayShare = together || unitBytes[unitOf[u]] + unitBytes[unitOf[v]] <= typeBytes[to];
        let least = mayShare ? doneUs[u * typeCount + to] : Number.POSITIVE_INFINITY;
        for (let from = 0; !together && from < typeCount; from++) {
          if (from === to && machines[from] === 1) continue;
          const paidUs = (onCpu[from] ? 0 : moveUs) + (onCpu[to] ? 0 : moveUs);
          least = Math.min(least, doneUs[u * typeCount + from] + paidUs);
        }
        readyUs[to] = Math.max(readyUs[to], least);
      }
    }
    let least = Number.POSITIVE_INFINITY;
    for (let type = 0; type < typeCount; type++) {
      doneUs[v * typeCount + type] = readyUs[type] + opUs[v * typeCount + type];
      least = Math.min(least, doneUs[v * typeCount + type]);
    }
    longest = Math.max(longest, least);
  }
  return longest;
}

/** CPUs run any number of ops at once, so the work to divide is only what no CPU can run. */
function acceleratorWorkUs({ cluster }: Scenario, units: Units): number {
  const { typeCount, unitUs, machines, deviceOf } = units;
  const accelerators = [...deviceOf.keys()].filter((type) => !isCpu(cluster.devices[deviceOf[type]]));
  const cpus = [...deviceOf.keys()].filter((type) => isCpu(cluster.devices[deviceOf[type]]));
  const work: number[] = [];
  for (let i = 0; i < unitUs.length; i += typeCount) {
    if (cpus.some((type) => unitUs[i + type] !== Number.POSITIVE_INFINITY)) continue;
    work.push(...accelerators.map((type) => unitUs[i + type]));
  }
  if (work.length === 0) return 0;
  return workBound(
    Float64Array.from(work),
    accelerators.map((type) => machines[type]),
  ).valueUs;
}
