import { expect, test } from "vitest";
import { hostileFrames } from "./hostile-frames.ts";

test("100,000 mutated frames are each answered, and memory stays flat", async () => {
  await hostileFrames(20_000, 2);
  global.gc?.();
  const before = process.memoryUsage().rss;
  expect(await hostileFrames(100_000, 3)).toMatchObject({ answered: 100_000, faults: 0 });
  global.gc?.();
  const grownMiB = (process.memoryUsage().rss - before) / 2 ** 20;
  console.info(`100,000 frames, memory grown by ${grownMiB.toFixed(0)} MiB`);
  expect(grownMiB).toBeLessThan(200);
});
