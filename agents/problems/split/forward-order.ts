/**
 * The order in which exact/cover decides the elements of a device's set. It is the topological
 * order of the contracted forward graph, where few nets are open.
 */

import { contract, type Elements } from "../../../env/model/layers/elements.ts";
import type { Scenario } from "../../../env/model/scenario.ts";

export function coverOrder(scenario: Scenario, elements: Elements): Int32Array {
  const contracted = contract(scenario);
  const rank = new Int32Array(elements.count);
  elements.of.forEach((element, op) => {
    rank[element] = contracted.of[op];
  });
  const order = Int32Array.from({ length: elements.count }, (_, v) => v);
  return order.sort((a, b) => rank[a] - rank[b] || a - b);
}
