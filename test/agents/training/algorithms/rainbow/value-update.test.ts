/** Noisy layers, streams and the loss: gradients against finite differences; masked targets. */
import { beforeAll, expect, test } from "vitest";
import { loadTf } from "../../../../../agents/tensors/tf.ts";
import type { Tensor, Tf } from "../../../../../agents/tensors/types.ts";
import { createAdam } from "../../../../../agents/training/adam.ts";
import type { Transition } from "../../../../../agents/training/algorithms/rainbow/replay-memory.ts";
import {
  bestLegal,
  copyWeights,
  expectedReturns,
  probabilitiesOf,
  type ValueNetwork,
  valueNetwork,
} from "../../../../../agents/training/algorithms/rainbow/value-network.ts";
import {
  crossEntropies,
  improveValues,
  targetsOf,
} from "../../../../../agents/training/algorithms/rainbow/value-update.ts";
import { createRng } from "../../../../../env/index.ts";
import { testBackend } from "../../../tensors/test-backend.ts";

const atoms = { low: -1, high: 1, count: 5 };
const size = { columns: 3, actions: 3, hidden: 4, atoms, dueling: true, noise: 0.5 };
/** Far from the kinks of relu, where differences say nothing. */
function numbers(length: number): Float32Array {
  const rng = createRng("rows 1");
  return Float32Array.from({ length }, () => rng.normal());
}

const transition = (given: Partial<Transition> = {}): Transition => ({
  state: new Uint8Array(0),
  action: 1,
  reward: 0.25,
  next: new Uint8Array(0),
  nextMask: Uint8Array.of(1, 1, 1),
  discount: 1,
  ...given,
});

let tf: Tf;
beforeAll(async () => {
  ({ tf } = await loadTf(testBackend));
});

function lossOf(network: ValueNetwork, targets: Float32Array, rows: Float32Array, noise: unknown): Tensor {
  const transitions = [transition({ action: 2 }), transition({ action: 0 })];
  return tf.sum(crossEntropies(tf, network, { transitions, rows }, targets, noise as never));
}

test.each([
  { dueling: true, noise: 0.5 },
  { dueling: false, noise: 0.5 },
  { dueling: true, noise: 0 },
])("has the gradients of finite differences in every weight, %o", (given) => {
  const network = valueNetwork(tf, { ...size, ...given }, createRng("gradients"));
  const noise = network.drawNoise(createRng("noise"));
  const rows = numbers(6);
  const targets = Float32Array.of(0.1, 0.2, 0.3, 0.4, 0, 0, 0.5, 0, 0.5, 0);
  const loss = () => lossOf(network, targets, rows, noise);
  const { grads } = tf.variableGrads(() => loss() as never, [...network.weights.list]);
  let largest = 0;
  for (const variable of network.weights.list) {
    const found = grads[variable.name].dataSync();
    const before = Float32Array.from(variable.dataSync());
    const at = (i: number, value: number) => {
      const moved = before.slice();
      moved[i] = value;
      variable.assign(tf.tensor(moved, variable.shape) as never);
      return loss().dataSync()[0];
    };
    const step = 2e-3;
    for (let i = 0; i < before.length; i += 3) {
      const wanted = (at(i, before[i] + step) - at(i, before[i] - step)) / (2 * step);
      expect(Math.abs(found[i] - wanted), `${variable.name} ${i}`).toBeLessThan(0.02);
      largest = Math.max(largest, Math.abs(wanted));
    }
    variable.assign(tf.tensor(before, variable.shape) as never);
  }
  expect(largest).toBeGreaterThan(0.1);
  network.weights.dispose();
});

test("a noisy layer without noise is the layer of its means, and noise moves it", () => {
  const network = valueNetwork(tf, size, createRng(2));
  const rows = numbers(3);
  const still = probabilitiesOf(tf, network, rows, null);
  const none = network.drawNoise(createRng(3)).map((noise) => ({
    inputs: new Float32Array(noise!.inputs.length),
    outputs: new Float32Array(noise!.outputs.length),
  }));
  expect(probabilitiesOf(tf, network, rows, none)).toEqual(still);
  expect(probabilitiesOf(tf, network, rows, network.drawNoise(createRng(3)))).not.toEqual(still);
  const plain = valueNetwork(tf, { ...size, noise: 0 }, createRng(2));
  expect(plain.drawNoise(createRng(3))).toEqual([null, null]);
  expect(plain.weights.list.length).toBe(network.weights.list.length - 4);
  for (const each of [network, plain]) each.weights.dispose();
});

test("the online network chooses among legal actions, the target network judges", () => {
  const online = valueNetwork(tf, size, createRng(4));
  const target = valueNetwork(tf, size, createRng(5));
  const nextRows = numbers(3);
  const judged = probabilitiesOf(tf, target, nextRows, null);
  const liked = expectedReturns(atoms, probabilitiesOf(tf, online, nextRows, null));
  for (const mask of [Uint8Array.of(1, 1, 1), Uint8Array.of(0, 1, 1), Uint8Array.of(1, 0, 0)]) {
    const best = bestLegal(liked, 0, mask);
    expect(mask[best]).toBe(1);
    const found = targetsOf(
      tf,
      { online, target },
      {
        transitions: [transition({ reward: 0, nextMask: mask })],
        rows: nextRows,
        nextRows,
        weights: Float32Array.of(1),
      },
      { chooser: online, noises: { online: [null, null], target: [null, null] } },
    );
    const own = judged.subarray(best * atoms.count, (best + 1) * atoms.count);
    found.forEach((mass, i) => {
      expect(mass).toBeCloseTo(own[i], 5);
    });
  }
  for (const each of [online, target]) each.weights.dispose();
});

test("many steps on one ended transition bring its value to its reward, and tensors stay flat", () => {
  const online = valueNetwork(tf, { ...size, noise: 0.1 }, createRng(6));
  const target = valueNetwork(tf, { ...size, noise: 0.1 }, createRng(6));
  const adam = createAdam(tf, online.weights.list, { learningRate: 0.04 });
  const rows = numbers(3);
  const batch = {
    transitions: [transition({ reward: -0.5, discount: 0 })],
    rows,
    nextRows: rows,
    weights: Float32Array.of(1),
  };
  const steps = createRng(7);
  const first = improveValues(tf, { online, target }, adam, batch, { isDouble: true, rng: steps });
  const before = tf.memory().numTensors;
  let last = first;
  for (let i = 0; i < 60; i++)
    last = improveValues(tf, { online, target }, adam, batch, { isDouble: true, rng: steps });
  expect(tf.memory().numTensors).toBe(before);
  expect(last.errors[0]).toBeLessThan(first.errors[0]);
  expect(expectedReturns(atoms, probabilitiesOf(tf, online, rows, null))[1]).toBeCloseTo(-0.5, 1);
  copyWeights(online, target);
  expect(probabilitiesOf(tf, target, rows, null)).toEqual(probabilitiesOf(tf, online, rows, null));
  adam.dispose();
  for (const each of [online, target]) each.weights.dispose();
});
