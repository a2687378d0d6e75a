/**
 * Random questions of hybrid pipelines whose costs depend on everything that they may depend on,
 * and the least value of all plans.
 */
import fc from "fast-check";
import {
  type ChosenStage,
  type StageCost,
  type StageObjective,
  type StageProblem,
  stagesValue,
} from "../../../../../agents/exact/stages/hybrid/problem.ts";
import { createRng } from "../../../../../env/index.ts";

interface Shape {
  readonly layers: number;
  readonly devices: number;
  readonly microBatches: number;
  readonly classes: number;
  readonly variants: number;
  readonly seed: number;
  readonly hides: boolean;
  readonly isTight: boolean;
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  layers: fc.integer({ min: 1, max: 5 }),
  devices: fc.integer({ min: 1, max: 4 }),
  microBatches: fc.integer({ min: 1, max: 6 }),
  classes: fc.integer({ min: 1, max: 3 }),
  variants: fc.integer({ min: 1, max: 2 }),
  seed: fc.nat(),
  hides: fc.boolean(),
  isTight: fc.boolean(),
});

/** Costs without any structure: each is drawn by itself. */
export const randomStages: fc.Arbitrary<StageProblem> = shapes.map((shape) => {
  const rng = createRng(shape.seed);
  const known = new Map<string, StageCost | null>();
  const draw = (): StageCost | null =>
    rng.int(10) === 0
      ? null
      : {
          fill: 1 + rng.int(30),
          period: 1 + rng.int(20),
          sync: rng.int(30),
          hidden: shape.hides ? rng.int(10) : 0,
          deepest: shape.isTight ? rng.int(4) : Number.POSITIVE_INFINITY,
        };
  return {
    layers: shape.layers,
    devices: shape.devices,
    microBatches: shape.microBatches,
    replicaCounts: Array.from({ length: shape.devices }, (_, i) => i + 1),
    placeClass: Int32Array.from({ length: shape.devices }, () => rng.int(shape.classes)),
    variants: shape.variants,
    cost(...key) {
      const name = key.join();
      if (!known.has(name)) known.set(name, draw());
      return known.get(name)!;
    },
  };
});

/** By trying all plans; infinite where none fits. */
export function leastValue(problem: StageProblem, objective: StageObjective): number {
  let least = Number.POSITIVE_INFINITY;
  const extend = (stages: readonly ChosenStage[], first: number, start: number): void => {
    if (first === problem.layers) {
      least = Math.min(least, stagesValue(problem, stages, objective));
      return;
    }
    for (let end = first + 1; end <= problem.layers; end++)
      for (const replicas of problem.replicaCounts)
        for (let variant = 0; variant < problem.variants && start + replicas <= problem.devices; variant++)
          extend([...stages, { first, end, replicas, variant }], end, start + replicas);
  };
  extend([], 0, 0);
  return least;
}
