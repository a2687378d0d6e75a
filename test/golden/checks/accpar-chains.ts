/**
 * accpar-chains: the public AccPar program on chains. Compared are the types and costs of every
 * level by the program, and the costs of the row's own types.
 */
import {
  bestTypes,
  type ChainLayer,
  type SplitType,
  type TypedLevel,
  typedLevels,
  typesCost,
} from "../../../agents/exact/sharding/chains/type-chain.ts";
import type { Compared, GoldenCheck } from "./contract.ts";

interface Layer {
  readonly type: "CONV" | "FC";
  readonly inCh: number;
  readonly outCh: number;
  readonly inH?: number;
  readonly inW?: number;
  readonly outH?: number;
  readonly outW?: number;
  readonly kernel?: number;
}

interface Result {
  /** One string for each level, one digit for each layer. */
  readonly types: readonly string[];
  readonly dpCost?: readonly number[];
  readonly reported: readonly number[];
  readonly reportedSum: number;
}

interface Row {
  readonly net: string;
  readonly batch: number;
  readonly levels: number;
  readonly layers: readonly Layer[];
  readonly results: Readonly<Record<string, Result>>;
}

const OFFERED: Readonly<Record<string, readonly SplitType[]>> = { hypar: [0, 1], accpar: [0, 1, 2] };

export const accparChains: GoldenCheck = {
  name: "accpar-chains",
  tolerance: 1e-12,
  *compare(content) {
    for (const [number, row] of (content as { rows: readonly Row[] }).rows.entries())
      yield* comparedRow(`row ${number}, ${row.net}`, row);
  },
};

const layerOf = (batch: number, layer: Layer): ChainLayer => ({
  batch,
  inputChannels: layer.inCh,
  outputChannels: layer.outCh,
  inputArea: (layer.inH ?? 1) * (layer.inW ?? 1),
  outputArea: (layer.outH ?? 1) * (layer.outW ?? 1),
  kernelArea: (layer.kernel ?? 1) ** 2,
});

const digits = ({ types }: TypedLevel): string => types.join("");

function* comparedRow(row: string, { batch, levels, layers, results }: Row): Iterable<Compared> {
  const chain = layers.map((layer) => layerOf(batch, layer));
  for (const [name, golden] of Object.entries(results)) {
    const given = golden.types.map((level) => [...level].map((digit) => Number(digit) as SplitType));
    let level = 0;
    const replayed = typedLevels(chain, levels, (current) => {
      const types = given[level++];
      return { types, cost: typesCost(current, types) };
    });
    yield { row, expected: golden.reported, found: replayed.map(({ cost }) => cost) };
    yield { row, expected: golden.reportedSum, found: replayed.reduce((sum, { cost }) => sum + cost, 0) };
    if (golden.dpCost === undefined) continue;
    const solved = typedLevels(chain, levels, (current) => bestTypes(current, OFFERED[name]));
    yield { row, expected: golden.dpCost, found: solved.map(({ cost }) => cost) };
    yield { row, expected: golden.types.join(" "), found: solved.map(digits).join(" ") };
  }
}
