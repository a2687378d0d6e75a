import { describe, expect, test } from "vitest";
import { type MemoryState, memoryStates } from "../../bench/memory.ts";
import { trainingBackends } from "../tensors/test-backend.ts";
import { smallAgents } from "./small-agents.ts";

/** The resident set rises and falls with the collector, so its lowest of several states counts. */
const leastResident = (states: readonly MemoryState[]) =>
  Math.min(...states.map(({ residentBytes }) => residentBytes));

describe.each(trainingBackends())("10,000 updates on %s", (backend) => {
  test.each(smallAgents)("of %s leave memory as it was after 1,000", (id) => {
    const states = memoryStates(id, backend);
    const [first, last] = [states[0], states[states.length - 1]];
    expect([first.update, last.update]).toEqual([1000, 10_000]);
    expect(last.tensors).toBe(first.tensors);
    expect(last.tensorHeapBytes).toBe(first.tensorHeapBytes);
    // Code that was compiled in between, and the curve of better plans.
    expect(last.heapBytes - first.heapBytes).toBeLessThan(4e6);
    expect(leastResident(states.slice(5))).toBeLessThan(1.2 * leastResident(states.slice(0, 5)));
  });
});
