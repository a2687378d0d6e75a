/**
 * Weights of a sharding plan as tensors: each is stored in the layout that its op needs. Under
 * ZeRO's stage 3 it is stored as its update leaves it, and gathered for each pass that uses it.
 *
 * Where hosts run the updates they have a copy in the layout of the optimizer. What they make new
 * is fetched from there. Weights that hosts alone hold are fetched for each pass.
 */
import { type OpGraph, Role } from "../../../model/graph/graph.ts";
import type { OpIteration } from "../../../model/graph/iteration.ts";
import { elementsIn, type Layout, replicated } from "../../../model/layout/layout.ts";
import { naturalLayouts } from "../../../model/layout/natural.ts";
import { iterationOf, ownerOf, panelsOf, type ShardingPlan, splitOf } from "../../../model/plan/sharding.ts";
import { dimensionRanges } from "../../../model/plan/sharding-fields/op-ranges.ts";
import { type StoredWeight, type Value, WEIGHTS } from "./instructions.ts";
import type { Tensors } from "./tensors.ts";
import { type PartialGradients, updateSplit } from "./zero.ts";

export interface Weights {
  readonly stored: readonly StoredWeight[];
  /** Values of the weights that an op reads in a pass, in the layouts that it needs. */
  bring(op: number, iteration: OpIteration, layouts: readonly Layout[], pass: number): number[];
  /** New weights of an update, in the layouts in which it makes them. */
  renew(update: number, iteration: OpIteration, layouts: readonly Layout[]): number[];
  /** Brings new weights into the layouts in which they are stored. */
  store(update: number, iteration: OpIteration): void;
}

/**
 * @param outside 1 for ops that run elsewhere, absent for none. Their weights are left out, but
 *   those that an op of theirs reads here.
 */
export function createWeights(
  graph: OpGraph,
  plan: ShardingPlan,
  tensors: Tensors,
  { partial, outside }: { readonly partial: PartialGradients; readonly outside?: Uint8Array },
): Weights {
  const isGathered = plan.memory?.zero === 3;
  const { optimizer: hostsUpdate = false, weights: isAway = false } = plan.offload ?? {};
  const stored: StoredWeight[] = [];
  const updates = updatesOf(graph);
  const isRead = readHere(graph, outside);
  for (let v = 0; v < graph.opCount; v++) {
    if (isRead[v] === 0) continue;
    for (const weight of weightsOf(graph, plan, v, updatedLayouts(graph, plan, updates[v], partial))) {
      const value = isGathered ? { ...weight.value, layout: weight.optimizer } : weight.value;
      const { optimizer } = weight;
      const onHosts = { ...value, layout: optimizer, offloaded: true as const };
      const number = tensors.add(keyOf(value, "stored"), isAway ? onHosts : value);
      const copy = hostsUpdate && !isAway ? tensors.add(keyOf(value, "copy"), onHosts) : null;
      stored.push({ value: number, optimizer, ...(copy !== null && { copy }) });
    }
  }

  /** The weight of an op's list: its own, or its forward twin's. */
  const find = (op: number, { parameters }: OpIteration, parameter: number): Value | null => {
    const owner = graph.parameterBytes[op] > 0 ? op : graph.twin[op];
    if (owner === -1) return null;
    const key = keyOf({ op: owner, parameter }, "stored");
    if (!tensors.has(key)) return null;
    const value = tensors.first(key);
    return value.shape.join() === parameters[parameter].shape.join() ? value : null;
  };

  function bringStored(value: Value, key: string): void {
    const stored = keyOf(value, "stored");
    if (isAway) tensors.copy("fetch", tensors.numberOf(stored), key, "weights");
    else tensors.alias(key, stored);
  }

  return {
    stored,
    bring(op, iteration, layouts, role) {
      return layouts.flatMap((layout, parameter) => {
        const value = find(op, iteration, parameter);
        if (value === null) return [];
        if (role === Role.update && hostsUpdate)
          return [tensors.numberOf(keyOf(value, isAway ? "stored" : "copy"))];
        // What one pass has gathered is gone before the next one.
        const pass = isGathered && role !== Role.update ? `pass ${role}` : "stored";
        const key = keyOf(value, pass);
        if (!tensors.has(key)) bringStored(value, key);
        return [tensors.bring(key, { shape: value.shape, layout, purpose: "weights" })];
      });
    },
    renew(update, iteration, layouts) {
      return layouts.flatMap((layout, parameter) => {
        const value = find(update, iteration, parameter);
        if (value === null) return [];
        const { offloaded: _, ...made } = { ...value, layout };
        return hostsUpdate
          ? [tensors.add(keyOf(value, `on hosts by ${update}`), { ...made, offloaded: true })]
          : [tensors.add(keyOf(value, `new by ${update}`), made)];
      });
    },
    store(update, iteration) {
      for (const [parameter] of iteration.parameters.entries()) {
        const value = find(update, iteration, parameter);
        if (value === null || isAway) continue;
        const { shape, layout } = value;
        const key = keyOf(value, `new by ${update}`);
        if (hostsUpdate)
          tensors.copy("fetch", tensors.numberOf(keyOf(value, `on hosts by ${update}`)), key, "new weights");
        tensors.bring(key, { shape, layout, purpose: "new weights" });
      }
    },
  };
}

