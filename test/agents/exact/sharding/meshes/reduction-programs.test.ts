import { describe, expect, test } from "vitest";
import {
  bestProgram,
  type LevelLink,
  programUs,
  type ReductionProgram,
  reductionPrograms,
  stepText,
} from "../../../../../agents/exact/sharding/meshes/reduction-programs.ts";
import {
  afterStep,
  groupsOf,
  memberCount,
  startOf,
} from "../../../../../agents/exact/sharding/meshes/reduction-steps.ts";

/** Runs a program on a number for each chunk; undefined where a member holds nothing. */
function executed(levels: readonly number[], program: ReductionProgram): (number | undefined)[][] {
  const count = memberCount(levels);
  let held: (number | undefined)[][] = Array.from({ length: count }, (_, member) =>
    Array.from({ length: count }, (__, chunk) => 7 ** chunk + 100 * member),
  );
  for (const step of program) {
    const next = held.map((row) => [...row]);
    for (const group of groupsOf(levels, step)) {
      const sum = held[0].map((_, chunk) =>
        group.every((member) => held[member][chunk] === undefined)
          ? undefined
          : group.reduce((total, member) => total + (held[member][chunk] ?? 0), 0),
      );
      const own = held[group[0]]
        .map((value, chunk) => (value === undefined ? -1 : chunk))
        .filter((c) => c >= 0);
      group.forEach((member, i) => {
        const part = own.slice((i * own.length) / group.length, ((i + 1) * own.length) / group.length);
        if (step.collective === "reduce" && i > 0) next[member] = sum.map(() => undefined);
        else if (step.collective === "reduce-scatter")
          next[member] = sum.map((value, chunk) => (part.includes(chunk) ? value : undefined));
        else if (step.collective === "broadcast") next[member] = [...held[group[0]]];
        else next[member] = [...sum];
      });
    }
    held = next;
  }
  return held;
}

const texts = (program: ReductionProgram): string => program.map(stepText).join(", ");

describe.each([[[4]], [[2, 2]], [[2, 4]], [[2, 2, 2]]])("on levels %j", (levels) => {
  const programs = reductionPrograms(levels, 3);
  const count = memberCount(levels);

  test("every program, executed on integers, leaves the sum on each member", () => {
    const sum = Array.from({ length: count }, (_, chunk) => count * 7 ** chunk + 50 * count * (count - 1));
    for (const program of programs)
      for (const row of executed(levels, program)) expect(row, texts(program)).toEqual(sum);
  });

  test("no program is there twice, and one all-reduce is the first", () => {
    expect(new Set(programs.map(texts)).size).toBe(programs.length);
    expect(texts(programs[0])).toBe(`all-reduce 0..${levels.length}`);
  });
});

test("the hierarchical programs of the paper are among those of two levels", () => {
  const found = reductionPrograms([2, 4], 3).map(texts);
  for (const known of [
    "reduce-scatter 1..2, all-reduce 0..1, all-gather 1..2",
    "reduce 1..2, all-reduce* 0..1, broadcast 1..2",
    "all-reduce 1..2, all-reduce 0..1",
  ])
    expect(found).toContain(known);
});

test("a step that would add a contribution twice, or lose one, is refused", () => {
  const levels = [2, 2];
  const step = (collective: "all-reduce" | "all-gather" | "broadcast", from: number, to: number) =>
    ({ collective, from, to, leadersOnly: false }) as const;
  const start = startOf(levels);
  const halves = afterStep(levels, start, step("all-reduce", 1, 2))!;
  expect(afterStep(levels, halves, step("all-reduce", 1, 2))).toBeNull();
  expect(afterStep(levels, halves, step("all-reduce", 0, 2))).toBeNull();
  expect(afterStep(levels, start, step("all-gather", 0, 2))).toBeNull();
  expect(afterStep(levels, start, step("broadcast", 0, 2))).toBeNull();
});

describe("4 nodes of 8 GPUs with 100 GB/s inside and 10 GB/s between", () => {
  const link = (gigabytes: number, shared: boolean): LevelLink => ({
    bytesPerUs: gigabytes * 1000,
    latencyUs: 0,
    shared,
  });
  const costOf = (shared: boolean) => ({
    levels: [4, 8],
    machine: [4, 8],
    links: [link(10, shared), link(100, false)],
    bytes: 1e9,
  });
  const flat: ReductionProgram = [{ collective: "all-reduce", from: 0, to: 2, leadersOnly: false }];

  test.each([
    [true, 1.157],
    [false, 5.345],
  ])("one uplink a node: %s; the hierarchical program is %f times as fast as one ring", (shared, ratio) => {
    const cost = costOf(shared);
    const best = bestProgram(cost, 3);
    expect(texts(best.program)).toBe("reduce-scatter 1..2, all-reduce 0..1, all-gather 1..2");
    expect(programUs(cost, flat) / best.us / ratio).toBeCloseTo(1, 3);
  });

  test("the time of one ring is its closed form", () => {
    expect(programUs(costOf(true), flat)).toBeCloseTo((1.9375 * 1e9) / 1e4, 6);
  });
});

test("an axis across nodes is 384 times as slow as one inside, with 16 groups on one uplink", () => {
  const machine = [4, 16];
  const links: LevelLink[] = [
    { bytesPerUs: 12.5e3, latencyUs: 0, shared: true },
    { bytesPerUs: 300e3, latencyUs: 0, shared: false },
  ];
  const us = (levels: readonly number[]) =>
    programUs({ levels, machine, links, bytes: 1e6 }, [
      { collective: "all-reduce", from: 0, to: 2, leadersOnly: false },
    ]);
  expect(us([4, 1]) / us([1, 4])).toBeCloseTo(384, 9);
});
