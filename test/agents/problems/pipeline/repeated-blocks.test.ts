import { describe, expect, test } from "vitest";
import { repeatedBlocks } from "../../../../agents/problems/pipeline/repeated-blocks.ts";

/** A letter for each kind of layer; `bytes` are sent after each, 1 where none are given. */
function blocksIn(kinds: string, bytes: readonly number[] = []) {
  const codes = Float64Array.from(kinds, (kind) => kind.charCodeAt(0));
  const us = new Float64Array(kinds.length).fill(1);
  const cutBytes = Float64Array.from(kinds, (_, v) => bytes[v] ?? 1);
  return repeatedBlocks({ alike: [codes], us, cutBytes });
}

describe("repeated blocks", () => {
  test("are the layers between an embedding and a head", () => {
    expect(blocksIn("exxxxxxh")).toEqual({ from: 1, period: 1, blocks: 6 });
    expect(blocksIn("eabcabcabcabch")).toEqual({ from: 1, period: 3, blocks: 4 });
    expect(blocksIn("aaaa")).toEqual({ from: 0, period: 1, blocks: 4 });
  });

  test("are the shortest pattern that covers as much", () => {
    expect(blocksIn("abababab")).toEqual({ from: 0, period: 2, blocks: 4 });
    expect(blocksIn("aabaab")).toEqual({ from: 0, period: 3, blocks: 2 });
  });

  test("begin where least is sent, where the run is longer than its blocks", () => {
    expect(blocksIn("abcabcabca")).toMatchObject({ from: 0, period: 3, blocks: 3 });
    expect(blocksIn("abcabcabca", [1, 9, 8, 1, 9, 8, 1, 9, 8, 1])).toEqual({ from: 1, period: 3, blocks: 3 });
  });

  test("are none where no pattern takes half of the time", () => {
    expect(blocksIn("abcdefgh")).toBeNull();
    expect(blocksIn("aabcdefgh")).toBeNull();
    expect(blocksIn("a")).toBeNull();
  });
});
