/** Stacked observations hold those of every env, part by part. */
import { expect, test } from "vitest";
import { makeEnv, type Space, stackObservations, syncVector } from "../../../env/index.ts";
import { diamondScenario } from "../envs/scenarios.ts";

const vector = syncVector(
  [0, 1, 2].map(() => makeEnv("Placement/Refine-v1", { scenario: diamondScenario, start: "random" })),
);

test("one array for each part, envs first", () => {
  const { observations } = vector.reset({ seed: 4 });
  const { groups, groupColumns, edges, current, placement } = stackObservations(
    vector.singleObservationSpace,
    observations,
  );
  expect(groups).toEqual(Float32Array.from(observations.flatMap((each) => [...each.groups])));
  expect(edges).toEqual(Int32Array.from(observations.flatMap((each) => [...each.edges])));
  expect(placement).toEqual(Int32Array.from(observations.flatMap((each) => [...each.placement])));
  expect(current).toEqual(Int32Array.of(0, 0, 0));
  expect(groupColumns).toEqual(observations[0].groupColumns);
  groups.fill(9);
  expect(vector.reset({ seed: 4 }).observations[0].groups).not.toContain(9);
});

test("a space of another kind is a sentence", () => {
  const odd = { kind: "Odd", describe: () => "Odd()" } as unknown as Space<number>;
  expect(() => stackObservations(odd, [1])).toThrow("kind Odd cannot be stacked: Odd().");
});
