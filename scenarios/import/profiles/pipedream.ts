/**
 * Profiles of layers as PipeDream writes them (`graph.txt`; Narayanan et al., "PipeDream:
 * Generalized Pipeline Parallelism for DNN Training", SOSP 2019; msr-fiddle/pipedream). DAPPLE
 * writes them with looser spacing (Fan et al., PPoPP 2021; AlibabaPAI/DAPPLE, profiling_results). A
 * file has one line for each layer, then one indented line for each edge.
 *
 *     node5 -- Conv2d(3, 64) -- forward_compute_time=0.3, backward_compute_time=0.6,
 *         activation_size=160.0, parameter_size=23.0          (on the same line)
 *         node4 -- node5
 *
 * Times are ms for one minibatch of the profile, sizes bytes. A list of activations, `[6.0; 1.0]`,
 * is several outputs that are sent together: the files do not say which of them an edge carries. A
 * fourth part `stage_id=N` is the stage of a plan.
 */
import { InputError } from "../../../env/model/errors.ts";
import type { Importer } from "../contract.ts";
import { count } from "../sentences.ts";
import type { SourceFile } from "../source-file.ts";
import {
  backwardAssumption,
  backwardModes,
  backwardOption,
  type Layer,
  type LayerEdge,
  layerGraph,
} from "./layer-graph.ts";
import {
  batchInName,
  batchOfLayer,
  batchOfLayers,
  type FoundBatch,
  gbsOption,
  type LayerBatch,
  profileBatch,
  scaleOption,
} from "./profile-batch.ts";

const US_PER_MS = 1000;
const SEPARATOR = " -- ";
const fields = [
  "forward_compute_time",
  "backward_compute_time",
  "activation_size",
  "parameter_size",
] as const;
type Field = (typeof fields)[number];

export const pipedream: Importer = {
  name: "pipedream",
  summary: "layer profiles of PipeDream (graph.txt) and DAPPLE",
  extensions: [".txt"],
  options: {
    backward: backwardOption,
    inputs:
      "keep (default) or drop the nodes whose description starts with Input, as PipeDream's planner does",
    batch:
      "samples of the profile's minibatch; default what the file's name (pbs-8) or its LSTM or Linear layers tell",
    gbs: gbsOption,
    scale: scaleOption,
  },
  devices: (file) => readProfile(file).stages,
  recognises: ({ head }) => head.includes(SEPARATOR) && fields.some((field) => head.includes(`${field}=`)),
  read(file, options) {
    const backward = options.oneOf("backward", backwardModes) ?? "folded";
    const inputs = options.oneOf("inputs", ["keep", "drop"]) ?? "keep";
    const measured = readProfile(file);
    const { scale, batch, assumption } = profileBatch(options, batchInName(file.name) ?? measured.batch);
    const profile = { ...measured, layers: measured.layers.map((layer) => scaledLayer(layer, scale)) };
    const { layers, edges } = inputs === "drop" ? withoutInputs(profile) : profile;
    const inputLayers = profile.layers.filter(isInput);
    const inputMs = inputLayers.reduce((sum, { forwardUs }) => sum + forwardUs / US_PER_MS, 0);
    const graph = layerGraph(layers, edges, { mode: backward, batch });
    return {
      graph,
      timesHoldOn: "accelerators",
      meta: {
        source: "layer profile in the format of PipeDream (SOSP 2019)",
        ...(profile.stages.size > 0 && {
          aliases: { stages: graph.names.map((name) => profile.stages.get(name) ?? null) },
        }),
      },
      report: {
        recognised: `PipeDream layer profile, ${count(profile.layers.length, "layer")}, ${count(profile.edges.length, "edge")}`,
        assumed: [
          `Times are ms for one minibatch of the profile${scale === 1 ? "" : `, times ${scale}`}, the same on every accelerator; sizes are bytes.`,
          assumption,
          backwardAssumption[backward],
          ...(profile.listed > 0
            ? [
                `${count(profile.listed, "list")} of activations travel whole: the file does not say which output an edge carries.`,
              ]
            : []),
          ...(inputs === "keep" && inputMs > 0
            ? [
                `${count(inputLayers.length, "Input node")} kept with ${inputMs.toFixed(1)} ms of loading data; inputs=drop leaves them out, as PipeDream's planner does.`,
              ]
            : []),
        ],
        dropped: [
          ...(profile.stages.size > 0
            ? [
                `stage_id of ${profile.stages.size} layers: the stages of somebody's plan, which simulate scores.`,
              ]
            : []),
          ...(inputs === "drop" ? [`${count(inputLayers.length, "Input node")}.`] : []),
        ],
      },
    };
  },
};

