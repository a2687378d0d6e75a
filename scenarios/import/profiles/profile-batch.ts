/**
 * The batch of a layer profile: how many samples its times and activations are of. Files seldom say
 * it, but the name of a file may, such as `bert-48-pbs-2.txt` of DAPPLE. So may the output of a
 * layer that holds one row of known width for each sample.
 *
 * `gbs` scales a profile to another batch by DAPPLE's rule: times and activations times
 * `gbs / batch`, weights as they are. The rule is linear. A pipeline of `gbs / batch` micro-batches
 * then runs each of them for the measured time, and at most one launch more
 * (env/model/cluster/micro-batch.ts).
 */
import { InputError } from "../../../env/model/errors.ts";
import type { Query } from "../../../env/model/user/query.ts";

const MOST_SAMPLES = 2 ** 24;
const SAMPLES = { min: 1, max: MOST_SAMPLES };
/** Profiles are of single precision. */
const NUMBER_BYTES = 4;

export const scaleOption = "factor on times and activations, for a batch other than the profile's; default 1";
export const gbsOption =
  "samples of the scenario's batch: scales times and activations by gbs over the profile's batch";

export interface FoundBatch {
  readonly samples: number;
  /** What tells it, as the subject of a sentence. */
  readonly by: string;
}

export interface ProfileBatch {
  /** Samples of the scaled graph, null where unknown. */
  readonly batch: number | null;
  readonly scale: number;
  /** One sentence for the report. */
  readonly assumption: string;
}

/** `found` is what the file itself tells. */
export function profileBatch(options: Query, found: FoundBatch | null): ProfileBatch {
  const given = options.integer("batch", SAMPLES);
  const gbs = options.integer("gbs", SAMPLES);
  const factor = options.number("scale", { min: 1e-6, max: 1e6 });
  const own = given ?? found?.samples ?? null;
  if (gbs !== undefined && factor !== undefined)
    throw new InputError(`${options.where}: both gbs and scale are given, expected one of them.`);
  if (gbs !== undefined && own === null)
    throw new InputError(
      `${options.where}: option "gbs" scales from the profile's batch, which the file does not tell; give batch too.`,
    );
  const scale = gbs === undefined ? (factor ?? 1) : gbs / own!;
  const scaled = gbs ?? (own === null ? null : own * scale);
  const batch = scaled !== null && Number.isInteger(scaled) && scaled >= 1 ? scaled : null;
  return { batch, scale, assumption: assumptionOf(own, given === undefined ? found : null, batch, scale) };
}

function assumptionOf(
  own: number | null,
  found: FoundBatch | null,
  batch: number | null,
  scale: number,
): string {
  if (own === null) return "The samples of the profile's minibatch are not known; batch=N says them.";
  const told = found === null ? "as the option says" : `which ${found.by} tells`;
  const scaled =
    scale === 1
      ? ""
      : `; ${batch ?? "unknown"} samples after scaling by ${Number(scale.toPrecision(6))}, in proportion`;
  return `The profile's minibatch has ${own} samples, ${told}${scaled}.`;
}

/** `pbs-8` in a file's name. */
export function batchInName(name: string): FoundBatch | null {
  const file = name.split(/[/\\]/).pop() ?? "";
  const [, digits] = /(?:^|[^a-z])pbs[-_=]?(\d{1,7})(?!\d)/i.exec(file) ?? [];
  return digits === undefined || Number(digits) === 0
    ? null
    : { samples: Number(digits), by: "the file's name" };
}

/**
 * Samples that the output of one layer tells, null where it tells none. A fully connected layer
 * puts out a row for each sample, and an LSTM a last state. Sequences of a fully connected layer
 * have a row for each step, so a network with LSTMs goes by those.
 */
export function batchOfLayer(description: string, outputBytes: readonly number[]): LayerBatch | null {
  const linear = /^Linear\(in_features=\d+, out_features=(\d+)[,)]/.exec(description);
  if (linear !== null && outputBytes.length === 1) return rows("Linear", outputBytes[0], linear[1]);
  const lstm = /^LSTM\(\d+, (\d+)[,)]/.exec(description);
  if (lstm !== null && outputBytes.length > 1)
    return rows("LSTM", outputBytes[outputBytes.length - 1], lstm[1]);
  return null;
}

export interface LayerBatch {
  readonly layer: "Linear" | "LSTM";
  readonly samples: number;
}

function rows(layer: LayerBatch["layer"], bytes: number, width: string): LayerBatch | null {
  const samples = bytes / NUMBER_BYTES / Number(width);
  return Number.isInteger(samples) && samples >= 1 && samples <= MOST_SAMPLES ? { layer, samples } : null;
}

/** The batch on which all layers of one kind agree. */
export function batchOfLayers(told: readonly LayerBatch[]): FoundBatch | null {
  for (const layer of ["LSTM", "Linear"] as const) {
    const samples = new Set(told.filter((each) => each.layer === layer).map((each) => each.samples));
    if (samples.size > 1) return null;
    const [only] = samples;
    if (only !== undefined) return { samples: only, by: `the output of its ${layer} layers` };
  }
  return null;
}
