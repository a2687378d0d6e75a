import { describe, expect, test } from "vitest";
import { defineCommand, jsonFlag, seedFlag } from "../../cli/command.ts";
import { parseCommandLine } from "../../cli/parse.ts";
import { commandHelp } from "../../cli/reports/help.ts";
import { InputError } from "../../env/model/errors.ts";

const command = defineCommand({
  name: "brew",
  summary: "Brews.",
  positionals: [{ name: "LEAF", describe: "what to brew", arity: "one" }],
  flags: {
    json: jsonFlag,
    seed: seedFlag,
    seconds: { type: "number", min: 0.5, describe: "time in seconds" },
    cup: { type: "text", choices: ["small", "large"], default: "small", describe: "size", short: "c" },
    with: { type: "list", describe: "additions" },
    step: { type: "repeated", describe: "what to do" },
  },
  examples: ["brew mint"],
  run: async () => 0,
});

const parse = (...args: string[]) => parseCommandLine(command, args);
const refusal = (...args: string[]) => {
  try {
    parse(...args);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error("it was accepted");
};

describe("a command line", () => {
  test("has every default of the table", () => {
    expect(parse("mint")).toEqual({
      positionals: ["mint"],
      values: { json: false, seed: 0, seconds: undefined, cup: "small", with: undefined, step: undefined },
    });
  });

  test("collects a flag that may be repeated, commas and all", () => {
    expect(parse("mint", "--step", "a=1,2", "--step=b").values.step).toEqual(["a=1,2", "b"]);
    expect(refusal("mint", "--step")).toMatch(/needs a value/);
  });

  test("takes values after a space or an equals sign, before or after the arguments", () => {
    expect(parse("--seed", "7", "mint", "--cup=large", "--with", "milk, honey", "--json").values).toEqual({
      json: true,
      seed: 7,
      seconds: undefined,
      cup: "large",
      with: ["milk", "honey"],
    });
  });

  test("takes the letter of a flag that has one", () => {
    expect(parse("-c", "large", "mint").values.cup).toBe("large");
    expect(commandHelp(command, 100)).toContain("-c, --cup VALUE");
  });

  test("takes what follows -- as an argument", () => {
    expect(parse("--", "--json").positionals).toEqual(["--json"]);
  });

  test.each([
    [["mint", "--sed", "1"], 'Flag "--sed" is not known to "brew". Did you mean "--seed"?'],
    [["mint", "-s"], 'Flag "-s" is not known to "brew".'],
    [["mint", "--toString"], 'Flag "--toString" is not known to "brew".'],
    [["mint", "--seed", "1.5"], 'Flag --seed is "1.5", expected a whole number of at least 0.'],
    [["mint", "--seed", "-1"], 'Flag --seed is "-1", expected a whole number of at least 0.'],
    [["mint", "--seed", "1e400"], 'Flag --seed is "1e400", expected a whole number of at least 0.'],
    [["mint", "--seconds", "0.1"], 'Flag --seconds is "0.1", expected a number of at least 0.5.'],
    [["mint", "--seed", "--json"], "Flag --seed needs a value: --seed N."],
    [["mint", "--seed"], "Flag --seed needs a value: --seed N."],
    [["mint", "--cup", "lage"], 'Flag --cup is "lage", expected small, large. Did you mean "large"?'],
    [["mint", "--json=yes"], 'Flag --json takes no value, but "yes" was given.'],
    [["mint", "--with", "a,,b"], 'Flag --with is "a,,b", expected names with single commas between them.'],
    [[], '"brew" needs LEAF: what to brew.'],
    [["mint", "sage"], '"brew" takes 1 argument, but "sage" was given too.'],
  ])("%j is refused with one sentence", (args, sentence) => {
    expect(refusal(...args)).toContain(sentence);
  });

  test("is explained by help with every flag, default and placeholder", () => {
    const help = commandHelp(command, 100);
    for (const name of Object.keys(command.flags)) expect(help).toContain(`--${name}`);
    expect(help).toContain("--seed N");
    expect(help).toContain("(default: small)");
  });
});