interface Profile {
  readonly layers: readonly Layer[];
  readonly edges: readonly LayerEdge[];
  /** Number of layers with a list of activations. */
  readonly listed: number;
  /** Stage of each layer that has one, by name. */
  readonly stages: ReadonlyMap<string, number>;
  /** What the layers tell of the batch. */
  readonly batch: FoundBatch | null;
}

const scaledLayer = (layer: Layer, scale: number): Layer => ({
  ...layer,
  forwardUs: layer.forwardUs * scale,
  backwardUs: layer.backwardUs * scale,
  outputBytes: layer.outputBytes * scale,
});

function readProfile(file: SourceFile): Profile {
  const layers: Layer[] = [];
  const edges: LayerEdge[] = [];
  const told: LayerBatch[] = [];
  let listed = 0;
  const stages = new Map<string, number>();
  let number = 0;
  for (const line of file.lines()) {
    number++;
    const parts = line.trim().split(SEPARATOR);
    if (parts.length === 1 && parts[0] === "") continue;
    if (parts.length === 2) {
      edges.push({ from: parts[0].trim(), to: parts[1].trim() });
      continue;
    }
    const stage = /^stage_id=(.*)$/.exec(parts[parts.length - 1]);
    if (stage !== null) {
      if (!/^\d{1,6}$/.test(stage[1].trim()))
        throw new InputError(
          `line ${number}: stage_id is "${stage[1].slice(0, 60)}", expected a whole number.`,
        );
      stages.set(parts[0].trim(), Number(stage[1]));
      parts.pop();
    }
    if (parts.length < 3) throw badLine(number, line);
    const values = readFields(parts[parts.length - 1], number, line);
    if (values.listed) listed++;
    const samples = batchOfLayer(parts[1], values.activations);
    if (samples !== null) told.push(samples);
    layers.push({
      name: parts[0].trim(),
      type: typeOf(parts[1]),
      forwardUs: values.forward_compute_time * US_PER_MS,
      backwardUs: values.backward_compute_time * US_PER_MS,
      outputBytes: values.activation_size,
      parameterBytes: values.parameter_size,
    });
  }
  return { layers, edges, listed, stages, batch: batchOfLayers(told) };
}

type FieldValues = Record<Field, number> & { listed: boolean; activations: readonly number[] };

function readFields(text: string, number: number, line: string): FieldValues {
  const values: FieldValues = {
    forward_compute_time: Number.NaN,
    backward_compute_time: Number.NaN,
    activation_size: Number.NaN,
    parameter_size: Number.NaN,
    listed: false,
    activations: [],
  };
  for (const part of text.split(",")) {
    const equals = part.indexOf("=");
    const field = fields.find((known) => known === part.slice(0, equals).trim());
    if (field === undefined) throw badLine(number, line);
    const given = part.slice(equals + 1).trim();
    const isList = given.startsWith("[") && given.endsWith("]");
    values.listed ||= isList;
    const numbers = isList ? given.slice(1, -1).split(";").map(numberOf) : [numberOf(given)];
    values[field] = numbers.reduce((sum, number) => sum + number, 0);
    if (field === "activation_size") values.activations = numbers;
    if (!(values[field] >= 0) || values[field] === Number.POSITIVE_INFINITY)
      throw new InputError(
        `line ${number}: ${field} is "${given.slice(0, 60)}", expected a number of at least 0${field === "activation_size" ? " or a list of them" : ""}.`,
      );
  }
  const missing = fields.find((field) => Number.isNaN(values[field]));
  if (missing !== undefined) throw new InputError(`line ${number}: ${missing} is missing.`);
  return values;
}

const numberOf = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));

function badLine(number: number, line: string): InputError {
  return new InputError(
    `line ${number} is "${line.trim().slice(0, 80)}", expected "NODE -- DESCRIPTION -- ${fields.map((field) => `${field}=N`).join(", ")}" or "NODE -- NODE".`,
  );
}

/** The name before the arguments: `Conv2d` of `Conv2d(3, 64, kernel_size=(3, 3))`. */
function typeOf(description: string): string {
  const type = description.split("(")[0].trim();
  return type === "" ? "op" : type;
}

const isInput = ({ type }: Layer): boolean => type.startsWith("Input");

function withoutInputs({ layers, edges }: Profile): Pick<Profile, "layers" | "edges"> {
  const dropped = new Set(layers.filter(isInput).map(({ name }) => name));
  return {
    layers: layers.filter(({ name }) => !dropped.has(name)),
    edges: edges.filter(({ from, to }) => !dropped.has(from) && !dropped.has(to)),
  };
}
