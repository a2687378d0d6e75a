/**
 * TASO on a graph: the search of all parts in turn, with the times of the scenario's cost model on
 * one device. New ops take the roofline of their shapes; ops that stay whole, the times that they
 * have. Launches count for each op.
 */
import { rooflineUs, runTimesUs } from "../../../env/model/cluster/speed.ts";
import { Rewriting } from "../../../env/model/graph/rewriting/rewritten.ts";
import { opType, type TermOp, workOf } from "../../../env/model/graph/rewriting/term-ops.ts";
import type { Terms } from "../../../env/model/graph/rewriting/terms.ts";
import { verified } from "../../../env/model/graph/rewriting/verified/verified.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { backtrackingSearch, weighed } from "./backtracking.ts";
import { type PartSums, searchParts } from "./parts.ts";

export interface OptimiseOptions {
  readonly alpha: number;
  /** Graphs that are taken from the queue of each part. */
  readonly budget: number;
  readonly partOps: number;
}

export interface Optimised extends PartSums {
  readonly rewriting: Rewriting;
  /** Sums of the times of all ops, before and after. */
  readonly beforeUs: number;
  readonly afterUs: number;
}

export function optimised(scenario: Scenario, device: number, options: OptimiseOptions): Optimised {
  const rewriting = new Rewriting(scenario.graph);
  const costOf = opCosts(scenario, device, rewriting.numberBytes);
  const beforeUs = weighed(rewriting.site.graph, { costOf }).costUs;
  const { alpha, budget, partOps } = options;
  const sums = searchParts(rewriting, partOps, (graph) =>
    backtrackingSearch(graph, { substitutions: verified, costOf, alpha, budget }),
  );
  return { ...sums, rewriting, beforeUs, afterUs: weighed(rewriting.site.graph, { costOf }).costUs };
}

/** Ops that the device cannot run take no time there. */
export function opCosts({ graph, cluster }: Scenario, device: number, numberBytes: number) {
  const runUs = runTimesUs(graph, cluster);
  const deviceCount = cluster.devices.length;
  return (terms: Terms, op: TermOp): number => {
    if (op.operator === "whole") {
      const us = op.op < 0 ? 0 : runUs[op.op * deviceCount + device];
      return us === Number.POSITIVE_INFINITY ? 0 : us;
    }
    const { flops, bytesTouched } = workOf(terms, op, numberBytes);
    const one = { dtype: graph.dtype, types: [opType(op)], flops: [flops], bytesTouched: [bytesTouched] };
    return rooflineUs(one, cluster.devices[device], 0);
  };
}
