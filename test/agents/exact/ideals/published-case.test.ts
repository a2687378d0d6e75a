import { expect, test } from "vitest";
import { publishedCase } from "../../../../agents/exact/ideals/published-case.ts";
import { testScenario } from "../../../../env/index.ts";

const chain = (memoryBytes: number) =>
  testScenario({
    graph: `
      a 4 8B params=1 transfer=1
      b 3 8B params=1 transfer=1 <- a
      c 3 params=1 <- b`,
    devices: 2,
    memoryBytes,
    objective: "max-load",
  });

const asked = { certificateSteps: 1_000, enumerate: "all" } as const;

test("a published case is solved, then certified and its ideals counted", () => {
  const calls: string[] = [];
  const answer = publishedCase(chain(1e6), { ...asked, onSolved: () => calls.push("solved") });
  expect(calls).toEqual(["solved"]);
  expect(answer).toMatchObject({ valueUs: 7, proven: true, certificate: "certified", allIdeals: 4 });
  expect(Array.from(answer.device!)).toEqual([0, 1, 1]);
});

test("a published case that fits nowhere has no value, and that is certified", () => {
  const answer = publishedCase(chain(1), { ...asked, onSolved: () => undefined });
  expect(answer).toMatchObject({ valueUs: null, boundUs: null, proven: true, certificate: "certified" });
});

test("a published case asks for no certificate where its steps are 0", () => {
  const answer = publishedCase(chain(1e6), {
    certificateSteps: 0,
    enumerate: "needed",
    onSolved: () => undefined,
  });
  expect(answer).toMatchObject({ certificate: "not asked", certificateSteps: 0, allIdeals: null });
});
