/**
 * The least makespan over all placements and all orders of ops and transfers, by trying them. Every
 * op and every transfer goes to the end of its device's or link's line, in the order of their
 * starts. For scenarios with one link for each ordered pair of devices, one transfer for each
 * tensor and device, and no gaps. Shares nothing with the integer program.
 */
import type { Scenario } from "../../../env/index.ts";

interface Activity {
  readonly machine: number;
  readonly lengthUs: number;
  /** From its end until what waits for it may start. */
  readonly delayUs: number;
  readonly after: number[];
}

export function leastOfAllSchedules(scenario: Scenario): number {
  const deviceCount = scenario.cluster.devices.length;
  const { opCount } = scenario.graph;
  const device = new Int32Array(opCount);
  let least = Number.POSITIVE_INFINITY;
  for (let code = 0; code < deviceCount ** opCount; code++) {
    for (let v = 0, rest = code; v < opCount; v++, rest = Math.floor(rest / deviceCount))
      device[v] = rest % deviceCount;
    least = leastOfOrders(activitiesOf(scenario, device), least);
  }
  return least;
}

function activitiesOf({ graph, cluster }: Scenario, device: Int32Array): Activity[] {
  const deviceCount = cluster.devices.length;
  const activities: Activity[] = graph.names.map((_, v) => ({
    machine: device[v],
    lengthUs: graph.measuredUs.get(cluster.devices[device[v]].kind)?.[v] ?? graph.measuredUs.get("*")![v],
    delayUs: 0,
    after: [],
  }));
  const transfers = new Map<string, number>();
  for (let e = 0; e < graph.edgeCount; e++) {
    const [u, v] = [graph.edgeSource[e], graph.edgeDestination[e]];
    if (device[u] === device[v]) {
      activities[v].after.push(u);
      continue;
    }
    const key = `${u}:${graph.edgeOutput[e]}>${device[v]}`;
    if (!transfers.has(key)) {
      const [link] = cluster.routes[device[u]][device[v]];
      const { bytesPerUs, latencyUs } = cluster.links[link];
      transfers.set(key, activities.length);
      const lengthUs = graph.edgeBytes[e] / bytesPerUs;
      activities.push({ machine: deviceCount + link, lengthUs, delayUs: latencyUs, after: [u] });
    }
    activities[v].after.push(transfers.get(key)!);
  }
  return activities;
}

/** Less than `least` where some order has less, else `least`. */
function leastOfOrders(activities: readonly Activity[], least: number): number {
  const doneUs = new Float64Array(activities.length).fill(-1);
  const freeUs = new Map<number, number>();
  const restUs = longestRests(activities);
  let best = least;
  const extend = (left: number, lastStartUs: number, latestUs: number): void => {
    if (left === 0) {
      best = Math.min(best, latestUs);
      return;
    }
    activities.forEach(({ machine, lengthUs, delayUs, after }, i) => {
      if (doneUs[i] >= 0 || after.some((before) => doneUs[before] < 0)) return;
      const free = freeUs.get(machine) ?? 0;
      const startUs = after.reduce((us, before) => Math.max(us, doneUs[before]), free);
      if (startUs < lastStartUs || startUs + restUs[i] >= best) return;
      doneUs[i] = startUs + lengthUs + delayUs;
      freeUs.set(machine, startUs + lengthUs);
      extend(left - 1, startUs, Math.max(latestUs, startUs + lengthUs));
      doneUs[i] = -1;
      freeUs.set(machine, free);
    });
  };
  extend(activities.length, 0, 0);
  return best;
}

/** The longest chain from the start of each activity. */
function longestRests(activities: readonly Activity[]): Float64Array {
  const restUs = new Float64Array(activities.length);
  const visit = (i: number): number => {
    if (restUs[i] > 0) return restUs[i];
    const { lengthUs, delayUs } = activities[i];
    const next = activities.flatMap(({ after }, j) => (after.includes(i) ? [visit(j)] : []));
    restUs[i] = lengthUs + (next.length === 0 ? 0 : delayUs + Math.max(...next));
    return restUs[i];
  };
  for (const i of activities.keys()) visit(i);
  return restUs;
}
