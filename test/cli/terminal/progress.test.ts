import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startProgress } from "../../../cli/terminal/progress.ts";
import type { Terminal } from "../../../cli/terminal/terminal.ts";

let nowSeconds = 0;
let lines: string[] = [];
const terminal = {
  interactive: false,
  seconds: () => nowSeconds,
  note: (line: string) => lines.push(line),
} as unknown as Terminal;

beforeEach(() => {
  vi.useFakeTimers();
  nowSeconds = 0;
  lines = [];
});
afterEach(() => vi.useRealTimers());

function pass(seconds: number): void {
  for (let i = 0; i < seconds; i++) {
    nowSeconds++;
    vi.advanceTimersByTime(1_000);
  }
}

test("progress without a terminal is a line every five seconds with an estimate", () => {
  const progress = startProgress(terminal, 2_000, "evaluations");
  pass(1);
  progress.update(10, "mcmc");
  pass(3);
  expect(lines).toEqual([]);
  progress.update(500, "mcmc");
  pass(1);
  expect(lines).toEqual(["500 of 2,000 evaluations (25%), about 15 s left: mcmc"]);
  progress.end();
});

test("progress goes on saying that work goes on while nothing is reported, until its end", () => {
  const progress = startProgress(terminal, 10, "cells");
  pass(12);
  expect(lines).toEqual(["0 of 10 cells (0%): starting", "0 of 10 cells (0%): starting"]);
  progress.update(10, "ilp");
  pass(4);
  expect(lines[2]).toBe("10 of 10 cells (100%): ilp");
  progress.end();
  pass(60);
  expect(lines.length).toBe(3);
});
