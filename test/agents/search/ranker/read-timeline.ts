/** A placement of a random scenario, its list schedule, and the timeline read from it. */
import { createListOrder } from "../../../../agents/lists/list-order.ts";
import { choicesOf, planOf } from "../../../../agents/problems/choices.ts";
import { Timeline } from "../../../../agents/search/ranker/timeline.ts";
import { compile, createRng, groupingOf, type Scenario, uncounted } from "../../../../env/index.ts";
import { randomScenario } from "../../seeded-scenario.ts";

export function readRandom(seed: number, devices: readonly string[] = ["A", "B", "C"]) {
  const made = randomScenario(seed, { ops: 14, devices, memoryBytes: 3000 });
  const label = Int32Array.from({ length: made.graph.opCount }, (_, v) => v >> 1);
  return readTimeline({ ...made, grouping: groupingOf(made.graph, label) }, seed);
}

export function readTimeline(scenario: Scenario, seed: number, given?: Int32Array) {
  const choices = choicesOf(scenario, "all");
  const rng = createRng(seed).child("placement");
  const groupDevice = given ?? Int32Array.from(choices.legal, (legal) => legal[rng.int(legal.length)]);
  const compiled = compile(scenario);
  const order = createListOrder(compiled, uncounted);
  const { device } = planOf(choices, groupDevice);
  const rank = order.of(device);
  const timeline = new Timeline(compiled);
  timeline.read(order, rank, device);
  return { scenario, choices, compiled, groupDevice, device, order, rank, timeline };
}
