/** Small provisioning problems for tests, drawn like those of the golden file. */
import { createRng, type Rng } from "../../../../../env/model/rng.ts";
import type { ProvisioningProblem } from "../../../../../env/sim/objectives/provisioning/problem.ts";

const one = <T>(rng: Rng, of: readonly T[]): T => of[rng.int(of.length)];

export interface ProblemSize {
  readonly layers: number;
  readonly types: number;
  /** Largest limits of slow and of fast types. */
  readonly limits?: readonly [number, number];
}

/** The first type is slow and cheap. */
export function randomProblem(
  seed: string,
  { layers, types, limits = [6, 3] }: ProblemSize,
): ProvisioningProblem {
  const rng = createRng(seed);
  const perType = (of: (type: number) => number) => Float64Array.from({ length: types }, (_, t) => of(t));
  const slow = [5, 10, 40, 100, 300];
  const fast = [1, 2, 5, 10, 30, 80];
  return {
    layers,
    types,
    computeTime: Float64Array.from({ length: layers * types }, (_, i) =>
      one(rng, i % types === 0 ? slow : fast),
    ),
    transferTime: Float64Array.from({ length: layers }, () => one(rng, [1, 2, 5, 20, 60])),
    batch: 32,
    computeShare: perType(() => one(rng, [0, 0.8, 0.9, 0.95, 1])),
    transferShare: perType(() => one(rng, [0.5, 0.7, 0.9])),
    price: perType((type) => (type === 0 ? one(rng, [1, 2, 3]) : one(rng, [8, 15, 25]))),
    limit: Int32Array.from({ length: types }, (_, type) => 1 + rng.int(limits[type === 0 ? 0 : 1])),
    samples: 1000,
    floor: one(rng, [0.05, 0.1, 0.3, 0.6, 1, 2]),
  };
}
