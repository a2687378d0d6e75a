/**
 * The slow twin of change-numbers.ts: each number by its own definition, from the devices before
 * and after the change.
 */
import type { readRandom } from "./read-timeline.ts";

type Read = ReturnType<typeof readRandom>;

export function slowNumbers(read: Read, { groups, devices }: { groups: number[]; devices: number[] }) {
  const { scenario, compiled, timeline, device } = read;
  const { deviceCount, runUs } = compiled;
  const { endUs } = timeline;
  const after = device.map((d, v) => {
    const i = groups.indexOf(scenario.grouping.groupOf[v]);
    return i === -1 ? d : devices[i];
  });
  const moved = Array.from(device.keys()).filter((v) => groups.includes(scenario.grouping.groupOf[v]));
  const run = (v: number, of: Int32Array) => runUs[v * deviceCount + of[v]];
  const sum = (of: (v: number) => number) => moved.reduce((total, v) => total + of(v), 0);
  const most = (values: number[]) => Math.max(...values);
  const loads = (of: Int32Array) =>
    Array.from({ length: deviceCount }, (_, d) =>
      of.reduce((total, own, v) => total + (own === d ? run(v, of) : 0), 0),
    );
  const root = (values: number[]) =>
    Math.sqrt(values.reduce((total, value) => total + value ** 2, 0) / values.length);
  const work = sum((v) => run(v, after));
  const mean = (of: (v: number) => number) => (work === 0 ? 0 : sum((v) => run(v, after) * of(v)) / work);
  const routes = travel(read);
  const readyAfter = (v: number) =>
    needsOf(read, v).reduce((ready, { u, slot }) => {
      const to = after[v];
      if (after[u] === to) return Math.max(ready, timeline.finishUs[u]);
      const isThere = after[u] === device[u] && timeline.uses[slot * deviceCount + to] > 0;
      const us = isThere
        ? timeline.thereUs[slot * deviceCount + to]
        : timeline.finishUs[u] + routes(slot, after[u], to);
      return Math.max(ready, us);
    }, 0);
  const restAfter = (v: number) =>
    usesOf(read, v).reduce((rest, { w, slot }) => {
      const transferUs = after[w] === after[v] || slot < 0 ? 0 : routes(slot, after[v], after[w]);
      return Math.max(rest, transferUs + run(w, after) + timeline.restUs[w]);
    }, 0);
  const path = (v: number) => (readyAfter(v) + run(v, after) + restAfter(v)) / endUs - 1;
  const [before, later] = [loads(device), loads(after)];
  return {
    groups: Math.log2(groups.length) / 4,
    ops: Math.log2(1 + moved.length) / 6,
    work: work / endUs,
    "work from speed": sum((v) => run(v, after) - run(v, device)) / endUs,
    "critical work": sum((v) => timeline.critical[v] * run(v, device)) / endUs,
    "largest load change": (most(later) - most(before)) / endUs,
    "square load change": (root(later) - root(before)) / endUs,
    "target load": mean((v) => before[after[v]] / endUs),
    "source load": mean((v) => before[device[v]] / endUs),
    "longest path": most(moved.map(path)),
    "mean path over": mean((v) => Math.max(0, path(v))),
    "mean path before": mean(path),
    "transfers saved": transfersSaved(read, after) / endUs,
    devices: 1 / deviceCount,
    "mean load": before.reduce((total, us) => total + us, 0) / deviceCount / endUs,
    "largest load": most(before) / endUs,
    "past gain": 0,
    "past tries": 0,
    "moved lately": 0,
  };
}

/** Each edge that is no longer sent counts by its share of the ops that need its tensor there. */
function transfersSaved(read: Read, after: Int32Array): number {
  const { timeline, device, compiled } = read;
  const routes = travel(read);
  let savedUs = 0;
  device.forEach((d, v) => {
    for (const { u, slot } of needsOf(read, v)) {
      const isTouched = after[u] !== device[u] || after[v] !== d;
      if (isTouched && device[u] !== d)
        savedUs += routes(slot, device[u], d) / timeline.uses[slot * compiled.deviceCount + d];
    }
  });
  return savedUs;
}

function needsOf({ compiled }: Read, v: number) {
  const { needStart, needProducer, needSlot } = compiled;
  const edges: { readonly u: number; readonly slot: number }[] = [];
  for (let k = needStart[v]; k < needStart[v + 1]; k++) edges.push({ u: needProducer[k], slot: needSlot[k] });
  return edges;
}

function usesOf({ compiled }: Read, v: number) {
  const { depStart, depConsumer, depSlot } = compiled;
  const edges: { readonly w: number; readonly slot: number }[] = [];
  for (let k = depStart[v]; k < depStart[v + 1]; k++) edges.push({ w: depConsumer[k], slot: depSlot[k] });
  return edges;
}

/** Time of a tensor between two devices, link by link. */
function travel({ compiled }: Read) {
  const { routeStart, routeLink, linkBytesPerUs, linkLatencyUs, slotBytes, deviceCount } = compiled;
  return (slot: number, from: number, to: number): number => {
    const pair = from * deviceCount + to;
    let us = 0;
    for (let i = routeStart[pair]; i < routeStart[pair + 1]; i++)
      us += linkLatencyUs[routeLink[i]] + slotBytes[slot] / linkBytesPerUs[routeLink[i]];
    return us;
  };
}
