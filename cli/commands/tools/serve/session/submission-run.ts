/** What a submission asks for, and its `run.json` and `report.json` as bytes for the client. */
import { parseSpec } from "../../../../../agents/registry/spec.ts";
import { InputError } from "../../../../../env/model/errors.ts";
import type { EvaluationRequest } from "../../../../../results/evaluation/contract.ts";
import { type EvaluatedCell, reportOf } from "../../../../../results/evaluation/evaluation-report.ts";
import { sealed } from "../../../../../results/files/sealed.ts";
import type { Track } from "../../../../../results/leaderboard/contract.ts";
import { budgetText, classOf, trackNamed } from "../../../../../results/leaderboard/tracks/tracks.ts";
import { RUN_FORMAT } from "../../../../../results/training/run-description.ts";
import { versions } from "../../../../version.ts";
import type { Answer } from "./env-calls.ts";
import {
  type Fields,
  integerIn,
  optionalIntegerIn,
  optionalListIn,
  optionalTextIn,
  textIn,
} from "./fields.ts";
import type { SessionLimits } from "./limits.ts";

export interface Asked {
  readonly track: Track;
  /** The author's file, such as `./my_agent.py`. */
  readonly method: string;
  readonly methodName: string;
  readonly methodSha256: string | null;
  readonly budget: { readonly simulations: number };
  readonly seeds: number;
  readonly seed: number;
  readonly trainedOn: readonly string[];
  /** Versions of what the client runs on. */
  readonly clientVersions: Readonly<Record<string, string>>;
}

export function askedOf(fields: Fields, limits: SessionLimits): Asked {
  const track = trackNamed(textIn(fields, "track"));
  const method = textIn(fields, "method");
  const { isPath, policy } = parseSpec(method);
  if (!isPath || policy !== null)
    throw new InputError(
      `The method "${method}" of a submission is no file, expected the author's, such as ./my_agent.py.`,
    );
  const budget = { simulations: integerIn(fields, "simulations", 1, limits.simulations) };
  if (classOf(track, budget) === null)
    throw new InputError(
      `The budget is ${budgetText(budget)}, expected a class of the track "${track.id}": ` +
        `${track.budgets.map(budgetText).join(", ")}.`,
    );
  const trainedOn = optionalListIn(fields, "trainedOn") ?? [];
  const clientVersions = Object.entries((fields.versions ?? {}) as object);
  if (![...trainedOn, ...clientVersions.flat()].every((text) => typeof text === "string"))
    throw new InputError("The fields trainedOn and versions of a submission hold texts alone.");
  return {
    track,
    method,
    methodName: optionalTextIn(fields, "methodName") ?? method,
    methodSha256: optionalTextIn(fields, "methodSha256") ?? null,
    budget,
    seeds: track.seeds,
    seed: optionalIntegerIn(fields, "seed", 0, Number.MAX_SAFE_INTEGER) ?? 0,
    trainedOn: trainedOn as string[],
    clientVersions: Object.fromEntries(clientVersions) as Record<string, string>,
  };
}

/** `cells` in the order of the track; undefined where one was not played. */
export function writtenRun(asked: Asked, cells: readonly (EvaluatedCell | undefined)[]): Answer {
  const played = cells.filter((cell) => cell !== undefined);
  if (played.length === 0) throw new InputError("The submission has no finished cell.");
  const request = requestOf(asked);
  const report = reportOf(request, played, played.length === cells.length);
  const { seed, ...config } = request;
  const { method, methodSha256, clientVersions } = asked;
  const run = sealed({
    format: RUN_FORMAT,
    kind: "evaluate",
    config,
    seed,
    versions: { ...clientVersions, ...versions },
    backend: null,
    scenarios: Object.fromEntries(asked.track.scenarios),
    files: methodSha256 === null ? {} : { [method]: methodSha256 },
    options: {},
  });
  const bytes = (name: string, text: string) => {
    const data = new TextEncoder().encode(`${text}\n`);
    return { name, data, shape: [data.length] };
  };
  return {
    fields: { complete: report.complete, cells: played.length, expected: cells.length },
    arrays: [bytes("run.json", JSON.stringify(run, null, 1)), bytes("report.json", JSON.stringify(report))],
  };
}

const requestOf = ({ track, method, seeds, seed, budget, trainedOn }: Asked): EvaluationRequest => ({
  scenarios: track.scenarios.map(([uri]) => uri),
  methods: [method],
  seeds,
  seed,
  budgets: [budget],
  objective: track.objective,
  track: track.id,
  trainedOn: trainedOn.length === 0 ? {} : { [method]: trainedOn },
});
