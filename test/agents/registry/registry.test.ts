import { describe, expect, test } from "vitest";
import * as publishedAgents from "../../../agents/index.ts";
import { composedMethods } from "../../../agents/registry/methods.ts";
import { defaultMethods, listMethods, methods, resolveMethod } from "../../../agents/registry/registry.ts";
import { InputError } from "../../../env/index.ts";
import { compiledFile } from "../../compiled.ts";

describe("the registry", () => {
  test("has every method that the comparison needs, each under its own id", () => {
    const ids = methods.map(({ card }) => card.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(
      expect.arrayContaining([
        "single-device",
        "random",
        "round-robin",
        "topo-blocks",
        "heft",
        "etf",
        "hill-climb",
        "mcmc",
        "ideals-dp",
        "ilp",
        "reinforce",
        "seq2seq",
        "placeto",
      ]),
    );
    for (const id of defaultMethods) expect(ids).toContain(id);
  });

  test.each(listMethods().map((listing) => [listing.card.id, listing] as const))(
    "%s says what it is, and each of its options what it does and what it defaults to",
    (id, { card, options }) => {
      expect(id).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
      expect(card.name).not.toBe("");
      expect(card.searchSpace).not.toBe("");
      expect(card.summary).toMatch(/^[A-Z].*\.$/);
      for (const option of options) {
        expect(option.default, option.name).toBeDefined();
        expect(option.description, option.name).toBeTruthy();
      }
    },
  );

  test("finds a method by id and fills in its options", async () => {
    const { module, options, spec } = await resolveMethod("mcmc?beta=60");
    expect(module.card.id).toBe("mcmc");
    expect(options).toMatchObject({ pool: "all", start: "random", beta: 60, resets: false });
    expect(spec).toBe("mcmc?beta=60");
  });

  test("finds a method in a user's file and reads its options", async () => {
    const path = await compiledFile("test/agents/registry/first-fit.ts");
    const { module, options } = await resolveMethod(`${path}?device=1`);
    expect(module.card.id).toBe("first-fit");
    expect(options).toEqual({ device: 1 });
    await expect(resolveMethod(`${path}?devise=1`)).rejects.toThrow('Did you mean "device"?');
  });

  test("names what it knows where an id is unknown", async () => {
    await expect(resolveMethod("hefft")).rejects.toThrow(InputError);
    await expect(resolveMethod("hefft")).rejects.toThrow(
      /^There is no method "hefft"\. Did you mean "heft"\?$/,
    );
  });
});

test("the published list holds every registered method and nothing that is no method", () => {
  const isMethod = (value: unknown) =>
    typeof value === "object" && value !== null && "card" in value && "options" in value;
  const published = Object.values(publishedAgents).filter(isMethod);
  expect(new Set(published)).toEqual(new Set(composedMethods));
  expect(methods.map(({ card }) => card.id)).toEqual([
    "best",
    "house",
    "best-list",
    "sharding-search",
    ...composedMethods.map(({ card }) => card.id),
  ]);
});

test("every registered method has traits, and its card says what it is", () => {
  for (const { card, traits } of methods) {
    expect(traits, card.id).toBeDefined();
    expect(card.summary, card.id).toMatch(/^[A-Z].*\.$/);
  }
});
