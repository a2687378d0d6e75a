/**
 * The default observation of `Provision/Types-v1`. Each layer has a row of columns and what it
 * costs on each type. Each type has a row. Then come the current layer and the type of each layer.
 * All numbers are shares in [0, 1]. The arrays belong to the caller.
 */
import type { Scenario } from "../model/scenario.ts";
import { type PricedChain, pricedChain } from "../sim/objectives/provisioning/priced-chain.ts";
import { box } from "../spaces/box.ts";
import { dict } from "../spaces/dict.ts";
import { discrete } from "../spaces/discrete.ts";
import { multiDiscrete } from "../spaces/multi-discrete.ts";
import { namesSpace } from "../spaces/names.ts";
import { type ObservationPart, rewritable } from "./observation-part.ts";
import type { TypesView } from "./views/types-view.ts";

export interface TypesObservation {
  /** What is seen of each layer, shape [layers x chainColumns.length], row by row. */
  readonly layers: Float32Array;
  readonly layerColumns: readonly string[];
  /** Rent of a layer's computing on each type over its dearest, shape [layers x types]. */
  readonly rents: Float32Array;
  /** What is seen of each type, shape [types x typeColumns.length], row by row. */
  readonly types: Float32Array;
  readonly typeColumns: readonly string[];
  /** The layer that the next action is about, -1 where there is none. */
  readonly current: number;
  /** Type of each layer, -1 where no action has chosen it. */
  readonly chosen: Int32Array;
}

/** Over the largest of all layers; `isCurrent` is 0 or 1. */
export const chainColumns = Object.freeze(["transfers", "weightBytes", "position", "isCurrent"] as const);
/** Over the largest of all types; `stagesLeft` is the share of the units that can open a stage. */
export const typeColumns = Object.freeze(["price", "units", "stagesLeft"] as const);

const IS_CURRENT = chainColumns.indexOf("isCurrent");
const STAGES_LEFT = typeColumns.indexOf("stagesLeft");

export function typesObservation(
  scenario: Scenario,
  chain: PricedChain = pricedChain(scenario),
): ObservationPart<TypesObservation, TypesView> {
  const { layers, types, transferTime, computeTime, price, limit } = chain.problem;
  const weightBytes = new Float64Array(layers);
  chain.layerOf.forEach((layer, v) => {
    if (layer >= 0) weightBytes[layer] += scenario.graph.parameterBytes[v];
  });
  const columns = [shares(transferTime), shares(weightBytes), shares(Float64Array.from(weightBytes.keys()))];
  const [prices, units] = [shares(price), shares(Float64Array.from(limit))];
  const rents = Float32Array.from({ length: layers * types }, (_, i) => {
    const row = computeTime.subarray(i - (i % types), i - (i % types) + types);
    return rentShare(row, price, i % types);
  });
  const rows = {
    layers: rowsOf(layers, (layer) => [...columns.map((column) => column[layer]), 0]),
    types: rowsOf(types, (type) => [prices[type], units[type], 0]),
  };
  return rewritable<TypesObservation, TypesView>({
    space: dict<TypesObservation>({
      layers: box({ shape: [layers, chainColumns.length], low: 0, high: 1 }),
      layerColumns: namesSpace(chainColumns),
      rents: box({ shape: [layers, types], low: 0, high: 1 }),
      types: box({ shape: [types, typeColumns.length], low: 0, high: 1 }),
      typeColumns: namesSpace(typeColumns),
      current: discrete(layers + 1, { start: -1 }),
      chosen: multiDiscrete(new Int32Array(layers).fill(types + 1), { start: -1 }),
    }),
    needsStartTimes: false,
    constant: { rents },
    blank: () => ({
      layers: rows.layers.slice(),
      layerColumns: chainColumns,
      rents: rents.slice(),
      types: rows.types.slice(),
      typeColumns,
      current: -1,
      chosen: new Int32Array(layers),
    }),
    rewrite(observation, { current, typeOf }) {
      for (let layer = 0; layer < layers; layer++)
        observation.layers[layer * chainColumns.length + IS_CURRENT] = Number(layer === current);
      stagesLeft(typeOf, limit).forEach((left, type) => {
        observation.types[type * typeColumns.length + STAGES_LEFT] = left;
      });
      observation.current = current;
      observation.chosen.set(typeOf);
    },
  });
}

function rowsOf(count: number, row: (i: number) => readonly number[]): Float32Array {
  return Float32Array.from(Array.from({ length: count }, (_, i) => row(i)).flat());
}

/** Share of each type's units that no stage has yet, where each stage has one. */
function stagesLeft(typeOf: Int32Array, limit: Int32Array): Float64Array {
  const stages = new Float64Array(limit.length);
  typeOf.forEach((type, layer) => {
    if (type !== -1 && type !== typeOf[layer - 1]) stages[type]++;
  });
  return stages.map((count, type) => (limit[type] - count) / limit[type]);
}

/** 1 for the dearest type that can run the layer, and for one that cannot. */
function rentShare(times: Float64Array, price: Float64Array, type: number): number {
  const rents = Array.from(times, (time, of) => time * price[of]);
  const dearest = Math.max(...rents.filter(Number.isFinite));
  if (rents[type] === Number.POSITIVE_INFINITY) return 1;
  return dearest === 0 ? 0 : rents[type] / dearest;
}

function shares(values: Float64Array): Float64Array {
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  return values.map((value) => (largest === 0 ? 0 : value / largest));
}
