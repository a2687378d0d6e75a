/** Small networks with gradients, and their label tables on equal devices. */

import {
  type LabelTables,
  labelTables,
} from "../../../../../agents/problems/sharding/labels/label-tables.ts";
import type { Offer } from "../../../../../agents/problems/sharding/labels/offers.ts";
import { meshDevices, meshOf } from "../../../../../agents/problems/sharding/mesh/meshes.ts";
import { scenarioPricing } from "../../../../../agents/problems/sharding/pricing.ts";
import type { Scenario } from "../../../../../env/index.ts";
import type { OpGraph } from "../../../../../env/model/graph/graph.ts";
import { type MachineSpeeds, machines } from "../../../../env/sim/lower/machines.ts";
import {
  type NumberedGraph,
  numberedGraph,
  type OpText,
} from "../../../../env/sim/lower/sharding/numbered-graph.ts";
import { shardedScenario } from "../../../../env/sim/lower/sharding/sharded.ts";
import { type BlockSizes, transformerBlock } from "../../../../env/sim/lower/sharding/transformer-block.ts";

/**
 * Products one after another, rows by widths in turn: widths of one letter each, of any length. The
 * gradient of the first input is not needed.
 */
export function perceptron(widths: readonly number[], batch: number): NumberedGraph {
  const letters = [..."hkmnpqruvwyzg"].slice(0, widths.length);
  const lengths = Object.fromEntries(letters.map((letter, i) => [letter, widths[i]]));
  const layers = letters.slice(1).map((to, i): readonly [string, string, number] => [letters[i], to, i]);
  const output = (i: number) => (i === 0 ? "x" : `layer${i - 1}`);
  const gradient = (i: number) => (i === layers.length - 1 ? "dout" : `d${i + 1}`);
  return numberedGraph({ ...lengths, b: batch }, [
    { name: "x", rule: "input", outputs: [`b ${letters[0]}`] },
    { name: "dout", rule: "input", outputs: [`b ${letters.at(-1)}`] },
    ...layers.map(([from, to, i]) =>
      product(`layer${i}`, `${output(i)} b ${from}`, `${from} ${to}`, `b ${to}`, from),
    ),
    {
      name: "loss",
      rule: "square",
      inputs: [`layer${layers.length - 1} b ${letters.at(-1)}`],
      outputs: [`b ${letters.at(-1)}`],
    },
    ...layers.toReversed().flatMap(([from, to, i]) => [
      ...(i === 0
        ? []
        : [back(`layer${i}`, product(`d${i}`, `${gradient(i)} b ${to}`, `${from} ${to}`, `b ${from}`, to))]),
      back(`layer${i}`, {
        name: `dW${i}`,
        rule: "product",
        inputs: [`${gradient(i)} b ${to}`, `${output(i)} b ${from}`],
        outputs: [`${from} ${to}`],
        operands: [[0, 1]],
        sums: "b",
      }),
    ]),
    ...layers.map(
      ([from, to, i]): OpText => ({
        name: `update${i}`,
        rule: "update",
        role: "update",
        twin: `layer${i}`,
        inputs: [`dW${i} ${from} ${to}`],
        parameters: [`${from} ${to}`],
      }),
    ),
  ]);
}

/**
 * Products with squares between them, all of one width: a(i) = (a(i-1) W(i))². Every gradient of an
 * input waits for an activation of its layer, as those of real networks do.
 */
export function squares(depth: number, width: number, batch: number): NumberedGraph {
  const layers = Array.from({ length: depth }, (_, i) => i + 1);
  const before = (i: number) => (i === 1 ? "x" : `a${i - 1}`);
  return numberedGraph({ b: batch, h: width, k: width }, [
    { name: "x", rule: "input", outputs: ["b h"] },
    ...layers.flatMap((i) => [
      product(`z${i}`, `${before(i)} b h`, "h k", "b k", "h"),
      { name: `a${i}`, rule: "square", inputs: [`z${i} b k`], outputs: ["b k"] } satisfies OpText,
    ]),
    {
      name: `da${depth}`,
      rule: "square",
      role: "backward",
      twin: `a${depth}`,
      inputs: [`a${depth} b k`],
      outputs: ["b k"],
    },
    ...layers.toReversed().flatMap((i): OpText[] => [
      back(`a${i}`, {
        name: `dz${i}`,
        rule: "product",
        inputs: [`da${i} b k`, `z${i} b k`],
        outputs: ["b k"],
        operands: [[0, 1]],
      }),
      back(`z${i}`, {
        name: `dW${i}`,
        rule: "product",
        inputs: [`dz${i} b k`, `${before(i)} b h`],
        outputs: ["h k"],
        operands: [[0, 1]],
        sums: "b",
      }),
      ...(i === 1 ? [] : [back(`z${i}`, product(`da${i - 1}`, `dz${i} b k`, "h k", "b h", "k"))]),
      {
        name: `update${i}`,
        rule: "update",
        role: "update",
        twin: `z${i}`,
        inputs: [`dW${i} h k`],
        parameters: ["h k"],
      },
    ]),
  ]);
}

const product = (name: string, input: string, weight: string, output: string, sums: string): OpText => ({
  name,
  rule: "product",
  inputs: [input],
  parameters: [weight],
  outputs: [output],
  operands: [[0, 1]],
  sums,
  linearIn: [0],
});

const back = (twin: string, text: OpText): OpText => ({ ...text, role: "backward", twin });

export const blockScenario = (sizes: BlockSizes, devices: number, speeds: MachineSpeeds = {}): Scenario =>
  shardedScenario(transformerBlock(sizes), machines([devices], speeds));

export function tablesOn(scenario: Scenario, sizes: readonly number[], offer: Offer): LabelTables {
  const mesh = meshOf(meshDevices(scenario), sizes);
  return labelTables(scenario.graph, mesh, { offer, pricing: scenarioPricing(scenario, mesh) });
}

export const opNamed = ({ names }: Pick<OpGraph, "names">, name: string): number => names.indexOf(name);
