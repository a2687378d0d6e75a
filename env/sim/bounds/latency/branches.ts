/**
 * The branches of a section (between-cuts.ts): the connected parts of what is between two cut ops.
 * A part that is no chain is represented by its longest path.
 */
import type { Branch, Section } from "./between-cuts.ts";
import type { TiedGraph } from "./tied-ops.ts";

/** Times and weights of tied ops, by their leader. */
export interface LeaderWork {
  readonly tied: TiedGraph;
  /** Least time of all ops of a leader on an accelerator, and of the leader itself on a CPU. */
  readonly acceleratorUs: Float64Array;
  readonly cpuUs: Float64Array;
  /** Weights that a leader brings to its piece. The weights of each unit count once. */
  readonly bytes: Float64Array;
  /** Memory of the largest accelerator. */
  readonly limitBytes: number;
}

/** Longer branches are left out, which only makes the bound smaller. */
const MOST_STEPS = 48;

/**
 * The section between a and b. The list `between` holds all leaders between them in topological
 * order. Every path out of that set goes through a or b.
 */
export function sectionBetween(work: LeaderWork, a: number, between: Int32Array, b: number): Section {
  const { tied } = work;
  const inside = new Set(between);
  const direct = tied.after[a].includes(b);
  const branches: Branch[] = [];
  let moveUs = direct ? tied.moveUs(a, b) : Number.POSITIVE_INFINITY;
  for (const ops of connected(tied, between, inside)) {
    const path = longestPath(work, ops, inside);
    moveUs = Math.min(moveUs, tied.moveUs(a, path[0]));
    if (path.length <= MOST_STEPS) branches.push(branchOf(work, inside, [a, ...path, b]));
  }
  return { branches, direct, moveUs };
}

/** The connected parts of the ops in between, each in topological order. */
function connected(
  { before, after }: TiedGraph,
  between: Int32Array,
  inside: ReadonlySet<number>,
): number[][] {
  const partOf = new Map<number, number>();
  let parts = 0;
  for (const start of between) {
    if (partOf.has(start)) continue;
    const found = [start];
    partOf.set(start, parts);
    for (const v of found)
      for (const w of [...before[v], ...after[v]]) {
        if (!inside.has(w) || partOf.has(w)) continue;
        partOf.set(w, parts);
        found.push(w);
      }
    parts++;
  }
  return Array.from({ length: parts }, (_, part) => [...between].filter((v) => partOf.get(v) === part));
}

function longestPath(
  { tied: { before, after }, acceleratorUs }: LeaderWork,
  ops: readonly number[],
  inside: ReadonlySet<number>,
): number[] {
  const lengthUs = new Map<number, number>();
  const from = new Map<number, number>();
  let end = -1;
  for (const v of ops) {
    for (const u of before[v]) {
      if (!inside.has(u)) continue;
      const known = from.get(v);
      if (known === undefined || lengthUs.get(u)! > lengthUs.get(known)!) from.set(v, u);
    }
    const source = from.get(v);
    lengthUs.set(v, acceleratorUs[v] + (source === undefined ? 0 : lengthUs.get(source)!));
    if (after[v].some((w) => inside.has(w))) continue;
    if (end === -1 || lengthUs.get(v)! > lengthUs.get(end)!) end = v;
  }
  const path: number[] = [];
  for (let v: number | undefined = end; v !== undefined; v = from.get(v)) path.push(v);
  return path.reverse();
}

/** The branch of the path from a to b with its steps in between. */
function branchOf(work: LeaderWork, inside: ReadonlySet<number>, path: readonly number[]): Branch {
  const { tied, acceleratorUs, bytes } = work;
  const steps = path.length - 2;
  const enters = (v: number) => inside.has(v);
  const broughtBy = (next: TiedGraph["before"], stepOf: (taken: number) => number) => {
    const us = new Float64Array(steps + 1);
    const held = new Float64Array(steps + 1);
    for (let taken = 1; taken <= steps; taken++)
      marksFrom(path[stepOf(taken)], next, enters).forEach((mark, v) => {
        if (mark === 0) return;
        us[taken] += acceleratorUs[v];
        held[taken] += bytes[v];
      });
    return { us, held };
  };
  const head = broughtBy(tied.before, (taken) => taken);
  const tail = broughtBy(tied.after, (taken) => steps + 1 - taken);
  return {
    steps,
    headUs: head.us,
    headBytes: head.held,
    tailUs: tail.us,
    tailBytes: tail.held,
    moveUs: Float64Array.from({ length: steps }, (_, i) => tied.moveUs(path[i + 1], path[i + 2])),
    elsewhereUs: elsewhereUs(work, path),
  };
}

/**
 * Least times of steps of a path that are neither in the piece before nor in the piece after. They
 * run on CPUs or in pieces that fit.
 */
function elsewhereUs(work: LeaderWork, path: readonly number[]): Float64Array {
  const { acceleratorUs, cpuUs, bytes, limitBytes } = work;
  const { moveUs } = work.tied;
  const steps = path.length - 2;
  const least = new Float64Array((steps + 1) ** 2).fill(Number.POSITIVE_INFINITY);
  for (let x = 0; x <= steps; x++) {
    const row = least.subarray(x * (steps + 1), (x + 1) * (steps + 1));
    row[x] = 0;
    for (let p = x; p < steps; p++) {
      row[p + 1] = Math.min(row[p + 1], row[p] + cpuUs[path[p + 1]]);
      let us = row[p] + moveUs(path[p], path[p + 1]);
      let held = 0;
      for (let q = p; q < steps; q++) {
        us += acceleratorUs[path[q + 1]];
        held += bytes[path[q + 1]];
        if (held > limitBytes) break;
        row[q + 1] = Math.min(row[q + 1], us + moveUs(path[q + 1], path[q + 2]));
      }
    }
  }
  return least;
}

export function marksFrom(
  start: number,
  next: readonly (readonly number[])[],
  enters: (v: number) => boolean = () => true,
): Uint8Array {
  const marks = new Uint8Array(next.length);
  const found = [start];
  marks[start] = 1;
  for (const v of found)
    for (const w of next[v]) {
      if (marks[w] === 1 || !enters(w)) continue;
      marks[w] = 1;
      found.push(w);
    }
  return marks;
}
