/**
 * Whether a network fits one GPU: the peak memory of the plan that has all on the first
 * accelerator, over that accelerator's memory.
 */

import { choicesOf } from "../../../agents/problems/choices.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { Claim, Laboratory } from "../contract.ts";
import { exactly, levelOf } from "../measured.ts";
import { type Assumption, addressUnder } from "./assumptions.ts";
import { oneGpu } from "./hand-placed.ts";
import { claimOf, type Said } from "./orders.ts";

export async function fitsUnder(
  assumptions: readonly Assumption[],
  address: string,
  said: Said,
  lab: Laboratory,
): Promise<Claim[]> {
  return Promise.all(
    assumptions.map(async (assumption) => {
      const share = await lab.numberOn(addressUnder(address, assumption), (scenario) =>
        shareOfMemory(scenario, lab),
      );
      const quantity = `peak memory on one GPU over what it has, ${address}`;
      return claimOf(said, assumption, quantity, share === null ? levelOf([[null]]) : exactly(share));
    }),
  );
}

/** Pre: all ops run on the first accelerator. */
function shareOfMemory(scenario: Scenario, lab: Laboratory): number | null {
  const { cluster } = scenario;
  const [gpu] = choicesOf(scenario, "accelerators").devices;
  const devices = cluster.devices.map((device) => ({ ...device, memoryBytes: Number.POSITIVE_INFINITY }));
  const boundless: Scenario = { ...scenario, objective: "peak-memory", cluster: { ...cluster, devices } };
  const peak = lab.score(boundless, oneGpu(scenario));
  return peak === null ? null : peak / cluster.devices[gpu].memoryBytes;
}
