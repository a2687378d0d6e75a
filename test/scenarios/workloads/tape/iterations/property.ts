/**
 * Every op of a tiny network of random sizes, whole and in parts; the tests differ in their runs.
 */
import fc from "fast-check";
import { expect } from "vitest";
import type { OpIteration } from "../../../../../env/model/graph/iteration.ts";
import { createRng, type Rng } from "../../../../../env/model/rng.ts";
import { trainingGraph } from "../../../../../scenarios/workloads/tape/backward.ts";
import { sgd } from "../../../../../scenarios/workloads/tape/optimizers.ts";
import type { Case, Sizes } from "./cases.ts";
import type { Operands, Run } from "./interpreter.ts";
import { expectLinear, expectParts, randomOperands, runOf } from "./parts.ts";

const small = fc.integer({ min: 1, max: 3 });

const sizesUpTo = (margin: number): fc.Arbitrary<Sizes> =>
  fc
    .record({
      b: small,
      t: fc.integer({ min: 2, max: 4 }),
      n: small,
      k: small,
      window: small,
      stride: fc.integer({ min: 1, max: 2 }),
      padding: fc.integer({ min: 0, max: 1 }),
      more: fc.integer({ min: 0, max: margin }),
    })
    .map(({ more, ...rest }) => ({
      ...rest,
      padding: Math.min(rest.padding, rest.window - 1),
      pixels: rest.window + more,
    }));

type Visit = (run: Run, iteration: OpIteration, operands: Operands, rng: Rng) => void;

export function everyOp(network: Case, at: Sizes, rng: Rng, visit: Visit): void {
  const tape = network.tape(at);
  const graph = trainingGraph(tape, sgd);
  graph.iterations!.forEach((iteration, v) => {
    expect(iteration, graph.names[v]).not.toBeNull();
    const run = runOf(tape, graph, v);
    visit(run, iteration!, randomOperands(run, iteration!, rng), rng);
  });
}

export function expectPartsOf(
  network: Case,
  { runs, margin }: { readonly runs: number; readonly margin: number },
): void {
  fc.assert(
    fc.property(sizesUpTo(margin), fc.nat(), (at, seed) => {
      everyOp(network, at, createRng(seed), (run, iteration, operands, rng) => {
        expectParts(run, iteration, operands, 2);
        expectParts(run, iteration, operands, 3);
        expectLinear(run, iteration, operands, rng);
      });
    }),
    { numRuns: runs },
  );
}
