/**
 * Where the replicas of equal stages go, for pipelines of width w and depth d. The devices are a
 * list in which those of a machine are neighbours. Either the replicas of a stage are next to each
 * other, or the stages of a replica.
 */
import type { Scenario } from "../../../env/model/scenario.ts";
import { pairBytesPerUs } from "./machine-levels.ts";

export interface GridLayout {
  readonly devicesOf: (stage: number, width: number, depth: number) => readonly number[];
  /** Of the slowest pair: neighbouring stages of one replica, and neighbours in a stage's ring. */
  readonly bytesPerUs: (width: number, depth: number) => { stages: number; replicas: number };
}

type PlaceOf = (stage: number, replica: number, width: number, depth: number) => number;

/** Replicas close to each other first. */
export const gridLayouts = (scenario: Scenario, devices: readonly number[]): GridLayout[] =>
  [replicasClose, stagesClose].map((placeOf) => layoutOf(scenario, devices, placeOf));

const replicasClose: PlaceOf = (stage, replica, width) => stage * width + replica;
const stagesClose: PlaceOf = (stage, replica, _width, depth) => replica * depth + stage;

function layoutOf(scenario: Scenario, devices: readonly number[], placeOf: PlaceOf): GridLayout {
  const devicesOf = (stage: number, width: number, depth: number) =>
    Array.from({ length: width }, (_, replica) => devices[placeOf(stage, replica, width, depth)]);
  return {
    devicesOf,
    bytesPerUs(width, depth) {
      let [stages, replicas] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
      for (let stage = 0; stage < depth; stage++) {
        const own = devicesOf(stage, width, depth);
        const next = stage + 1 < depth ? devicesOf(stage + 1, width, depth) : own;
        own.forEach((device, r) => {
          stages = Math.min(stages, pairBytesPerUs(scenario, device, next[r]));
          replicas = Math.min(replicas, pairBytesPerUs(scenario, device, own[(r + 1) % width]));
        });
      }
      return { stages, replicas };
    },
  };
}
