import { test } from "vitest";
import { killedAtRandom } from "./kill-moments.ts";

test("an evaluation that is killed at five random moments goes on to the bytes of an undisturbed one", async () => {
  await killedAtRandom(5);
});
