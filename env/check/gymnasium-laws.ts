/**
 * The laws of the Gymnasium contract, after the checks of Gymnasium's `check_env` (Towers et al.,
 * 2024). They are about metadata, spaces, the order of calls, answers of reset and step, seeds,
 * returned values, render and close.
 */
import type { Env, Info, Reset, Step } from "../contract.ts";
import { createRng } from "../model/rng.ts";
import { insistEqual, insistSamePlay, isOver, legalAction, playOn, seeds, stepLimit } from "./episode.ts";
import { insist, insistRefused, type Law } from "./law.ts";

const SEED = 12345;

export const gymnasiumLaws: readonly Law[] = [
  {
    name: "metadata",
    check(make) {
      const { metadata, unwrapped } = make();
      insist(/-v\d+$/.test(metadata.id), `metadata.id is "${metadata.id}", expected a version at its end.`);
      insist(
        Array.isArray(metadata.renderModes) && metadata.renderModes.every((mode) => typeof mode === "string"),
        "metadata.renderModes must be a list of strings.",
      );
      insist(
        Array.isArray(metadata.plans) && metadata.plans.length > 0,
        `metadata.plans is ${JSON.stringify(metadata.plans)}; list the kinds of plan that plan() answers, such as ["placement"].`,
      );
      insist(unwrapped.unwrapped === unwrapped, "unwrapped is wrapped itself: it must be the innermost env.");
      return `${metadata.id}, renders ${metadata.renderModes.join(", ") || "nothing"}.`;
    },
  },
  {
    name: "spaces",
    check(make) {
      const { actionSpace, observationSpace } = make();
      for (const space of [actionSpace, observationSpace]) {
        for (let i = 0; i < 20; i++) {
          const sample = space.sample(createRng(i));
          insist(space.contains(sample), `${space.describe()} does not contain its own sample of seed ${i}.`);
          insistEqual(
            `${space.describe()}, sampled twice from seed ${i}`,
            sample,
            space.sample(createRng(i)),
          );
        }
        insist(!space.contains(undefined), `${space.describe()} says that it contains undefined.`);
      }
      return `actions in ${actionSpace.describe()}.`;
    },
  },
  {
    name: "order of calls",
    check(make) {
      const env = make();
      insistRefused(() => env.step(env.actionSpace.sample(createRng(SEED))), "A step before the first reset");
      const steps = playOn(env, env.reset({ seed: SEED }), createRng(SEED));
      const extra = env.actionSpace.sample(createRng(SEED));
      if (isOver(steps[steps.length - 1])) insistRefused(() => env.step(extra), "A step after the end");
      env.reset();
      return "a step before reset and one after the end are refused; reset starts again.";
    },
  },
  {
    name: "reset",
    check(make) {
      const env = make();
      for (const options of [undefined, {}, { seed: SEED }, { seed: "text" }, { seed: SEED, options: {} }]) {
        const reset = env.reset(options);
        checkAnswer(env, "reset", reset);
        checkMask(env, "reset", reset.info);
      }
      return "answers an observation of its space and a mask, with and without seed and options.";
    },
  },
  {
    name: "step",
    check(make) {
      const env = make();
      const steps = playOn(env, env.reset({ seed: SEED }), createRng(SEED));
      steps.forEach((step, i) => {
        checkStep(env, i, step);
      });
      return `${steps.length} steps: observations in their space, finite rewards, boolean ends.`;
    },
  },
  {
    name: "episodes end",
    check(make) {
      const env = make();
      const steps = playOn(env, env.reset({ seed: SEED }), createRng(SEED));
      insist(isOver(steps[steps.length - 1]), `The episode did not end within ${stepLimit(env)} steps.`);
      return `after ${steps.length} ${steps.length === 1 ? "step" : "steps"}.`;
    },
  },
  {
    name: "invalid actions",
    check(make) {
      const env = make();
      env.reset({ seed: SEED });
      const before = env.state();
      for (const action of [undefined, null, -1, 1e9, 0.5, "0", new Int32Array(0), Float32Array.of(0.5)]) {
        if (env.actionSpace.contains(action)) continue;
        const shown = ArrayBuffer.isView(action) ? `an empty or float array` : String(action);
        insistRefused(() => env.step(action), `The action ${shown}, outside ${env.actionSpace.describe()},`);
        insistEqual("A refused action changed the state", before, env.state());
      }
      return "actions outside the space are refused and change nothing.";
    },
  },
  {
    name: "seeds",
    check(make) {
      const [a, b] = [make(), make()];
      const first = [createRng(SEED), createRng(SEED)] as const;
      const resets = [a.reset({ seed: SEED }), b.reset({ seed: SEED })] as const;
      insistSamePlay("Two envs of one seed differ", [a, resets[0]], [b, resets[1]], first);
      const second = [createRng(1), createRng(1)] as const;
      insistSamePlay("Their next, unseeded episodes differ", [a, a.reset()], [b, b.reset()], second);

      insistEqual("The same seed again resets otherwise", resets[0], a.reset({ seed: SEED }));
      return "whole episodes repeat from the seed, and so do the unseeded ones after them.";
    },
  },
  {
    name: "returned values",
    check(make) {
      for (const seed of seeds) {
        const env = make();
        const reset = env.reset({ seed });
        const answers: { given: unknown; copy: unknown }[] = [];
        const steps = playOn(env, reset, createRng(seed), (last) => {
          answers.push({ given: last, copy: structuredClone(last) });
        });
        for (const { given, copy } of answers)
          insistEqual("A returned value was changed by a later step", copy, given);
        insistEqual("Writing to returned values changes the env", steps, playScribbled(make(), seed));
      }
      return "answers belong to the caller: later steps leave them alone, and writing to them changes nothing.";
    },
  },
  {
    name: "render",
    check(make) {
      const env = make();
      insistRefused(() => env.render(), "Rendering before the first reset");
      env.reset({ seed: SEED });
      const before = env.state();
      const picture = env.render();
      insist(typeof picture === "string" && picture !== "", `render answered ${picture}, expected text.`);
      insistEqual("Rendering changed the state", before, env.state());
      return "text, and it changes nothing.";
    },
  },
  {
    name: "close",
    check(make) {
      make().close();
      const env = make();
      const reset = env.reset({ seed: SEED });
      const action = legalAction(env, reset, createRng(SEED));
      env.close();
      env.close();
      insistRefused(() => env.step(action), "A step after close");
      return "may be called twice and before any reset; a closed env refuses steps.";
    },
  },
];

