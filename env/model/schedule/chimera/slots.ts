/**
 * Chimera's order of the cells of each worker, one slot a cell.
 *
 * Directly concatenated blocks need no search. Unit j of a run enters at slot `2 D block + 2 j`. It
 * moves a stage every slot, turns at the last stage and comes back. No two cells of a worker want
 * the same slot. Down forwards and up backwards have one parity there, all others the other.
 *
 * With forwards of two micro-batches a unit has one forward and two backwards at each stage, and
 * blocks take 3 D slots. They are laid out slot by slot; units of a run enter every two slots. A
 * worker takes the earliest block first, and in it forwards before backwards. Among equals it takes
 * the earliest unit of a run, then the latest stage. N units take 3 N + D/f - 2 slots where D
 * divides N.
 */
import { workerOf } from "./layout.ts";
import type { Run } from "./runs.ts";

/** Forward (0) or backward (1) of a unit at a stage; `half` is the micro-batch of the unit. */
export interface Cell {
  readonly stage: number;
  readonly unit: number;
  readonly phase: 0 | 1;
  readonly half: 0 | 1;
}

/** Cells of each worker of a group in order. */
export function directCells(runs: readonly Run[], depth: number, pairs: number): Cell[][] {
  const blocks = runs.reduce((most, { block }) => Math.max(most, block + 1), 0);
  const slots = Array.from({ length: depth }, () => new Array<Cell | undefined>(2 * depth * (blocks + 1)));
  for (const { pipeline, block, first, count } of runs)
    for (let stage = 0; stage < depth; stage++) {
      const own = slots[workerOf(stage, pipeline, depth, pairs)];
      for (let j = 0; j < count; j++) {
        const start = 2 * depth * block + 2 * j;
        const unit = first + j;
        own[start + stage] = { stage, unit, phase: 0, half: 0 };
        own[start + 2 * depth - 1 - stage] = { stage, unit, phase: 1, half: 0 };
      }
    }
  return slots.map((own) => own.filter((cell) => cell !== undefined));
}

interface Token extends Cell {
  readonly run: Run;
  /** Earlier tokens go first. */
  readonly rank: number;
}

/** Cells of each worker where a unit has one forward and two backwards. */
export function doubledCells(runs: readonly Run[], depth: number, pairs: number): Cell[][] {
  const most = depth / (2 * pairs);
  const token = (run: Run, stage: number, unit: number, phase: 0 | 1, half: 0 | 1): Token => {
    const turn = (run.block * 2 + phase) * most + unit - run.first;
    return { run, stage, unit, phase, half, rank: (turn * 2 + half) * depth + depth - 1 - stage };
  };
  const entries: Token[][] = [];
  for (const run of runs)
    for (let j = 0; j < run.count; j++) {
      const slot = 3 * depth * run.block + 2 * j;
      entries[slot] ??= [];
      entries[slot].push(token(run, 0, run.first + j, 0, 0));
    }
  return takeTurns(entries, depth, {
    placeOf: ({ run, stage }) => workerOf(stage, run.pipeline, depth, pairs),
    // The second backward at the last stage follows the first one.
    next({ run, stage, unit, phase, half }) {
      if (phase === 0 && stage + 1 < depth) return [token(run, stage + 1, unit, 0, 0)];
      if (phase === 0) return [token(run, stage, unit, 1, 0)];
      const back = stage === 0 ? [] : [token(run, stage - 1, unit, 1, half)];
      return stage + 1 === depth && half === 0 ? [...back, token(run, stage, unit, 1, 1)] : back;
    },
  });
}

interface Tokens {
  placeOf(token: Token): number;
  next(token: Token): Token[];
}

/** In each slot each worker takes its token of least rank; `entries` come at their slots. */
function takeTurns(entries: readonly Token[][], depth: number, { placeOf, next }: Tokens): Cell[][] {
  const waiting = Array.from({ length: depth }, (): Token[] => []);
  const cells = Array.from({ length: depth }, (): Token[] => []);
  const add = (token: Token): void => {
    waiting[placeOf(token)].push(token);
  };
  for (let slot = 0; slot < entries.length || waiting.some((own) => own.length > 0); slot++) {
    entries[slot]?.forEach(add);
    const taken: Token[] = [];
    waiting.forEach((own, worker) => {
      if (own.length === 0) return;
      const token = takeLeast(own);
      cells[worker].push(token);
      taken.push(token);
    });
    for (const token of taken) next(token).forEach(add);
  }
  return cells;
}

/** Removes the token of least rank; the order of the others does not matter. */
function takeLeast(tokens: Token[]): Token {
  let least = 0;
  for (let i = 1; i < tokens.length; i++) if (tokens[i].rank < tokens[least].rank) least = i;
  const token = tokens[least];
  tokens[least] = tokens[tokens.length - 1];
  tokens.pop();
  return token;
}
