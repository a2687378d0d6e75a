import { describe, expect, test } from "vitest";
import type { Env } from "../../../env/contract.ts";
import {
  asPlacement,
  checkEnv,
  createRefineEnv,
  envIds,
  episodeStatistics,
  formatReport,
  makeEnv,
  normaliseReward,
  type Plan,
  timeLimit,
  Wrapper,
  withDispatch,
} from "../../../env/index.ts";
import { testScenario } from "../../../env/model/test-scenario.ts";
import { evaluator } from "../../../env/sim/objectives/evaluator.ts";
import { drawnFrom } from "../../law-runs.ts";
import { createFakeEnv, type FaultName, faultNames } from "../envs/fake.ts";
import { fixedScenarios, supportScenario, takenBy } from "../envs/scenarios.ts";

const fake = (fault: FaultName | null) => () =>
  createFakeEnv(createRefineEnv({ scenario: supportScenario, start: "random" }), fault) as Env;

describe("checkEnv passes", () => {
  const variants = envIds().flatMap((id) => {
    const options = {
      "Placement/Progressive-v1": [{}, { reward: "dense" }],
      "Placement/Refine-v1": [{}, { start: "random" }, { start: "best" }],
      "Pipeline/Assign-v1": [{}, { contiguity: "contiguous" }, { contiguity: "mixed", groups: 3 }],
      "Pipeline/Cuts-v1": [{}, { lastStage: "rest", share: "dealt", schedule: "pipedream", recompute: true }],
      // The law on masks tries every action, of which there are 16 a substitution by default.
      "Rewrite/Graph-v1": [{ places: 2 }],
    }[id] ?? [{}];
    return options.flatMap((more) =>
      drawnFrom(fixedScenarios, `check ${id} ${JSON.stringify(more)}`).map((scenario) => {
        return { id, scenario: takenBy(id, scenario), more };
      }),
    );
  });

  test.each(variants)("on $id, scenario $scenario.name, options $more", ({ id, scenario, more }) => {
    const report = checkEnv(() => makeEnv(id, { scenario, ...more }));
    expect(report.checks.filter((check) => !check.ok)).toEqual([]);
    expect(report).toMatchObject({ id, ok: true });
  });

  test.each(envIds())("on %s inside every wrapper", (id) => {
    const options = {
      scenario: takenBy(id, supportScenario),
      ...(id === "Rewrite/Graph-v1" && { places: 2 }),
    };
    const report = checkEnv(() => normaliseReward(timeLimit(episodeStatistics(makeEnv(id, options)), 3)));
    expect(report.checks.filter((check) => !check.ok)).toEqual([]);
  });

  test("and says so where no episode came to a score", () => {
    const report = checkEnv(() =>
      timeLimit(makeEnv("Placement/Progressive-v1", { scenario: supportScenario }), 2),
    );
    expect(report.ok).toBe(true);
    expect(report.checks.find(({ name }) => name === "rewards telescope")!.sentence).toBe(
      "not applicable: every episode was cut off before it had a score.",
    );
  });

  test("on a fake without a fault", () => {
    expect(checkEnv(fake(null)).checks.filter((check) => !check.ok)).toEqual([]);
  });
});

describe("checkEnv picks its laws", () => {
  const named = (plans: unknown) => () => {
    const env = createRefineEnv({ scenario: supportScenario }) as Env;
    return Object.defineProperty(env, "metadata", { value: { ...env.metadata, plans } });
  };

  test("by the kinds of plan that an env answers", () => {
    const lawNames = (plans: string[]) => checkEnv(named(plans)).checks.map(({ name }) => name);
    const other = lawNames(["another kind"]);
    for (const kinds of [["placement"], ["pipeline"], ["pipeline", "placement"]])
      expect(lawNames(kinds)).toEqual([...other, "rewards telescope", "plans"]);
    expect(other).toEqual(expect.arrayContaining(["seeds", "masks", "clones", "saved state"]));
  });

  test.each([undefined, [], "placement"])("and asks for the kinds where they are %j", (plans) => {
    const { checks } = checkEnv(named(plans));
    expect(checks.find(({ name }) => name === "metadata")).toMatchObject({
      ok: false,
      sentence: `metadata.plans is ${JSON.stringify(plans)}; list the kinds of plan that plan() answers, such as ["placement"].`,
    });
  });
});

