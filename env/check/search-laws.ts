/**
 * The laws that search adds to Gymnasium's, for envs of every kind of plan. Masks tell the truth;
 * clones and saved states go on exactly as the original.
 */
import type { ActionMask, Env, Reset, Space } from "../contract.ts";
import { createRng } from "../model/rng.ts";
import type { Discrete } from "../spaces/discrete.ts";
import type { MultiDiscrete } from "../spaces/multi-discrete.ts";
import { insistEqual, insistSamePlay, isOver, legalAction, playOn } from "./episode.ts";
import { BrokenLaw, insist, insistRefused, type Law } from "./law.ts";

const SEED = 2718;
/** How many components of one action the mask law tries. */
const COMPONENTS = 24;
/** The mask law looks at the first steps, and at some later ones. */
const looksAt = (index: number): boolean => index < 24 || index % 16 === 0;

export const searchLaws: readonly Law[] = [
  {
    name: "masks",
    check(make) {
      const env = make();
      let tried = 0;
      const steps = playOn(env, env.reset({ seed: SEED }), createRng(SEED), (last, index) => {
        if (!looksAt(index)) return;
        for (const { action, legal } of candidates(env, last)) {
          tried++;
          const complaint = refusal(env.clone(), action);
          if (legal && complaint !== null)
            throw new BrokenLaw(
              `step ${index}: the mask allows ${show(action)}, but step refuses it: ${complaint}`,
            );
          insist(
            legal || complaint !== null,
            `step ${index}: the mask forbids ${show(action)}, but step accepts it.`,
          );
        }
      });
      const end = steps[steps.length - 1];
      insist(
        !isOver(end) || end.info.actionMask.every((bit) => bit === 0),
        "The mask allows actions after the episode's end.",
      );
      return `an action is legal exactly where step accepts it (${tried} actions tried).`;
    },
  },
  {
    name: "clones",
    check(make) {
      const { env, last } = halfway(make);
      const before = env.state();
      const clone = env.clone();
      insist(clone !== env, "clone answered the env itself.");
      insistEqual("A clone has another state", before, clone.state());
      playOn(clone, last, createRng("elsewhere"));
      insistEqual("Stepping a clone changed the original", before, env.state());

      const rngs = [createRng(1), createRng(1)] as const;
      const copy = env.clone();
      insistSamePlay("A clone goes on otherwise than the original", [env, last], [copy, last], rngs);
      const next = [createRng(2), createRng(2)] as const;
      insistSamePlay("A clone's next episode differs", [env, env.reset()], [copy, copy.reset()], next);
      return "go on like the original and leave it alone.";
    },
  },
  {
    name: "saved state",
    check(make) {
      const { env, last } = halfway(make);
      const saved = env.state();
      const text = JSON.stringify(saved);
      insistEqual("The state does not survive JSON", saved, JSON.parse(text));
      const restored = make();
      restored.restore(JSON.parse(text));
      insistEqual("The restored env has another state", saved, restored.state());
      const rngs = [createRng(1), createRng(1)] as const;
      insistSamePlay("A restored env goes on otherwise", [env, last], [restored, last], rngs);
      const next = [createRng(2), createRng(2)] as const;
      insistSamePlay(
        "A restored env's next episode differs",
        [env, env.reset()],
        [restored, restored.reset()],
        next,
      );
      for (const junk of [null, {}, "state", []])
        insistRefused(() => make().restore(junk), `Restoring ${JSON.stringify(junk)}`);
      return "survives JSON and goes on like the original; junk is refused.";
    },
  },
];

/** Actions that differ from one legal action in one component, with every value of it. */
function* candidates(env: Env, last: Reset<unknown>): Generator<{ action: unknown; legal: boolean }> {
  const space = env.actionSpace as Space<unknown>;
  const mask: ActionMask = last.info.actionMask;
  if (space.kind === "Discrete") {
    const { size, start } = space as Discrete;
    for (let i = 0; i < size; i++) yield { action: start + i, legal: mask[i] === 1 };
    return;
  }
  if (space.kind !== "MultiDiscrete") return;
  const { sizes, start, maskStart } = space as MultiDiscrete;
  const base = legalAction(env, last, createRng(SEED)) as Int32Array;
  const stride = Math.ceil(sizes.length / COMPONENTS);
  for (let component = 0; component < sizes.length; component += stride)
    for (let value = 0; value < sizes[component]; value++) {
      const action = base.slice();
      action[component] = start + value;
      yield { action, legal: mask[maskStart[component] + value] === 1 };
    }
}

function refusal(env: Env, action: unknown): string | null {
  try {
    env.step(action);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** An env in the middle of its second episode, with what it last answered. */
function halfway(make: () => Env): { env: Env; last: Reset<unknown> } {
  const env = make();
  const rng = createRng(SEED);
  const length = playOn(env, env.reset({ seed: SEED }), rng).length;
  let half = Math.floor(length / 2);
  for (;;) {
    let last: Reset<unknown> = env.reset();
    let taken = 0;
    while (taken < half) {
      const step = env.step(legalAction(env, last, rng));
      if (isOver(step)) break;
      last = step;
      taken++;
    }
    if (taken === half) return { env, last };
    // Other actions may end an episode earlier; the next try stops before that.
    half = taken;
  }
}

const show = (action: unknown) =>
  ArrayBuffer.isView(action) ? `[${(action as Int32Array).join(", ")}]` : `${action}`;
