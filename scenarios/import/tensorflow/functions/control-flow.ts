/**
 * Control flow of TF 2, whose functions stay inside of one op. `If` and `Case` cost their largest
 * branch, `While` its condition and body for each pass.
 */
import type { Tensor } from "../../tensors/tensor.ts";
import { type Cost, sumOf } from "../cost.ts";
import type { NodeDef } from "../messages/schema.ts";
import type { Body } from "./library.ts";
import { isUnchanged, tripsOf } from "./trips.ts";

export const CONTROL_FLOW: ReadonlySet<string> = new Set([
  "If",
  "StatelessIf",
  "Case",
  "StatelessCase",
  "While",
  "StatelessWhile",
]);

interface Runner {
  run(name: string, given: readonly Tensor[]): Cost;
}

/** Null for any other op. The first input decides, all others go to the branch. */
export function conditionOf(node: NodeDef, inputs: readonly Tensor[], runner: Runner): Cost | null {
  const names = branchesOf(node);
  if (names.length === 0) return null;
  const costs = names.map((name) => runner.run(name, inputs.slice(1)));
  const largest = costs.reduce((most, cost) =>
    cost.flops > most.flops || (cost.flops === most.flops && cost.bytesTouched > most.bytesTouched)
      ? cost
      : most,
  );
  return {
    ...largest,
    weightBytes: sumOf(costs).weightBytes,
    isUnknown: costs.some(({ isUnknown }) => isUnknown),
    isUnsized: costs.some(({ isUnsized }) => isUnsized),
  };
}

function branchesOf({ op, attr }: NodeDef): readonly string[] {
  if (/^(Stateless)?If$/.test(op))
    return ["then_branch", "else_branch"].flatMap((branch) => attr.get(branch)?.func?.name ?? []);
  if (/^(Stateless)?Case$/.test(op)) return (attr.get("branches")?.list?.func ?? []).map(({ name }) => name);
  return [];
}

interface Loop {
  /** Null where the functions do not tell. */
  readonly trips: number | null;
  cost(trips: number): Cost;
}

/** Null for any other op. */
export function loopOf(
  { op, attr }: NodeDef,
  inputs: readonly Tensor[],
  runner: Runner,
  bodyOf: (name: string) => Body,
): Loop | null {
  const [condition, body] = ["cond", "body"].map((part) => attr.get(part)?.func?.name);
  if (!/^(Stateless)?While$/.test(op) || condition === undefined || body === undefined) return null;
  const steps = bodyOf(body);
  // A number that a pass changes is not known in any other one.
  const given = inputs.map((input, i) => (isUnchanged(i, steps) ? input : withoutValue(input)));
  const test = runner.run(condition, given);
  const pass = runner.run(body, given);
  return {
    trips: tripsOf(bodyOf(condition), steps, inputs),
    cost: (trips) => ({
      ...sumOf([test, pass]),
      flops: trips * pass.flops + (trips + 1) * test.flops,
      bytesTouched: trips * pass.bytesTouched + (trips + 1) * test.bytesTouched,
      // A loop that does not run gives back what it was given.
      outputs: pass.outputs.map((output, i) =>
        trips === 0 || output.shape === null ? withoutValue(inputs[i] ?? output) : withoutValue(output),
      ),
    }),
  };
}

/** The numbers of one pass are not those after the last. */
const withoutValue = ({ element, shape }: Tensor): Tensor => ({ element, shape });
