import { describe, expect, test } from "vitest";
import { stageTransfers } from "../../../../agents/search/lines/stage-transfers.ts";

describe("what crosses between stages", () => {
  test("a skip from the first of eight stages to the last is one transfer, not seven", () => {
    const chain = Array.from({ length: 7 }, (_, layer) => ({ from: layer, to: [layer + 1], bytes: 10 }));
    const stageOf = [0, 1, 2, 3, 4, 5, 6, 7];
    const skip = { from: 0, to: [7], bytes: 1000 };
    const sent = stageTransfers([...chain, skip], stageOf);
    expect(sent.filter(({ bytes }) => bytes === 1000)).toEqual([{ fromStage: 0, toStage: 7, bytes: 1000 }]);
    expect(sent.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(7 * 10 + 1000);
  });

  test("a tensor that several layers of one stage read is sent there once, and nowhere inside its stage", () => {
    expect(stageTransfers([{ from: 0, to: [1, 2, 3, 4], bytes: 5 }], [0, 0, 1, 1, 2])).toEqual([
      { fromStage: 0, toStage: 1, bytes: 5 },
      { fromStage: 0, toStage: 2, bytes: 5 },
    ]);
  });
});
