/**
 * The random stream of one run of a method: a cell of a comparison, or a training run.
 *
 * It depends only on the root seed, the scenario's content hash, the method's id and the seed
 * index. Other options of the same method share its stream, which removes noise from comparing
 * them. A training run has the stream of the cell with seed index 0.
 */
import type { Card } from "../../agents/contract.ts";
import { createRng, type Rng } from "../../env/model/rng.ts";

export interface StreamSeed {
  readonly rootSeed: number | string;
  readonly seedIndex: number;
}

export function cellRng({ rootSeed, seedIndex }: StreamSeed, scenarioHash: string, { id }: Card): Rng {
  return createRng(rootSeed).child(scenarioHash).child(id).child(String(seedIndex));
}
