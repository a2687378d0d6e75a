/** Reduction programs as tasks: what members send and hear of, and the sheet's closed forms. */
import { describe, expect, test } from "vitest";
import { reductionPrograms } from "../../../../../agents/exact/sharding/meshes/reduction-programs.ts";
import { heldAfter, heldAtFirst } from "../../../../../env/model/layout/reductions/held-chunks.ts";
import {
  groupsOf,
  memberCount,
  programText,
  type ReductionProgram,
} from "../../../../../env/model/layout/reductions/steps.ts";
import { programAllReduce } from "../../../../../env/sim/lower/collectives/program.ts";
import { machinesWithCards } from "../machines.ts";
import { counted, engineUs } from "./counted.ts";

const ELEMENTS = 840;

describe.each([[[4]], [[2, 3]], [[2, 2, 2]]])("on levels %j", (levels) => {
  const members = memberCount(levels);
  const programs = reductionPrograms(levels, 4);

  test.each([false, true])("every program brings something of all to all; by trees: %s", (isTree) => {
    for (const steps of programs) {
      const collective = (on: Parameters<typeof programAllReduce>[0]) =>
        programAllReduce(on, { levels, steps }, isTree);
      const { heard } = counted(collective, { elements: ELEMENTS, sizes: [members] });
      for (const own of heard) expect(own.size, programText(steps)).toBe(members);
    }
  });

  test("members of rings send what their step has: shares of what they hold", () => {
    for (const steps of programs) {
      const ringsAlone = steps.every(
        ({ collective }) => collective !== "reduce" && collective !== "broadcast",
      );
      if (!ringsAlone) continue;
      const collective = (on: Parameters<typeof programAllReduce>[0]) =>
        programAllReduce(on, { levels, steps }, false);
      const { inside } = counted(collective, { elements: ELEMENTS, sizes: [members] });
      const total = inside.reduce((sum, sent) => sum + sent, 0);
      expect(total, programText(steps)).toBeCloseTo(sentByRings(levels, steps), 6);
    }
  });
});

/** Elements of all members: each group of n sends n - 1 times what it has, twice for a sum. */
function sentByRings(levels: readonly number[], program: ReductionProgram): number {
  let held: number[] = heldAtFirst(levels);
  let sent = 0;
  for (const step of program) {
    for (const group of groupsOf(levels, step)) {
      const own = group.map((member) => held[member]);
      const most = step.collective === "all-gather" ? own.reduce((sum, count) => sum + count, 0) : own[0];
      sent += (step.collective === "all-reduce" ? 2 : 1) * (group.length - 1) * most;
    }
    held = heldAfter(levels, held, step);
  }
  return (sent * ELEMENTS) / memberCount(levels);
}

describe("4 machines of 8 devices with 100 GB/s inside and 10 GB/s between", () => {
  const BYTES = 1e9;
  const levels = [4, 8];
  const timeOf = (steps: ReductionProgram, shared: boolean): number =>
    engineUs(
      (on) => programAllReduce(on, { levels, steps }, false),
      machinesWithCards([8, 8, 8, 8], { insideBytesPerUs: 1e5, betweenBytesPerUs: 1e4, shared }),
      BYTES,
    );
  const on = (collective: "all-reduce" | "reduce-scatter" | "all-gather", from: number, to: number) =>
    ({ collective, from, to, leadersOnly: false }) as const;
  const flat = [on("all-reduce", 0, 2)];
  const hierarchical = [on("reduce-scatter", 1, 2), on("all-reduce", 0, 1), on("all-gather", 1, 2)];

  test.each([
    [true, 1.157],
    [false, 5.345],
  ])(
    "a card for the machine: %s; the hierarchical program is %f times as fast as a ring",
    (shared, ratio) => {
      expect(timeOf(flat, shared) / timeOf(hierarchical, shared) / ratio).toBeCloseTo(1, 2);
    },
  );

  test("one ring takes its closed form", () => {
    expect(timeOf(flat, true) / ((1.9375 * BYTES) / 1e4)).toBeCloseTo(1, 6);
  });
});
