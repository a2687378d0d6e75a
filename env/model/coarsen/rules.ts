/**
 * The named rules of coarsening, as scenario URIs (`?coarsen=NAME&groups=N`) and the command line
 * know them. Each rule is a pure function of graph and starting grouping. A new rule is a file and
 * an entry here.
 *
 * The function `coarsen` starts from the co-location classes and applies the rule. Where more
 * groups are left than asked for, it merges on to the limit (`atMost`). So a limit holds for every
 * rule.
 */
import { InputError } from "../errors.ts";
import type { OpGraph } from "../graph/graph.ts";
import { notKnown } from "../suggest.ts";
import { atMost } from "./at-most.ts";
import { contractChains } from "./chain.ts";
import { fuseComponents } from "./components.ts";
import { fixedSize } from "./fixed-size.ts";
import { colocationGrouping, type Grouping } from "./grouping.ts";
import { multilevel } from "./multilevel/multilevel.ts";
import { groupsForPlacement } from "./placement.ts";
import { contractSeriesParallel } from "./series-parallel.ts";
import { mergeSingleConsumers } from "./single-consumer.ts";

export interface CoarseningRule {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  /** Number of groups where a rule needs one and the caller gives none. */
  readonly defaultGroups?: number;
  /** Starts from co-location classes; `groupLimit` is `Infinity` where the caller gives none. */
  readonly apply: (graph: OpGraph, classes: Grouping, groupLimit: number) => Grouping;
}

/** Few enough to learn on, and enough to keep a few devices balanced. */
const USUAL_GROUPS = 96;

export const coarseningRules: readonly CoarseningRule[] = [
  {
    name: "placement",
    summary: "single-consumer merging that keeps parallel work and divisible chains, then least joined work",
    source: "rule of ColocRL (ICML 2017) with admissions of this project",
    defaultGroups: USUAL_GROUPS,
    apply: (graph, _classes, groupLimit) => groupsForPlacement(graph, groupLimit),
  },
  {
    name: "colocation",
    summary: "co-location classes as the framework ties them",
    source: "TensorFlow's colocation constraints",
    apply: (_graph, classes) => classes,
  },
  {
    name: "single-consumer",
    summary: "merges each group into its only consumer until nothing changes",
    source: "ColocRL (Mirhoseini et al., ICML 2017)",
    apply: (graph, classes) => mergeSingleConsumers(graph, classes),
  },
  {
    name: "chain",
    summary: "contracts every chain",
    source: "folklore",
    apply: contractChains,
  },
  {
    name: "series-parallel",
    summary: "contracts series and parallel pairs, least work first",
    source: "Valdes, Tarjan, Lawler, SIAM Journal on Computing 1982",
    apply: (graph, classes, groupLimit) =>
      contractSeriesParallel(graph, classes, Number.isFinite(groupLimit) ? groupLimit : 1),
  },
  {
    name: "scc",
    summary: "fuses groups that wait for each other in a circle",
    source: "colour classes of dnn-partitioning (Tarnawski et al., NeurIPS 2020)",
    apply: fuseComponents,
  },
  {
    name: "fixed-size",
    summary: "N blocks of equal op counts in topological order",
    source: "number of groups as in HDP (Mirhoseini et al., ICLR 2018)",
    defaultGroups: USUAL_GROUPS,
    apply: fixedSize,
  },
  {
    name: "multilevel",
    summary: "heavy-edge matching, level by level",
    source: "METIS (Karypis, Kumar, SIAM Journal on Scientific Computing 1998)",
    defaultGroups: USUAL_GROUPS,
    apply: multilevel,
  },
];

/**
 * Groups by a named rule, at most `groupLimit` where that is given. Throws one sentence where the
 * rule is not known.
 */
export function coarsen(graph: OpGraph, ruleName: string, groupLimit?: number): Grouping {
  const rule = coarseningRule(ruleName);
  const limit = groupLimit ?? rule.defaultGroups ?? Number.POSITIVE_INFINITY;
  if (Number.isNaN(limit) || limit < 1 || (Number.isFinite(limit) && !Number.isInteger(limit)))
    throw new InputError(`The number of groups is ${limit}, expected a whole number of at least 1.`);
  const groups = rule.apply(graph, colocationGrouping(graph), limit);
  return groups.groupCount <= limit ? groups : atMost(graph, groups, limit);
}

export function coarseningRule(name: string): CoarseningRule {
  const rule = coarseningRules.find((candidate) => candidate.name === name);
  if (rule !== undefined) return rule;
  const names = coarseningRules.map((candidate) => candidate.name);
  throw new InputError(notKnown("Coarsening rule", name, names));
}
