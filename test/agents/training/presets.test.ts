import { expect, test } from "vitest";
import { z } from "zod";
import type { Method } from "../../../agents/contract.ts";
import { optionsOf, parseOptions } from "../../../agents/registry/spec.ts";
import { withPresets } from "../../../agents/training/presets.ts";

const fields = {
  rate: z.number().positive().default(0.01).describe("Step size."),
  width: z.int().min(1).default(8).describe("Width."),
};
const options = withPresets(fields, { paper: { rate: 0.1 } });
const method = { kind: "planner", card: { id: "x" }, options } as unknown as Method;
const parsed = (given: Record<string, string>) => parseOptions(method, new Map(Object.entries(given)));

test("an option that is not given has the value of the mode", () => {
  expect(parsed({})).toEqual({ mode: "tuned", rate: 0.01, width: 8 });
  expect(parsed({ mode: "paper" })).toEqual({ mode: "paper", rate: 0.1, width: 8 });
  expect(parsed({ mode: "paper", rate: "0.5" })).toEqual({ mode: "paper", rate: 0.5, width: 8 });
});

test("help tells the values of both modes", () => {
  const [mode, rate] = optionsOf(method);
  expect(mode.values).toEqual(["tuned", "paper"]);
  expect([rate.default, rate.description]).toEqual([0.01, "Step size. (paper: 0.1)"]);
});

test("an unknown mode and a bad value are sentences", () => {
  expect(() => parsed({ mode: "pure" })).toThrow(/tuned or paper|tuned, paper/);
  expect(() => parsed({ rate: "-1" })).toThrow(/rate/);
});

test("a preset of an option that is not there fails when the module is loaded", () => {
  expect(() => withPresets(fields, { paper: { depth: 3 } })).toThrow(/depth/);
});
