import { describe, expect, test } from "vitest";
import { NUMBER_COUNT } from "../../../../agents/search/ranker/change-numbers.ts";
import { houseNetwork } from "../../../../agents/search/ranker/house-network.ts";
import { houseRecipe } from "../../../../agents/search/ranker/house-recipe.ts";
import { createNetwork } from "../../../../agents/search/ranker/network.ts";
import { openNetwork, storeNetwork } from "../../../../agents/search/ranker/stored-network.ts";
import { createRng, InputError } from "../../../../env/index.ts";

describe("a stored network", () => {
  test("is the same after it was opened", () => {
    const network = createNetwork({ inputs: 3, hidden: 4 }, createRng(1));
    network.mean.set([1, 2, 3]);
    expect(openNetwork(storeNetwork(network, "by hand", 1))).toEqual(network);
  });

  test("with another number or fewer is refused", () => {
    const stored = storeNetwork(createNetwork({ inputs: 3, hidden: 4 }, createRng(1)), "by hand", 1);
    const other = storeNetwork(createNetwork({ inputs: 3, hidden: 4 }, createRng(2)), "by hand", 1);
    expect(() => openNetwork({ ...stored, base64: other.base64 })).toThrow(InputError);
    expect(() => openNetwork({ ...stored, base64: stored.base64.slice(8) })).toThrow(InputError);
    expect(() => openNetwork({ ...stored, hidden: 5 })).toThrow(InputError);
  });

  test("the shipped one opens, reads the numbers of a change, and is below 1 MB", () => {
    const network = openNetwork({ ...houseRecipe, base64: houseNetwork });
    expect(network.inputs).toBe(NUMBER_COUNT);
    expect(network.weights.every(Number.isFinite)).toBe(true);
    expect(houseNetwork.length).toBeLessThan(1_000_000);
  });
});
