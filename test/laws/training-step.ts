/**
 * Random training steps for laws. They have the forward ops of a small graph. For each of these
 * there is a backward op behind those of its consumers, mostly in its unit, a gradient of weights
 * and an update. Transfers cost about as much as runs.
 */
import fc from "fast-check";
import { readScenario, type Scenario, writeScenario } from "../../env/index.ts";
import { type DrawOptions, scenarioWithPlan } from "../env/sim/drawn-scenario.ts";

const layer = fc.record({
  us: fc.tuple(
    fc.integer({ min: 0, max: 4 }),
    fc.integer({ min: 0, max: 4 }),
    fc.integer({ min: 0, max: 5 }),
  ),
  bytes: fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })),
  params: fc.constantFrom(0, 0, 3),
  isTied: fc.constantFrom(true, true, true, false),
  inputs: fc.uniqueArray(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }),
});

export function trainingStep(
  options: DrawOptions & { readonly layers: number },
  set: (scenario: Scenario) => Scenario,
): fc.Arbitrary<Scenario> {
  return fc
    .record({
      draw: scenarioWithPlan({ ...options, maxOps: 1 }),
      layers: fc.array(layer, { minLength: options.layers - 1, maxLength: options.layers }),
      slowdown: fc.integer({ min: 1, max: 3 }),
    })
    .map(({ draw, layers, slowdown }) => {
      const { groups: _groups, ...file } = writeScenario(set(draw.scenario));
      const kinds = [...new Set(draw.scenario.cluster.devices.map(({ kind }) => kind))];
      const times = (us: number) =>
        Object.fromEntries(kinds.map((kind) => [kind, kind === "slow" ? us * slowdown : us]));
      const inputsOf = layers.map(({ inputs }, v) => inputs.map((back) => v - back).filter((u) => u >= 0));
      const forward = layers.map(({ us, bytes, isTied, params }, v) => ({
        name: `f${v}`,
        measuredUs: times(us[0]),
        outputs: [bytes[0]],
        parameterBytes: params,
        ...(isTied && { colocation: `layer ${v}` }),
        inputs: inputsOf[v].map((u) => [`f${u}`, 0]),
      }));
      const backward = [...layers.keys()].reverse().flatMap((v) => {
        const { us, bytes, isTied } = layers[v];
        const home = { colocation: isTied ? `layer ${v}` : `back ${v}`, twin: `f${v}` };
        const consumers = [...layers.keys()].filter((w) => inputsOf[w].includes(v));
        const gradients = consumers.map((w) => [`b${w}`, 0]);
        const saved = [`f${v}`, -1];
        return [
          {
            name: `b${v}`,
            role: "backward",
            measuredUs: times(us[1]),
            outputs: [bytes[1]],
            ...home,
            inputs: [...gradients, saved],
          },
          {
            name: `w${v}`,
            role: "backward",
            measuredUs: times(us[2]),
            outputs: [1],
            ...home,
            inputs: [...gradients, saved],
          },
          { name: `u${v}`, role: "update", measuredUs: times(1), ...home, inputs: [[`w${v}`, 0]] },
        ];
      });
      const graph = { ...file.graph, ops: [...forward, ...backward] };
      return readScenario({ ...file, graph } as typeof file, "training step");
    });
}
