/** What Sailor published beside its plans: times and sizes of layers, bandwidths of nodes. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../../../env/index.ts";
import type { Group } from "./plan.ts";

/** Seconds of a micro-batch. */
export interface LayerTime {
  readonly forwardS: number;
  readonly backwardS: number;
  /** Update of the reduced model that was profiled. */
  readonly updateS: number;
}

export interface LayerSize {
  /** Of one rank. */
  readonly parameters: number;
  /** Numbers of one sequence that the backward pass needs, of one rank. */
  readonly kept: number;
  /** Numbers of one sequence that go to the next layer. */
  readonly output: number;
}

export interface Published {
  /** Times of all layers, for a kind of GPU, tensor degree and micro-batch. */
  times(model: string, group: Group, microBatch: number): readonly LayerTime[];
  sizes(model: string, tensor: number): readonly LayerSize[];
  /**
   * Bytes per second that `pairs` GPUs of a node send to as many of another, together. `bytes`: the
   * message of one pair.
   */
  bandwidth(from: string, to: string, pairs: number, bytes: number): number;
}

/** Models by the number of their layers in profiles; plans do not name them. */
const MODELS: Readonly<Record<number, string>> = { 26: "OPT-350", 34: "GPT-Neo-2.7" };

export function modelOf(layers: number, where: string): string {
  const model = MODELS[layers];
  if (model !== undefined) return model;
  throw new InputError(
    `${where} has ${layers} layers; expected 26 (OPT-350) or 34 (GPT-Neo-2.7), for which there are profiles.`,
  );
}

type Keyed<T> = Readonly<Record<string, T>>;
/** By micro-batch, tensor degree and layer. */
type Profile = Keyed<Keyed<Keyed<readonly [forward: number, backward: number, update: number]>>>;
/** By model, tensor degree and layer. */
type Sizes = Keyed<Keyed<Keyed<Keyed<number>>>>;
type Fit = readonly [coefficients: readonly [number, number, number], most: number];

const json = (...parts: string[]) => JSON.parse(readFileSync(join(...parts), "utf8"));

/** `folder`: that of the set. */
export function readPublished(folder: string): Published {
  const info = json(folder, "llm_info.json") as Sizes;
  const network = json(folder, "network", "inter_node.json") as Network;
  const profiles = new Map<string, Profile>();
  const profileOf = (model: string, kind: string): Profile => {
    const file = join(folder, "profiles", model, kind, "profile.json");
    if (!existsSync(file))
      throw new InputError(`There is no profile of ${model} on ${kind}; expected ${file}.`);
    const known = profiles.get(file) ?? (json(file) as Profile);
    profiles.set(file, known);
    return known;
  };
  return {
    times(model, { kind, tensor }, microBatch) {
      const layers = profileOf(model, kind)[microBatch]?.[tensor];
      if (layers === undefined)
        throw new InputError(
          `The profile of ${model} on ${kind} has no micro-batch of ${microBatch} at tensor degree ${tensor}.`,
        );
      return inOrder(layers).map(([forwardS, backwardS, updateS]) => ({ forwardS, backwardS, updateS }));
    },
    sizes(model, tensor) {
      const layers = info[model]?.[tensor];
      if (layers === undefined)
        throw new InputError(`The sizes of ${model} have no tensor degree ${tensor}.`);
      return inOrder(layers).map((layer) => ({
        parameters: layer.params_floats,
        kept: layer.act_mem_floats,
        output: layer.act_output_floats,
      }));
    },
    bandwidth: (from, to, pairs, bytes) => rate(fitOf(network, from, to, pairs), bytes),
  };
}

const inOrder = <T>(layers: Keyed<T>): T[] =>
  Object.keys(layers)
    .map(Number)
    .sort((a, b) => a - b)
    .map((layer) => layers[layer]);

/** By the first kind of GPU, its pairs, the second kind and its pairs. */
type Network = Keyed<Keyed<Keyed<Keyed<Fit>>>>;

/** The fit of so many pairs either way; of the next smaller number, then larger, where missing. */
function fitOf(network: Network, from: string, to: string, pairs: number): Fit {
  const counts = [8, 4, 2, 1].filter((count) => count < pairs);
  for (const count of [pairs, ...counts, ...[2, 4, 8].filter((other) => other > pairs)]) {
    const fit = network[from]?.[count]?.[to]?.[count] ?? network[to]?.[count]?.[from]?.[count];
    if (fit !== undefined) return fit;
  }
  throw new InputError(`There is no measured bandwidth between ${from} and ${to}.`);
}

/** Below it the parabola of GH200 falls to 0 and less. */
const SMALLEST_MB = 0.25;
const LARGEST_MB = 2 ** 30 / 1e6;

/** The fitted parabola within the range where it holds. */
function rate([[square, linear, constant], most]: Fit, bytes: number): number {
  const x = Math.log2(Math.min(LARGEST_MB, Math.max(SMALLEST_MB, bytes / 1e6)));
  return Math.min(most, (square * x * x + linear * x + constant) * 1e9);
}
