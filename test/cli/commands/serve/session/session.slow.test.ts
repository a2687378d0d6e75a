import { expect, test } from "vitest";
import { hostileFrames } from "./hostile-frames.ts";

test("100,000 mutated frames are each answered, and memory stays flat", async () => {
  await hostileFrames(20_000, 2);
  global.gc?.();
  const before = process.memoryUsage().rss;
  expect(await hostileFrames(100_000, 3)).toMatchObject({ answered: 100_000, faults: 0 });
  global.gc?.();
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
});
