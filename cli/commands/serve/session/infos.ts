/**
 * What reset and step tell beside observations, as arrays with the envs first. They are masks, and
 * of the evaluation behind a step, where there was one, feasibility, value and cost. A value or
 * cost that is not there is NaN. Peaks and start times are answers of `simulate`.
 */
import type { Info, Space } from "../../../../env/contract.ts";
import type { NamedArray } from "../frames/frame.ts";
import { maskLength, observationArrays } from "./spaces.ts";

interface Spaces {
  readonly singleObservationSpace: Space<unknown>;
  readonly singleActionSpace: Space<unknown>;
}

export interface Seen {
  readonly observations: readonly unknown[];
  readonly infos: readonly Info[];
}

export const seenArrays = (spaces: Spaces, seen: Seen, prefix = ""): NamedArray[] => [
  ...observationArrays(spaces.singleObservationSpace, seen.observations, `${prefix}observation`),
  ...infoArrays(spaces.singleActionSpace, seen.infos, prefix),
];

/** The last observations and infos of episodes that a step ended and began again; none else. */
export function finalArrays(spaces: Spaces, infos: readonly Info[]): NamedArray[] {
  const ended = infos.flatMap((info, i) => (info.finalInfo === undefined ? [] : [i]));
  if (ended.length === 0) return [];
  const seen = {
    observations: ended.map((i) => infos[i].finalObservation),
    infos: ended.map((i) => infos[i].finalInfo as Info),
  };
  return [
    { name: "final", data: Int32Array.from(ended), shape: [ended.length] },
    ...seenArrays(spaces, seen, "final."),
  ];
}

function infoArrays(actions: Space<unknown>, infos: readonly Info[], prefix: string): NamedArray[] {
  const count = infos.length;
  const width = maskLength(actions);
  const mask = new Uint8Array(count * width);
  const [evaluated, feasible] = [new Uint8Array(count), new Uint8Array(count)];
  const [value, cost] = [new Float64Array(count).fill(Number.NaN), new Float64Array(count).fill(Number.NaN)];
  infos.forEach(({ actionMask, outcome }, i) => {
    mask.set(actionMask, i * width);
    if (outcome === undefined) return;
    evaluated[i] = 1;
    feasible[i] = Number(outcome.feasible);
    value[i] = outcome.value ?? Number.NaN;
    cost[i] = outcome.cost;
  });
  const shape = [count];
  return [
    { name: `${prefix}mask`, data: mask, shape: [count, width] },
    { name: `${prefix}evaluated`, data: evaluated, shape },
    { name: `${prefix}feasible`, data: feasible, shape },
    { name: `${prefix}value`, data: value, shape },
    { name: `${prefix}cost`, data: cost, shape },
  ];
}
