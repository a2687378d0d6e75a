/**
 * Systems of a comparison: what gives a value for each scenario and seed. A method runs in cells of
 * the laboratory. A plan placed by hand is scored once; its value stands for every seed.
 */
import type { Placement } from "../../../env/model/plan/placement.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { Laboratory } from "../contract.ts";
import { equalBlocks, layersApart, oneGpu } from "./hand-placed.ts";

export interface System {
  /** Such as `one GPU`. */
  readonly name: string;
  /** By seed; null where no plan fits. */
  values(scenario: string, seeds: number, lab: Laboratory): Promise<readonly (number | null)[]>;
}

/** A method of the registry with so many simulations. */
export const method = (name: string, spec: string, simulations: number): System => ({
  name,
  values: (scenario, seeds, lab) => lab.values({ scenario, method: spec, simulations, seeds }),
});

export const ONE_GPU = placedByHand("one GPU", oneGpu);
export const EQUAL_BLOCKS = placedByHand("a split into blocks of equal compute", equalBlocks);
export const LAYERS_APART = placedByHand("an expert's layer for each GPU", layersApart);

/** Parts of equal work on the GPUs, what does not fit stays so. */
export const MIN_CUT = method("MinCut", "multilevel?memory=ignore", 100);
/** As MinCut, with the CPU as one more part. */
export const SCOTCH = method("Scotch", "multilevel?memory=ignore&pool=all", 100);

function placedByHand(name: string, plan: (scenario: Scenario) => Placement | null): System {
  const known = new WeakMap<Laboratory, Map<string, Promise<number | null>>>();
  const scored = (address: string, lab: Laboratory) =>
    lab.numberOn(address, (scenario) => {
      const placed = plan(scenario);
      return placed === null ? null : lab.score(scenario, placed);
    });
  return {
    name,
    async values(scenario, seeds, lab) {
      const values = known.get(lab) ?? new Map<string, Promise<number | null>>();
      known.set(lab, values);
      const value = values.get(scenario) ?? scored(scenario, lab);
      values.set(scenario, value);
      return new Array<number | null>(seeds).fill(await value);
    },
  };
}
