/** The terminal of a process: who does not ask for interrupts is ended by them. */
import { afterEach, expect, test } from "vitest";
import { processTerminal } from "../../../cli/terminal/terminal.ts";

const signals = ["SIGINT", "SIGTERM"] as const;
const before = new Map(signals.map((name) => [name, process.listeners(name)]));
afterEach(() => {
  for (const name of signals)
    for (const listener of process.listeners(name))
      if (!before.get(name)?.includes(listener)) process.off(name, listener);
});
const added = () => signals.map((name) => process.listenerCount(name) - (before.get(name)?.length ?? 0));

test("leaves signals to the system until a command asks for the interrupt", () => {
  const terminal = processTerminal();
  expect(terminal.interrupted).toBe(false);
  expect(added()).toEqual([0, 0]);
  expect(terminal.signal.aborted).toBe(false);
  expect(terminal.signal).toBe(terminal.signal);
  expect(added()).toEqual([1, 1]);
});
