/**
 * The label problem of a network under PaSE's cost model: configurations of layers as labels, costs
 * in floating-point operations.
 *
 * Quirk of the released code: its graph keeps one edge for each two layers. Of several tensors
 * between them, only the last one counts.
 */
import { InputError } from "../../../../../env/model/errors.ts";
import type { LabelEdge, LabelProblem } from "../problem.ts";
import { configurationsOf } from "./configurations.ts";
import type { Network, Tensor } from "./layer.ts";
import type { Machine } from "./machine.ts";
import { moveCost } from "./moves.ts";

export interface PaseOptions {
  readonly machine: Machine;
  /** Most devices that a layer may use. */
  readonly devices: number;
  /** Least elements of a part in a dimension that is split. */
  readonly cutoff: number;
}

export interface PaseProblem extends LabelProblem {
  /** For each layer the splits that its labels stand for. */
  readonly configurations: readonly (readonly Int32Array[])[];
}

export function paseProblem(network: Network, options: PaseOptions): PaseProblem {
  const { devices, cutoff, machine } = options;
  if (!Number.isInteger(devices) || devices < 1 || !(cutoff >= 1))
    throw new InputError(
      `PaSE was given ${devices} devices and a cutoff of ${cutoff}; expected a whole number and at least 1.`,
    );
  const configurations = network.layers.map(({ space, allows = () => true }) =>
    configurationsOf(space, devices, cutoff).filter(allows),
  );
  const nodes = network.layers.map(({ cost }, layer) =>
    Float64Array.from(configurations[layer], (splits) => cost(splits, machine)),
  );
  return { configurations, nodes, edges: edgesOf(network, configurations, machine) };
}

function edgesOf(
  { layers }: Network,
  configurations: PaseProblem["configurations"],
  machine: Machine,
): LabelEdge[] {
  return layers.flatMap((consumer, v) => {
    const lastOf = new Map<number, number>();
    consumer.inputs.forEach((tensor, input) => {
      if (tensor.layer !== -1) lastOf.set(tensor.layer, input);
    });
    return [...lastOf].map(([u, input]) => {
      const tensor = consumer.inputs[input];
      const made = configurations[u].map((splits) => layers[u].outputSplits(splits, tensor.output));
      const needed = configurations[v].map((splits) => consumer.inputSplits(splits, input));
      return { u, v, costs: moveCosts(tensor, made, needed, machine) };
    });
  });
}

function moveCosts(
  { shape }: Tensor,
  made: readonly (readonly number[])[],
  needed: readonly (readonly number[])[],
  machine: Machine,
): Float64Array {
  const costs = new Float64Array(made.length * needed.length);
  let i = 0;
  for (const source of made)
    for (const target of needed) costs[i++] = moveCost(shape, source, target, machine);
  return costs;
}

/** The configuration of each layer under the labels. */
export const strategyOf = ({ configurations }: PaseProblem, labels: ArrayLike<number>): Int32Array[] =>
  configurations.map((all, layer) => all[labels[layer]]);
