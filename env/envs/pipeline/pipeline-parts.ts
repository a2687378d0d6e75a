/** Options that every pipeline env takes, and the parts that they resolve to. */
import { InputError } from "../../model/errors.ts";
import type { Successors } from "../../model/graph/components.ts";
import { type LayerChain, layerChain, MOST_LAYERS } from "../../model/layers/layer-chain.ts";
import { layerEdges } from "../../model/layers/layer-edges.ts";
import type { ObservationPart } from "../../parts/observation-part.ts";
import type { EpisodeParts } from "../episode/episode.ts";
import { type EpisodeOptions, partsForKind } from "../episode/episode-parts.ts";
import { checkOptions, shown } from "../options.ts";
import { defaultSettings, type PipelineChoices, pipelineChoices, usableDevices } from "./settings.ts";

export interface PipelineEnvOptions<Observation, View> extends EpisodeOptions, PipelineChoices {
  /** Most layers of the chain, whose neighbours are merged where there are more; default 192. */
  readonly layers?: number;
  /** Makes the observation for a chain; each env has its own default. */
  readonly observation?: (chain: LayerChain) => ObservationPart<Observation, View>;
}

/** Made once, shared by all clones. `Settings` are those of episodes that are given no others. */
export interface PipelineParts<Observation, View, Settings> extends EpisodeParts<Observation, View> {
  readonly id: string;
  readonly chain: LayerChain;
  /** Between layers. */
  readonly edges: Successors;
  /** Devices that stages may have. */
  readonly usable: readonly number[];
  readonly settings: Settings;
}

export const pipelineOptions: readonly (keyof PipelineEnvOptions<unknown, unknown>)[] = [
  "scenario",
  "evaluator",
  "seed",
  "observation",
  "utility",
  "layers",
  ...pipelineChoices,
];

/** All parts but the env's own settings and its observation. */
export function pipelineParts<Observation, View>(
  id: string,
  options: PipelineEnvOptions<Observation, View>,
  ownOptions: readonly string[],
) {
  const parts = chainParts(id, options, [...pipelineOptions, ...ownOptions]);
  return { ...parts, settings: defaultSettings(parts.chain, parts.usable.length) };
}

/** What every env needs that walks a chain of layers. @param known names of all its options */
export function chainParts(
  id: string,
  options: EpisodeOptions & { readonly layers?: number },
  known: readonly string[],
) {
  checkOptions(id, options, known);
  const parts = partsForKind(id, options, "pipeline", "iteration or throughput");
  const { layers = MOST_LAYERS } = options;
  if (!(layers >= 1) || (!Number.isInteger(layers) && layers !== Number.POSITIVE_INFINITY))
    throw new InputError(`${id}: layers is ${shown(layers)}, expected a whole number of at least 1.`);
  const chain = layerChain(parts.scenario, layers);
  if (typeof chain === "string") throw new InputError(`${id}: ${chain}`);
  const usable = usableDevices(chain);
  if (usable.length === 0)
    throw new InputError(`${id}: no accelerator of "${parts.scenario.cluster.name}" can run every layer.`);
  const edges = layerEdges(chain);
  return { ...parts, id, chain, edges, usable };
}