const keyOf = ({ op, parameter }: Pick<Value, "op" | "parameter">, state: string): string =>
  `weight ${op}:${parameter} ${state}`;

interface Weight {
  readonly value: Value;
  readonly optimizer: Layout;
}

/** The weights of an op in the layouts that it and its update need. */
function weightsOf(graph: OpGraph, plan: ShardingPlan, v: number, updated: UpdatedLayouts): Weight[] {
  const total = graph.parameterBytes[v];
  if (total === 0 || ownerOf(graph, plan, v) !== -1) return [];
  const iteration = iterationOf(graph, v);
  const split = splitOf(graph, plan, v);
  const elements = iteration?.parameters.reduce((sum, { shape }) => sum + elementsIn(shape), 0) ?? 0;
  if (iteration === null || split === null || elements === 0) {
    const value = { op: v, output: WEIGHTS, parameter: 0, shape: [], layout: replicated([]), bytes: total };
    return [{ value, optimizer: value.layout }];
  }
  const { parameters } = naturalLayouts(
    iteration,
    split,
    panelsOf(graph, plan, v),
    dimensionRanges(graph, plan, v, split),
  );
  return iteration.parameters.map(({ shape }, parameter) => ({
    value: {
      op: v,
      output: WEIGHTS,
      parameter,
      shape,
      layout: parameters[parameter],
      bytes: (total * elementsIn(shape)) / elements,
    },
    optimizer: updated(parameter, shape) ?? parameters[parameter],
  }));
}

/** The layout in which the update of an op has a weight, null where it does not tell. */
type UpdatedLayouts = (parameter: number, shape: readonly number[]) => Layout | null;

/** 1 for ops whose weights they or their backward and update ops read. */
function readHere({ opCount, twin }: OpGraph, outside: Uint8Array | undefined): Uint8Array {
  if (outside === undefined) return new Uint8Array(opCount).fill(1);
  const isRead = outside.map((flag) => 1 - flag);
  outside.forEach((flag, v) => {
    if (flag === 0 && twin[v] !== -1) isRead[twin[v]] = 1;
  });
  return isRead;
}

/** The first update of each op, -1 for none. */
function updatesOf({ role, twin, opCount }: OpGraph): Int32Array {
  const updates = new Int32Array(opCount).fill(-1);
  for (let u = opCount - 1; u >= 0; u--) if (role[u] === Role.update && twin[u] !== -1) updates[twin[u]] = u;
  return updates;
}

function updatedLayouts(
  graph: OpGraph,
  plan: ShardingPlan,
  update: number,
  partial: PartialGradients,
): UpdatedLayouts {
  const iteration = update === -1 ? null : iterationOf(graph, update);
  const split = update === -1 ? null : updateSplit(graph, plan, update, partial);
  if (iteration === null || split === null) return () => null;
  const { parameters } = naturalLayouts(iteration, split, null, dimensionRanges(graph, plan, update, split));
  return (parameter, shape) =>
    iteration.parameters[parameter]?.shape.join() === shape.join() ? parameters[parameter] : null;
}
