/**
 * The methods that a comparison takes by default: all general ones that plan for the objective of a
 * scenario. Planners of pipelines take part where `--objective`, the suite or the scenario's
 * address says `iteration` or `throughput`.
 */
import { generalSpecs } from "../../../agents/registry/registry.ts";
import { type Objective, objectives } from "../../../env/model/scenario.ts";
import type { CompareRequest } from "../../../results/comparison/compare.ts";

export function comparedMethods(
  scenarios: readonly string[],
  objective: Objective | undefined,
): Pick<CompareRequest, "methods" | "methodsOf"> {
  const lists = scenarios.map((scenario) => specsFor(objective ?? statedIn(scenario)));
  const methods = [...new Set(lists.flat())];
  if (lists.every((list) => list.length === methods.length)) return { methods };
  return { methods, methodsOf: Object.fromEntries(scenarios.map((scenario, i) => [scenario, lists[i]])) };
}

const specsFor = (objective: Objective | undefined): readonly string[] =>
  generalSpecs(objective === undefined ? [] : [objective]);

/** The objective that an address names, such as `?objective=iteration`. */
function statedIn(address: string): Objective | undefined {
  const stated = /[?&]objective=([^&]*)/.exec(address)?.[1];
  return objectives.find((known) => known === stated);
}
