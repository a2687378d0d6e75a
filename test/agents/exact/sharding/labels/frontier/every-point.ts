/** All points of a problem with two costs, by trying all labels and all ways: a slow twin. */
import { everyLabeling } from "../../../../../../agents/exact/sharding/labels/enumeration.ts";
import {
  type FrontierPoint,
  pointOf,
  type TwoCostProblem,
  timesOf,
} from "../../../../../../agents/exact/sharding/labels/frontier/problem.ts";

export function everyPoint(problem: TwoCostProblem): FrontierPoint[] {
  const asNodes = problem.edges.map(({ ways }) => new Float64Array(ways.length));
  const choices = { nodes: [...timesOf(problem).nodes, ...asNodes], edges: [] };
  const nodes = problem.nodes.length;
  return Array.from(everyLabeling(choices), (all) =>
    pointOf(problem, all.slice(0, nodes), all.slice(nodes)),
  ).filter(({ time }) => time < Number.POSITIVE_INFINITY);
}

/** Pairs of memory and time that no other pair is as good as, by ascending memory. */
export function paretoPairs(points: readonly FrontierPoint[]): [number, number][] {
  const isBetter = (a: FrontierPoint, b: FrontierPoint) =>
    a.memory <= b.memory && a.time <= b.time && (a.memory < b.memory || a.time < b.time);
  const best = points.filter((point) => !points.some((other) => isBetter(other, point)));
  const pairs = new Map(best.map(({ memory, time }) => [memory, time]));
  return [...pairs].sort(([a], [b]) => a - b);
}
