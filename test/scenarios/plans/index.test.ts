/** What holds of every reader of plans. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asPlacement, InputError, placement, testScenario, validatePlan } from "../../../env/index.ts";
import { exporters, exportScenario } from "../../../results/export/index.ts";
import { importFile, planReaders, readPlanFile } from "../../../scenarios/index.ts";
import { drawn } from "../../law-runs.ts";

/** The CPU comes first; one op has the name of another as its scope. */
const scenario = testScenario({
  graph: `
    block.0.fc 1 8B params=8
    block.0.norm 1 8B params=8 <- block.0.fc
    "x" 1 8B params=8 <- block.0.norm
    block.1.fc 1 8B params=8 <- "x"
    head 1 params=8 <- block.1.fc`,
  devices: ["cpu", "GPU", "GPU", "TPU"],
});

describe.each(exporters.filter(({ subject }) => subject === "plan").map((each) => [each.name, each]))(
  "what the exporter %s writes",
  (name, exporter) => {
    test("is read back as the same plan", () => {
      fc.assert(
        fc.property(fc.array(fc.nat(3), { minLength: 5, maxLength: 5 }), (device) => {
          const plan = placement(device, name === "csv" ? [4, 3, 2, 1, 0] : undefined);
          const { text, notes } = exportScenario(exporter, scenario, plan);
          expect(notes).toEqual([]);
          // A map of every op to a number could be our own, so its format is named.
          const options = new Map(name === "csv" ? [] : [["format", "device-map"]]);
          const read = readPlanFile(scenario, { content: text, name: "plan", options }).plan;
          expect(Array.from(asPlacement(read).device)).toEqual(device);
          expect(asPlacement(read).opPriority).toEqual(plan.opPriority);
        }),
      );
    });
  },
);

const layers = "forward_compute_time=1, backward_compute_time=2, activation_size=4, parameter_size=8";
const samples: Readonly<Record<string, string>> = {
  "placement-gym": JSON.stringify({ plan: [0, 1], value: 3, feasible: true }),
  "device-map": JSON.stringify({ a: "cuda:0", b: "cpu" }),
  "dnn-partitioning": JSON.stringify({
    fpgas: [
      { load: -1, nodes: [1] },
      { load: -1, nodes: [2] },
    ],
    cpus: [],
  }),
  "pipedream-conf": JSON.stringify({ module_to_stage_map: [0, 1], stage_to_rank_map: { 0: [0], 1: [1] } }),
  torchgpipe: JSON.stringify({ balance: [1, 1], devices: [0, 1], chunks: 2, layers: ["a", "b"] }),
  "torch-pipelining": JSON.stringify({ split_spec: { b: "BEGINNING" }, n_microbatches: 2, devices: [0, 1] }),
  csv: 'op,device_name,priority\na,gpu:0,1\n"b",gpu:1,0\n',
  pipedream: `a -- Linear(8) -- ${layers} -- stage_id=1\nb -- Linear(8) -- ${layers} -- stage_id=0\n\ta -- b\n`,
  dot: 'digraph g { a [device="gpu:1"]; b [device="gpu:0"]; a -> b; }',
  graphml:
    '<graphml><key id="device" for="node" attr.name="device" attr.type="string"/><graph edgedefault="directed">' +
    '<node id="a"><data key="device">gpu:0</data></node><node id="b"/><edge source="a" target="b"/></graph></graphml>',
  tensorflow:
    'node { name: "a" op: "NoOp" device: "/device:GPU:1" }\nnode { name: "b" op: "NoOp" input: "^a" }\n',
};

describe.each(Object.entries(samples))("a damaged file of %s", (name, text) => {
  const graph = importFile(
    `a -- Linear(8) -- ${layers}\nb -- Linear(8) -- ${layers}\n\ta -- b\n`,
    "graph.txt",
  ).scenario;
  const small = { ...graph, meta: { aliases: { ids: [1, 2] } } };

  test("gives one sentence or a valid plan, whatever bytes are cut, swapped or doubled", () => {
    const damage = fc.tuple(fc.nat(text.length), fc.nat(12), fc.string({ maxLength: 6 }));
    fc.assert(
      fc.property(damage, ([at, length, insert]) => {
        const content = text.slice(0, at) + insert + text.slice(at + length);
        for (const options of [new Map<string, string>(), new Map([["format", name]])]) {
          try {
            validatePlan(small, readPlanFile(small, { content, name: "plan", options }).plan);
          } catch (error) {
            if (!(error instanceof InputError)) throw error;
            expect(error.message).toMatch(/^Plan file "plan"/);
            expect(error.message.length).toBeLessThan(600);
          }
        }
      }),
      { numRuns: drawn(150) },
    );
  });
});

test("every reader has one name, and an unknown one is refused with a suggestion", () => {
  const names = planReaders.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const read = () =>
    readPlanFile(scenario, { content: "[]", name: "p", options: new Map([["format", "device-mop"]]) });
  expect(read).toThrow(/Did you mean "device-map"\?$/);
});