function checkAnswer(env: Env, where: string, { observation, info }: Reset<unknown>): void {
  insist(
    env.observationSpace.contains(observation),
    `${where}: the observation is outside ${env.observationSpace.describe()}.`,
  );
  insist(typeof info === "object" && info !== null, `${where}: info is ${info}, expected an object.`);
  insist(
    info.actionMask instanceof Uint8Array,
    `${where}: info.actionMask is ${info.actionMask}, expected a Uint8Array.`,
  );
  insist(
    info.actionMask.every((bit) => bit === 0 || bit === 1),
    `${where}: info.actionMask holds something else than 0 and 1.`,
  );
}

/** Sampling throws a sentence on a mask of the wrong length and on one that allows nothing. */
function checkMask(env: Env, where: string, { actionMask }: Info): void {
  const action = env.actionSpace.sample(createRng(SEED), actionMask);
  insist(env.actionSpace.contains(action), `${where}: a masked sample lies outside the action space.`);
}

function checkStep(env: Env, index: number, step: Step<unknown>): void {
  const where = `step ${index}`;
  checkAnswer(env, where, step);
  insist(
    typeof step.reward === "number" && Number.isFinite(step.reward),
    `${where}: the reward is ${step.reward}, expected a finite number.`,
  );
  for (const name of ["terminated", "truncated"] as const)
    insist(typeof step[name] === "boolean", `${where}: ${name} is ${step[name]}, expected a boolean.`);
  if (!isOver(step)) checkMask(env, where, step.info);
}

/**
 * Plays the same episode as `playOn` from the seed. Every returned or given array is overwritten
 * after its use.
 */
function playScribbled(env: Env, seed: number): Step<unknown>[] {
  const rng = createRng(seed);
  const steps: Step<unknown>[] = [];
  let last: Reset<unknown> = env.reset({ seed });
  while (steps.length < stepLimit(env)) {
    const action = legalAction(env, last, rng);
    scribble(last);
    scribble(env.plan());
    const step = env.step(action);
    steps.push(structuredClone(step));
    if (isOver(step)) break;
    scribble(action);
    last = step;
  }
  return steps;
}

function scribble(value: unknown): void {
  if (ArrayBuffer.isView(value)) (value as Uint8Array).fill(7);
  else if (typeof value === "object" && value !== null) Object.values(value).forEach(scribble);
}
