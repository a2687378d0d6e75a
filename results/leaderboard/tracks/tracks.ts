/**
 * The tracks of `board-v1` as data. A track never changes under its name. Its scenarios are pinned
 * by content hash; its budget classes, seeds and rules hold for all entries.
 */
import { InputError } from "../../../env/model/errors.ts";
import { notKnown } from "../../../env/model/suggest.ts";
import type { Budget } from "../../../env/sim/evaluator/budget.ts";
import { families } from "../../../scenarios/families/index.ts";
import { boardPins } from "../../../scenarios/suites/board.ts";
import { CPU_SECOND_CLASSES, SIMULATION_CLASSES } from "../../evaluation/contract.ts";
import type { Track } from "../contract.ts";
import { generalisationPins, latencyPins, maxLoadPins } from "./pins.ts";

const budgets: readonly Budget[] = [
  ...SIMULATION_CLASSES.map((simulations) => ({ simulations })),
  ...CPU_SECOND_CLASSES.map((cpuSeconds) => ({ cpuSeconds })),
];

const shared = {
  answers: ["placement"],
  rule: null,
  trainingSplits: null,
  budgets,
  seeds: 5,
} as const;

export const tracks: readonly Track[] = [
  {
    ...shared,
    id: "makespan",
    summary: "the time of one training step, on families, networks, clusters and sizes of all kinds",
    objective: "makespan",
    scenarios: boardPins,
  },
  {
    ...shared,
    id: "max-load-contiguous",
    summary: "the largest load of a full pipeline whose devices are passed once, in order",
    objective: "max-load",
    rule: "contiguous",
    scenarios: maxLoadPins,
  },
  {
    ...shared,
    id: "max-load-free",
    summary: "the largest load of a full pipeline, any placement",
    objective: "max-load",
    scenarios: maxLoadPins,
  },
  {
    ...shared,
    id: "latency",
    summary: "the time of one sample where no accelerator holds all weights",
    objective: "latency",
    scenarios: latencyPins,
  },
  {
    ...shared,
    id: "generalisation",
    summary: "the time of one training step on graphs and clusters that nothing has learned from",
    objective: "makespan",
    trainingSplits: [...families.map(({ name }) => name), "variant"].flatMap((name) => [
      `${name}/train`,
      `${name}/validation`,
    ]),
    scenarios: generalisationPins,
  },
];

export function trackNamed(id: string, among: readonly Track[] = tracks): Track {
  const track = among.find((candidate) => candidate.id === id);
  if (track !== undefined) return track;
  throw new InputError(
    notKnown(
      "Track",
      id,
      among.map((candidate) => candidate.id),
    ),
  );
}

/** Such as `300 simulations`. */
export const budgetText = ({ simulations, cpuSeconds }: Budget): string =>
  simulations !== undefined
    ? `${simulations} simulation${simulations === 1 ? "" : "s"}`
    : `${cpuSeconds} CPU second${cpuSeconds === 1 ? "" : "s"}`;

/** The budget class of a track that a budget is, null where it is none. */
export const classOf = (track: Track, budget: Budget): Budget | null =>
  track.budgets.find((known) => budgetKey(known) === budgetKey(budget)) ?? null;

/** The same for equal budgets, whatever the order of their limits. */
export const budgetKey = ({ simulations, evaluations, cpuSeconds, seconds }: Budget): string =>
  JSON.stringify([simulations, evaluations, cpuSeconds, seconds]);
