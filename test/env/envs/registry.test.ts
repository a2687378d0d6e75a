import { describe, expect, test } from "vitest";
import {
  createOneShotEnv,
  discrete,
  envIds,
  envSpec,
  makeEnv,
  type ObservationPart,
  registerEnv,
  type Scenario,
} from "../../../env/index.ts";
import { InputError } from "../../../env/model/errors.ts";
import { evaluator } from "../../../env/sim/objectives/evaluator.ts";
import { diamondScenario, supportScenario, takenBy } from "./scenarios.ts";

const make =
  (id: string, options: object = {}) =>
  () =>
    makeEnv(id, { scenario: diamondScenario, ...options });

const groupCountOnly = ({ grouping: { groupCount } }: Scenario): ObservationPart<number> => ({
  space: discrete(groupCount + 1),
  needsStartTimes: false,
  observe: () => groupCount,
});

describe("the registry", () => {
  test("makes every env that it lists, each under its own id", () => {
    expect(envIds()).toEqual([
      "Embedding/Tables-v1",
      "Hybrid/Plan-v1",
      "Pipeline/Assign-v1",
      "Pipeline/Cuts-v1",
      "Placement/OneShot-v1",
      "Placement/Progressive-v1",
      "Placement/Refine-v1",
      "Provision/Types-v1",
      "Reduction/Program-v1",
      "Sharding/Mesh-v1",
    ]);
    for (const id of envIds()) {
      const { metadata } = makeEnv(id, { scenario: takenBy(id, diamondScenario) });
      expect(metadata).toMatchObject({ id, plans: envSpec(id).plans });
    }
  });

  test("types an env by its id, and by the observation that it is given", () => {
    const scenario = diamondScenario;
    const groups: Float32Array = makeEnv("Placement/Refine-v1", { scenario }).reset().observation.groups;
    const placed: Int32Array = makeEnv("Placement/OneShot-v1", { scenario }).actionSpace.sizes;
    const own = makeEnv("Placement/Progressive-v1", { scenario, observation: groupCountOnly });
    const count: number = own.reset().observation;
    expect([groups.length > 0, placed.length, count]).toEqual([true, count, scenario.grouping.groupCount]);
    const piped = { ...scenario, objective: "iteration" } as const;
    const { stage } = makeEnv("Pipeline/Cuts-v1", { scenario: piped }).reset().observation;
    const { groupOf } = makeEnv("Pipeline/Assign-v1", { scenario: piped }).reset().observation;
    expect([...stage, ...groupOf]).toEqual([-1, -1, -1, -1, 0, 1, 2, 3]);
    // @ts-expect-error: the observation is a number here
    expect(own.reset().observation.groups).toBeUndefined();
  });

  test("names the newest version where an unknown one is asked for", () => {
    expect(make("Placement/Refine-v0")).toThrow(
      new InputError("Placement/Refine-v0 is not known; the newest is v1."),
    );
  });

  test("asks for a version where none is given", () => {
    expect(make("Placement/OneShot")).toThrow(
      "Placement/OneShot has no version; the newest is Placement/OneShot-v1.",
    );
  });

  test("suggests the nearest id for a mistyped one and lists all", () => {
    expect(make("Placement/Refien-v1")).toThrow(
      'Env "Placement/Refien-v1" is not known. Did you mean "Placement/Refine-v1"?',
    );
  });

  test("refuses options that an env does not know, and an evaluator of another scenario", () => {
    expect(make("Placement/Progressive-v1", { rewrad: "dense" })).toThrow(
      /the option "rewrad".*Did you mean "reward"/,
    );
    expect(make("Placement/OneShot-v1", { start: "random" })).toThrow(/does not know the option "start"/);
    expect(make("Placement/OneShot-v1", { scenario: undefined })).toThrow(/needs the option "scenario"/);
    expect(make("Placement/OneShot-v1", { evaluator: evaluator(supportScenario) })).toThrow(
      'The evaluator is for scenario "support", not for the env\'s own "diamond".',
    );
  });

  test("refuses objectives that score none of an env's plans", () => {
    expect(make("Pipeline/Cuts-v1")).toThrow(
      "Pipeline/Cuts-v1 answers pipelines, which the objective makespan does not score; take iteration or throughput.",
    );
  });

  test("takes envs of others, once for each id", () => {
    const spec = { id: "Mine/Own-v3", summary: "", create: createOneShotEnv as never };
    registerEnv(spec);
    expect(envIds()).toContain("Mine/Own-v3");
    expect(make("Mine/Own-v2")).toThrow("Mine/Own-v2 is not known; the newest is v3.");
    expect(() => registerEnv(spec)).toThrow(/registered already/);
    expect(() => registerEnv({ ...spec, id: "Mine/Own" })).toThrow(/malformed; expected Namespace\/Name-vN/);
  });
});
