/**
 * Propagation by priority, after GSPMD (Xu et al., arXiv 2105.04663, 3.5). At each level passes go
 * forward over all ops, then backward, until nothing changes. Only wires of this level or a lower
 * one carry divisions. What an op is offered is merged with what it has where both are parts of one
 * finer division; else it is dropped. Of several offers the one with more parts comes first.
 *
 * Decided dimensions are never changed. Divisions only grow, so it ends, in O(passes x ops).
 */
import type { Divisions } from "./divisions.ts";
import type { Wire } from "./rules.ts";
import { LAST_LEVEL, wireLevels } from "./wire-class.ts";

/** `fixed`: numbers of decided dimensions. Answers the number of passes. */
export function propagateByPriority(divisions: Divisions, fixed: ReadonlySet<number>): number {
  const { ops } = divisions.rules;
  let passes = 0;
  for (let level = 0; level <= LAST_LEVEL; level++) {
    let isChanged = true;
    while (isChanged) {
      isChanged = false;
      for (let i = 0; i < ops.length; i++)
        isChanged = takeOffers(divisions, fixed, ops[i], "forward", level) || isChanged;
      for (let i = ops.length - 1; i >= 0; i--)
        isChanged = takeOffers(divisions, fixed, ops[i], "backward", level) || isChanged;
      passes += 2;
    }
  }
  return passes;
}

type Direction = "forward" | "backward";

/** Takes over what producers (forward) or users (backward) have. True where it changed the op. */
function takeOffers(
  divisions: Divisions,
  fixed: ReadonlySet<number>,
  op: number,
  direction: Direction,
  level: number,
): boolean {
  const { rules } = divisions;
  const wires = direction === "forward" ? rules.inputs[op] : rules.outputs[op];
  const open: { readonly wire: Wire; readonly parts: number }[] = [];
  for (const wire of wires) {
    if (wireLevels[wire.class][direction] > level) continue;
    const parts = partsOffered(divisions, wire, direction);
    if (parts > 1) open.push({ wire, parts });
  }
  if (open.length > 1) open.sort((a, b) => b.parts - a.parts);
  let isChanged = false;
  for (const { wire } of open) isChanged = merge(divisions, fixed, wire, direction) || isChanged;
  return isChanged;
}

function partsOffered(divisions: Divisions, { pairs }: Wire, direction: Direction): number {
  let parts = 1;
  for (const { from, to } of pairs) {
    if (from !== -1 && to !== -1) parts *= divisions.partsOf(direction === "forward" ? from : to);
  }
  return parts;
}

/** Nothing changes where the offer and what is there are parts of no finer division. */
function merge(
  divisions: Divisions,
  fixed: ReadonlySet<number>,
  { pairs, producer, consumer }: Wire,
  direction: Direction,
): boolean {
  const isForward = direction === "forward";
  const op = isForward ? consumer : producer;
  for (const { from, to } of pairs)
    if (
      from !== -1 &&
      to !== -1 &&
      !isCompatible(divisions, op, isForward ? from : to, isForward ? to : from)
    )
      return false;
  let isChanged = false;
  for (const { from, to, parts: limit } of pairs) {
    if (from === -1 || to === -1) continue;
    const [source, target] = isForward ? [from, to] : [to, from];
    if (fixed.has(target)) continue;
    const offered = divisions.axesOf(source);
    for (let i = divisions.axesOf(target).length; i < offered.length; i++) {
      const parts = divisions.partsOf(target) * divisions.sizes[offered[i]];
      if (limit > 0 && limit % parts !== 0) break;
      if (!divisions.mayDivide(target, offered[i])) break;
      divisions.divide(target, offered[i]);
      isChanged = true;
    }
  }
  return isChanged;
}

/** One list of axes begins with the other, and no axis more divides another dimension of the op. */
function isCompatible(divisions: Divisions, op: number, source: number, target: number): boolean {
  const [offered, own] = [divisions.axesOf(source), divisions.axesOf(target)];
  for (let i = 0; i < offered.length; i++) {
    if (i < own.length) {
      if (offered[i] !== own[i]) return false;
    } else if (divisions.dimensionBy(op, offered[i]) !== -1) return false;
  }
  return true;
}
