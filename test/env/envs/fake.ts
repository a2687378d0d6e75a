/**
 * A fake env with one fault that can be switched on, for tests of code that must notice a broken
 * env.
 *
 * It wraps an honest env. A fault replaces some of its methods and breaks exactly one law. Without
 * a fault the fake is as good as the env inside. Each fault has been seen in published
 * environments, or is one that a first version easily has.
 */

import type { ActionMask, Env, Step } from "../../../env/contract.ts";
import type { PlacementObservation } from "../../../env/index.ts";
import { asPlacement } from "../../../env/model/plan/plan.ts";
import { createRng } from "../../../env/model/rng.ts";

export type FakeInner = Env<PlacementObservation, number>;
type PlacementStep = Step<PlacementObservation>;

/** The fake; `fault` null for none. */
export function createFakeEnv(inner: FakeInner, fault: FaultName | null): FakeInner {
  const honest: FakeInner = {
    metadata: inner.metadata,
    observationSpace: inner.observationSpace,
    actionSpace: inner.actionSpace,
    scenario: inner.scenario,
    get unwrapped() {
      return inner.unwrapped;
    },
    reset: (options) => inner.reset(options),
    step: (action) => inner.step(action),
    render: () => inner.render(),
    close: () => inner.close(),
    plan: () => inner.plan(),
    clone: () => createFakeEnv(inner.clone(), fault),
    state: () => inner.state(),
    restore: (state) => inner.restore(state),
  };
  return fault === null ? honest : Object.defineProperties(honest, descriptorsOf(faults[fault](inner)));
}

const descriptorsOf = (changes: Partial<FakeInner>) => Object.getOwnPropertyDescriptors(changes);

/** Shared by all fakes on purpose: randomness that no seed controls. */
let hiddenCounter = 0;

/** What each fault replaces, given the honest env. */
const faults = {
  "observation outside its space": (env) =>
    afterStep(env, (step) => ({ ...step, observation: { ...step.observation, current: 1e6 } })),

  "seed ignored": (env) => ({ reset: ({ options } = {}) => env.reset({ options }) }),

  "randomness that no seed controls": (env) =>
    afterStep(env, (step) => ({ ...step, info: { ...step.info, drawn: hiddenCounter++ } })),

  "reward not finite": (env) => afterStep(env, (step) => ({ ...step, reward: Number.NaN })),

  "terminated is a number": (env) =>
    afterStep(env, (step) => ({ ...step, terminated: Number(step.terminated) as unknown as boolean })),

  "reward sign inverted": (env) => afterStep(env, (step) => ({ ...step, reward: -step.reward })),

  "mask too wide": (env) => withMask(env, (mask) => new Uint8Array(mask.length).fill(1)),

  "mask too narrow": (env) =>
    withMask(env, (mask) =>
      mask.map((bit, i) => (i === mask.lastIndexOf(1) && i !== mask.indexOf(1) ? 0 : bit)),
    ),

  "no mask": (env) => ({
    reset: (options) => ({ ...env.reset(options), info: {} as never }),
    step: (action) => ({ ...env.step(action), info: {} as never }),
  }),

  "clone shares its state": (env) => {
    const self: Partial<FakeInner> = {};
    self.clone = () => createFakeEnv(env, "clone shares its state");
    return self;
  },

  "clone starts over": (env) => ({
    clone() {
      const copy = env.clone();
      copy.reset({ seed: "another" });
      return copy;
    },
  }),

  "state without randomness": (env) => ({
    state: () => ({ ...(env.state() as object), rng: createRng("forgotten").state() }),
  }),

  "state not JSON-safe": (env) => ({
    state: () => ({ ...(env.state() as object), device: asPlacement(env.plan()).device }),
  }),

  "observation buffer reused": (env) => {
    let buffer: Int32Array | null = null;
    return afterStep(env, (step) => {
      buffer ??= step.observation.placement.slice();
      buffer.set(step.observation.placement);
      return { ...step, observation: { ...step.observation, placement: buffer } };
    });
  },

  "plan of unknown devices": (env) => ({
    plan() {
      const plan = asPlacement(env.plan());
      return { ...plan, device: plan.device.fill(-1, -1) };
    },
  }),

  "plan of an earlier step": (env) => {
    const first = asPlacement(env.plan());
    return { plan: () => ({ ...first, device: first.device.slice() }) };
  },

  "episodes never end": (env) => {
    let last: PlacementStep | null = null;
    return {
      step(action) {
        if (last !== null) return last;
        const step = env.step(action);
        if (!step.terminated) return step;
        const actionMask = new Uint8Array(step.info.actionMask.length).fill(1);
        last = { ...step, reward: 0, terminated: false, info: { ...step.info, actionMask } };
        return { ...last, reward: step.reward };
      },
    };
  },

  "steps after the end": (env) => {
    let last: PlacementStep | null = null;
    return {
      reset(options) {
        last = null;
        return env.reset(options);
      },
      step(action) {
        if (last !== null) return last;
        const step = env.step(action);
        if (step.terminated) last = step;
        return step;
      },
    };
  },

  "steps before reset": (env) => {
    let isReset = false;
    return {
      reset(options) {
        isReset = true;
        return env.reset(options);
      },
      step(action) {
        if (!isReset) env.reset();
        isReset = true;
        return env.step(action);
      },
    };
  },

  "actions wrapped around": (env) => {
    const count = env.scenario.cluster.devices.length;
    return { step: (action) => env.step(((action % count) + count) % count) };
  },

  "closes only once": (env) => {
    let closed = false;
    return {
      close() {
        if (closed) throw new Error("already closed");
        closed = true;
        env.close();
      },
    };
  },

  "renders no text": (env) => ({
    render() {
      env.render();
      return undefined as unknown as string;
    },
  }),

  "rendering moves the env": (env) => ({
    render() {
      const picture = env.render();
      env.reset();
      return picture;
    },
  }),
} satisfies Record<string, (env: FakeInner) => Partial<FakeInner>>;

export type FaultName = keyof typeof faults;
export const faultNames = Object.keys(faults) as FaultName[];

function afterStep(env: FakeInner, change: (step: PlacementStep) => PlacementStep): Partial<FakeInner> {
  return { step: (action) => change(env.step(action)) };
}

function withMask(env: FakeInner, change: (mask: ActionMask) => ActionMask): Partial<FakeInner> {
  return {
    reset(options) {
      const reset = env.reset(options);
      return { ...reset, info: { ...reset.info, actionMask: change(reset.info.actionMask) } };
    },
    step(action) {
      const step = env.step(action);
      return { ...step, info: { ...step.info, actionMask: change(step.info.actionMask) } };
    },
  };
}
