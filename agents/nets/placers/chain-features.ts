/**
 * What TAPP's two networks see (Mao et al., Applied Sciences 2021): layers, and groups of them.
 *
 * `paper`: a layer has a vector for the name of its operation, its weight bytes, its output bytes,
 * and the numbers of its neighbours. A group has the mean of its layers, and which groups use its
 * data. Word vectors are ours: random ones of unit length that depend on the name alone. So
 * features have the same columns on every graph.
 *
 * `sums` adds, which is ours, where the layer is in the chain, in bins, and its computing on each
 * device. For a group it adds its shares of all computing and of all bytes, which a mean loses.
 */
import type { LayerChain } from "../../../env/model/layers/layer-chain.ts";
import { HOST_STAGE } from "../../../env/model/plan/pipeline.ts";
import { createRng } from "../../../env/model/rng.ts";
import type { GroupFeatures } from "../group-features.ts";

export type ChainVariant = "paper" | "sums";

/** Edges between layers with their bytes; a tensor counts once for each layer that uses it. */
export interface DataEdges {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly bytes: Float64Array;
}

export interface LayerRows {
  readonly count: number;
  readonly columns: number;
  /** Shape [count x columns]. */
  readonly values: Float32Array;
  /** Each layer's shares of all of something, shape [shares x count]. */
  readonly shares: readonly Float64Array[];
  readonly flows: DataEdges;
}

const WORD = 20;
const BINS = 32;

/** `devices` are those that groups may have. */
export function layerRows(
  chain: LayerChain,
  flows: DataEdges,
  devices: readonly number[],
  variant: ChainVariant,
): LayerRows {
  const { count, weightBytes } = chain;
  const outputBytes = outputsOf(count, flows);
  const computing = devices.map((device) => computingOn(chain, device));
  const words = wordsOf(chain);
  const rows = Array.from({ length: count }, (): number[] => []);
  const add = (column: (layer: number) => number) => {
    for (let layer = 0; layer < count; layer++) rows[layer].push(column(layer));
  };
  for (let i = 0; i < WORD; i++) add((layer) => words[layer][i]);
  for (const sizes of [weightBytes, outputBytes]) {
    const most = largest(sizes);
    add((layer) => sizes[layer] / most);
  }
  for (const numbers of neighbourNumbers(count, flows)) add((layer) => numbers[layer] / count);
  if (variant === "sums") {
    const most = largest(computing.flatMap((us) => [...us]));
    for (const us of computing) add((layer) => us[layer] / most);
    for (let bin = 0; bin < BINS; bin++) add((layer) => hat(layer, count, bin));
  }
  const shares = variant === "sums" ? [...computing, weightBytes, outputBytes].map(sharesOf) : [];
  const columns = rows[0].length;
  return { count, columns, values: Float32Array.from(rows.flat()), shares, flows };
}

/** A row for each group; `group` numbers them without gaps. */
export function layerGroupFeatures(rows: LayerRows, group: Int32Array, most: number): GroupFeatures {
  const { count, columns: own, values: layers, shares, flows } = rows;
  const groups = group.reduce((last, g) => Math.max(last, g + 1), 0);
  const columns = own + shares.length + most;
  const values = new Float32Array(groups * columns);
  const members = new Int32Array(groups);
  for (const g of group) members[g]++;
  for (let layer = 0; layer < count; layer++) {
    const row = group[layer] * columns;
    const part = 1 / members[group[layer]];
    for (let c = 0; c < own; c++) values[row + c] += part * layers[layer * own + c];
    shares.forEach((share, c) => {
      values[row + own + c] += share[layer];
    });
  }
  flows.from.forEach((from, e) => {
    const [a, b] = [group[from], group[flows.to[e]]];
    if (a !== b) values[a * columns + own + shares.length + b] = 1;
  });
  return { columns, types: WORD, values };
}

/** A vector for the type of the first forward op of each layer. */
function wordsOf({ scenario: { graph }, layerOf, count }: LayerChain): readonly Float64Array[] {
  const first = new Array<string | undefined>(count).fill(undefined);
  layerOf.forEach((layer, v) => {
    if (layer !== HOST_STAGE) first[layer] ??= graph.types[v];
  });
  const known = new Map<string, Float64Array>();
  return first.map((type = "") => {
    if (!known.has(type)) known.set(type, wordVector(type));
    return known.get(type)!;
  });
}

function wordVector(word: string): Float64Array {
  const rng = createRng("words").child(word);
  const vector = Float64Array.from({ length: WORD }, () => rng.normal());
  const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
  return vector.map((x) => x / length);
}

/** Bytes that leave a layer. */
function outputsOf(count: number, { from, bytes }: DataEdges): Float64Array {
  const sums = new Float64Array(count);
  from.forEach((layer, e) => {
    sums[layer] += bytes[e];
  });
  return sums;
}

/** Both passes on the device, us. */
function computingOn({ types, count, forwardUs, backwardUs }: LayerChain, device: number): Float64Array {
  const type = types.findIndex(({ devices }) => devices.includes(device));
  return Float64Array.from({ length: count }, (_, i) => {
    return forwardUs[type * count + i] + backwardUs[type * count + i];
  });
}

/** Lowest and highest number of what a layer uses, then of what uses it; else its own. */
function neighbourNumbers(count: number, { from, to }: DataEdges): readonly Float64Array[] {
  const own = () => Float64Array.from({ length: count }, (_, layer) => layer);
  const [leastBefore, mostBefore, leastAfter, mostAfter] = [own(), own(), own(), own()];
  const seen = new Uint8Array(2 * count);
  const take = (least: Float64Array, most: Float64Array, side: 0 | 1, layer: number, other: number) => {
    const isFirst = seen[2 * layer + side] === 0;
    seen[2 * layer + side] = 1;
    least[layer] = isFirst ? other : Math.min(least[layer], other);
    most[layer] = isFirst ? other : Math.max(most[layer], other);
  };
  from.forEach((a, e) => {
    take(leastAfter, mostAfter, 1, a, to[e]);
    take(leastBefore, mostBefore, 0, to[e], a);
  });
  return [leastBefore, mostBefore, leastAfter, mostAfter];
}

/** How near a layer is to a bin of the chain: 1 at its middle, 0 from the next bin's on. */
function hat(layer: number, count: number, bin: number): number {
  const at = count === 1 ? 0 : (layer / (count - 1)) * (BINS - 1);
  return Math.max(0, 1 - Math.abs(at - bin));
}

const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((most, value) => Math.max(most, value), 0) || 1;

function sharesOf(values: Float64Array): Float64Array {
  const sum = values.reduce((total, value) => total + value, 0) || 1;
  return values.map((value) => value / sum);
}
