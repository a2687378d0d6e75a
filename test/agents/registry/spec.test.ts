import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { PlannerModule } from "../../../agents/contract.ts";
import { optionsOf, parseOptions, parseSpec } from "../../../agents/registry/spec.ts";
import { InputError } from "../../../env/index.ts";

const options = z.strictObject({
  rate: z.number().min(0).max(1).default(0.5).describe("how fast"),
  rounds: z.int().min(1).default(3).describe("how often"),
  resets: z.boolean().default(true).describe("start again"),
  mode: z.enum(["slow", "fast"]).default("slow").describe("how"),
  label: z.string().default("none").describe("a name"),
});
const module: PlannerModule = {
  kind: "planner",
  card: { id: "made-up", name: "Made up", summary: "For tests.", searchSpace: "none" },
  options,
  create() {
    throw new Error("never created");
  },
};
const parse = (query: string) => parseOptions(module, parseSpec(`made-up?${query}`).given);

describe("a method spec", () => {
  test("is an id, or an id with options", () => {
    const none = { isPath: false, policy: null, finetune: 0 };
    expect(parseSpec("heft")).toEqual({ target: "heft", ...none, given: new Map() });
    expect(parseSpec("mcmc?beta=60&start=random")).toEqual({
      target: "mcmc",
      ...none,
      given: new Map([
        ["beta", "60"],
        ["start", "random"],
      ]),
    });
  });

  test("names the run of a policy after an at sign, which a path may hold too", () => {
    expect(parseSpec("placeto@runs/nmt?episodes=1")).toEqual({
      target: "placeto",
      isPath: false,
      policy: "runs/nmt",
      finetune: 0,
      given: new Map([["episodes", "1"]]),
    });
    expect(parseSpec("./a@b/mine.ts@runs/x")).toMatchObject({ target: "./a@b/mine.ts", policy: "runs/x" });
    expect(parseSpec("./a@b/mine.ts")).toMatchObject({ target: "./a@b/mine.ts", policy: null });
    expect(() => parseSpec("placeto@")).toThrow(/names no run after "@"/);
  });

  test("says for how long a policy is trained further, which is no option", () => {
    const { finetune, given } = parseSpec("placeto@runs/nmt?finetune=300&episodes=1");
    expect({ finetune, given }).toEqual({ finetune: 300, given: new Map([["episodes", "1"]]) });
    expect(() => parseSpec("placeto@runs/nmt?finetune=0.5")).toThrow(
      /option "finetune" is "0.5", expected a whole number/,
    );
  });

  test("is a path where it has a folder or a script's ending", () => {
    for (const path of ["./mine.ts", "mine.js", "../agents/mine.mjs", "/somewhere/mine", "a\\b.ts"])
      expect(parseSpec(path).isPath).toBe(true);
    expect(parseSpec("./mine.ts?rate=0.1")).toMatchObject({ target: "./mine.ts", isPath: true });
  });

  test("decodes percent signs in values", () => {
    expect(parseSpec("x?label=a%26b").given.get("label")).toBe("a&b");
  });

  test.each([
    ["", "has no name"],
    ["heft?fast", 'option "fast" has no value, expected OPTION=VALUE.'],
    ["heft?=1", 'option "=1" has no name, expected OPTION=VALUE.'],
    ["heft?a=1&a=2", 'option "a" is given twice'],
    ["heft?a=%zz", "no two hexadecimal digits"],
  ])("%j is one clear sentence", (spec, sentence) => {
    expect(() => parseSpec(spec)).toThrow(InputError);
    expect(() => parseSpec(spec)).toThrow(sentence);
  });
});

describe("options", () => {
  test("are what the schema says they are", () => {
    expect(parse("rate=0.25&rounds=7&resets=no&mode=fast&label=12")).toEqual({
      rate: 0.25,
      rounds: 7,
      resets: false,
      mode: "fast",
      label: "12",
    });
  });

  test("that are not given have their defaults", () => {
    expect(parse("")).toEqual({ rate: 0.5, rounds: 3, resets: true, mode: "slow", label: "none" });
  });

  test.each([
    ["rat=1", 'Method "made-up": option "rat" is not known. Did you mean "rate"?'],
    ["rate=fast", 'Method "made-up": option "rate" is "fast", expected a number.'],
    ["rate=", 'Method "made-up": option "rate" is "", expected a number.'],
    ["resets=maybe", 'Method "made-up": option "resets" is "maybe", expected true or false.'],
    ["mode=fats", 'Method "made-up": option "mode" is "fats", expected slow or fast. Did you mean "fast"?'],
    ["rate=7", 'Method "made-up": option "rate" is 7: Too big: expected number to be <=1.'],
    ["rounds=1.5", 'Method "made-up": option "rounds" is 1.5: Invalid input: expected int, received number.'],
  ])("%s is one clear sentence", (query, sentence) => {
    expect(() => parse(query)).toThrow(new InputError(sentence));
  });

  test("describe themselves for help", () => {
    expect(optionsOf(module)).toMatchObject([
      { name: "rate", type: "number", default: 0.5, description: "how fast" },
      { name: "rounds", type: "integer", default: 3 },
      { name: "resets", type: "boolean", default: true },
      { name: "mode", type: "string", values: ["slow", "fast"], default: "slow" },
      { name: "label", type: "string", default: "none" },
    ]);
  });
});
