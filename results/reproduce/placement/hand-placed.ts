/**
 * Plans that papers compare with and that need no search. `oneGpu` has all on the first
 * accelerator. `equalBlocks` cuts the order of the groups into one block of equal compute for each
 * accelerator. `layersApart` deals recurrent layers to the accelerators, as experts of ColocRL and
 * HDP did (from memory of the papers). Embeddings go with the first layer, attention and softmax
 * are on the last accelerator.
 */
import { type Choices, choicesOf, planOf } from "../../../agents/problems/choices.ts";
import { onOneDevice } from "../../../agents/problems/constructions.ts";
import { blocksOver } from "../../../agents/search/lines/order-blocks.ts";
import { groupGraph } from "../../../env/model/coarsen/group-graph.ts";
import { colocationGrouping } from "../../../env/model/coarsen/grouping.ts";
import type { Placement } from "../../../env/model/plan/placement.ts";
import type { Scenario } from "../../../env/model/scenario.ts";

export function oneGpu(scenario: Scenario): Placement {
  const choices = choicesOf(scenario, "accelerators");
  return planOf(choices, onOneDevice(choices, choices.devices[0]));
}

/** Null where no cut gives every block an accelerator that runs it. */
export function equalBlocks(scenario: Scenario): Placement | null {
  const choices = choicesOf(scenario, "accelerators");
  const placed = blocksOver(choices, groupGraph(scenario), choices.devices.length);
  return placed === null ? null : planOf(choices, placed);
}

/** Null where the network has no ops named after layers. */
export function layersApart(scenario: Scenario): Placement | null {
  const { graph } = scenario;
  const grouping = colocationGrouping(graph);
  const choices = choicesOf({ ...scenario, grouping }, "accelerators");
  const layerOf = graph.names.map((name) => Number(/\blayer_(\d+)\b/.exec(name)?.[1] ?? Number.NaN));
  const layers = 1 + Math.max(-1, ...layerOf.filter((layer) => !Number.isNaN(layer)));
  if (layers === 0) return null;
  const first = new Map<number, number>();
  grouping.groupOf.forEach((g, op) => {
    if (!first.has(g)) first.set(g, op);
  });
  const { devices } = choices;
  const deviceOf = (op: number): number => {
    const layer = layerOf[op];
    if (!Number.isNaN(layer)) return devices[Math.floor((layer * devices.length) / layers)];
    return /\b(attention|projection|loss|labels)\b/.test(graph.names[op])
      ? devices[devices.length - 1]
      : devices[0];
  };
  return planOf(
    choices,
    legalDevices(choices, (g) => deviceOf(first.get(g)!)),
  );
}

/** The wished device where it is legal, else the first that is. */
const legalDevices = ({ legal }: Choices, wished: (g: number) => number): Int32Array =>
  Int32Array.from(legal, (allowed, g) => (allowed.includes(wished(g)) ? wished(g) : allowed[0]));
