/**
 * What distributions of keys say about devices: how often each device of a group has the largest
 * key. REGAL's answer after training improves its plan by these odds where ops have no priority
 * keys. Not in the paper, which spends all of a budget on BRKGA.
 */
import { groupDevices } from "../../../env/model/coarsen/grouping.ts";
import type { Rng } from "../../../env/model/rng.ts";
import type { Choices } from "../../problems/choices.ts";
import { drawnKeys, type KeyDistributions } from "../../search/keys/evolution.ts";
import { deviceDecoder } from "../../search/keys/random-keys.ts";

/** Chromosomes that are drawn and decoded; none is simulated. */
const DRAWS = 200;
/** Counts as if each device that can run a group had been drawn half a time more. */
const UNSEEN = 0.5;

/** [groups x devices] logarithms of counts; `-Infinity` where a device cannot run a group. */
export function deviceLogits(distributions: KeyDistributions, choices: Choices, rng: Rng): Float32Array {
  const { scenario, legal, deviceCount: devices } = choices;
  const counts = new Float32Array(legal.length * devices);
  legal.forEach((allowed, g) => {
    for (const device of allowed) counts[g * devices + device] = UNSEEN;
  });
  const decoder = deviceDecoder(choices);
  for (let draw = 0; draw < DRAWS; draw++) {
    const { device } = decoder.decode(drawnKeys(distributions, rng));
    groupDevices(scenario.grouping, device).forEach((drawn, g) => {
      counts[g * devices + drawn]++;
    });
  }
  return counts.map(Math.log);
}