describe("checkEnv and plans with an order of ops", () => {
  /** Op c before op b, so that d on the other device need not wait for b. */
  const opPriority = Float64Array.of(0, 2, 1, 3);
  const graph = "a 10 10B\nb 50 <- a\nc 10 10B <- a\nd 100 <- c";
  const scenario = withDispatch(testScenario({ graph }), "ready");

  class Ordered<Observation, Action> extends Wrapper<Observation, Action> {
    protected readonly wrapperName = "ordered";
    override plan(): Plan {
      return { ...asPlacement(this.inner.plan()), opPriority: opPriority.slice() };
    }
    protected around(inner: Env<Observation, Action>) {
      return new Ordered(inner);
    }
    protected ownState() {
      return null;
    }
    protected restoreOwn() {}
  }

  const ordered = (scored: boolean) => () => {
    const inner = evaluator(scenario);
    const evaluate = (plan: Plan) => inner.evaluate(scored ? { ...asPlacement(plan), opPriority } : plan);
    const score = Object.create(inner, { evaluate: { value: evaluate } });
    return new Ordered(createRefineEnv({ scenario, evaluator: score, start: [0, 0, 0, 1] })) as Env;
  };

  test("passes where the order was scored", () => {
    expect(asPlacement(ordered(true)().plan()).opPriority).toEqual(opPriority);
    expect(checkEnv(ordered(true)).checks.filter((check) => !check.ok)).toEqual([]);
  });

  test("fails where the env scored its plans without the order", () => {
    const broken = checkEnv(ordered(false)).checks.filter((check) => !check.ok);
    expect(broken.map(({ name }) => name)).toContain("plans");
  });
});

describe("checkEnv fails", () => {
  /** The law that each fault breaks, and what its sentence must say. */
  const expected: Record<FaultName, readonly [law: string, sentence: RegExp]> = {
    "observation outside its space": ["step", /step 0: the observation is outside Dict/],
    "seed ignored": ["seeds", /The same seed again resets otherwise: observation/],
    "randomness that no seed controls": ["seeds", /Two envs of one seed differ, at step 0: info\.drawn/],
    "reward not finite": ["step", /step 0: the reward is NaN, expected a finite number/],
    "terminated is a number": ["step", /step 0: terminated is 0, expected a boolean/],
    "reward sign inverted": [
      "rewards telescope",
      /the cost went from \d+ to \d+, but the rewards sum to -?\d+/,
    ],
    "mask too wide": ["masks", /step 2: the mask allows 0, but step refuses it: .*group 2 may not be placed/],
    "mask too narrow": ["masks", /step 0: the mask forbids 2, but step accepts it/],
    "no mask": ["reset", /reset: info\.actionMask is undefined, expected a Uint8Array/],
    "clone shares its state": ["clones", /Stepping a clone changed the original/],
    "clone starts over": ["clones", /A clone has another state/],
    "state without randomness": ["saved state", /A restored env's next episode differs/],
    "state not JSON-safe": ["saved state", /The state does not survive JSON: device is of type Int32Array/],
    "observation buffer reused": [
      "returned values",
      /A returned value was changed by a later step: observation\.placement/,
    ],
    "plan of unknown devices": ["plans", /Op "d" is placed on device -1, expected 0\.\.2/],
    "plan of an earlier step": ["plans", /the plan costs \d+, but info\.outcome says \d+/],
    "episodes never end": ["episodes end", /The episode did not end within 500 steps/],
    "steps after the end": ["order of calls", /A step after the end was accepted/],
    "steps before reset": ["order of calls", /A step before the first reset was accepted/],
    "actions wrapped around": ["invalid actions", /The action null, outside Discrete\(3\), was accepted/],
    "closes only once": ["close", /already closed/],
    "renders no text": ["render", /render answered undefined, expected text/],
    "rendering moves the env": ["render", /Rendering changed the state/],
  };

  test.each(faultNames)("on the fault: %s", (fault) => {
    const [law, sentence] = expected[fault];
    const report = checkEnv(fake(fault));
    expect(report.ok).toBe(false);
    const check = report.checks.find(({ name }) => name === law)!;
    expect(check.sentence).toMatch(sentence);
    expect(check.ok).toBe(false);
  });

  test("with a report that a person can read", () => {
    const text = formatReport(checkEnv(fake("closes only once")));
    expect(text).toMatch(/^Placement\/Refine-v1: 1 of 16 laws are broken\n/);
    expect(text).toMatch(/\n {2}FAIL {2}close +The env threw: already closed\n/);
    expect(text.split("\n")).toHaveLength(17);
    expect(formatReport(checkEnv(fake(null)))).toMatch(/^Placement\/Refine-v1: all 16 laws hold\n/);
  });
});
