import { describe, expect, test } from "vitest";
import { asPlacement, type Scenario, testScenario } from "../../../env/index.ts";
import { importFile, planInGraphFile, readPlanFile } from "../../../scenarios/index.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const devices = (scenario: Scenario, text: string, name: string) => {
  const given = asPlacement(readPlanFile(scenario, { content: text, name }).plan).device;
  const own = asPlacement(planInGraphFile(scenario, bytes(text), name)!.plan).device;
  expect(Array.from(given)).toEqual(Array.from(own));
  return Array.from(given);
};

describe("the plan in a file of a graph", () => {
  test("is the stage_id of PipeDream's layers", () => {
    const fields = "forward_compute_time=1, backward_compute_time=2, activation_size=4, parameter_size=8";
    const text = `a -- Linear(8) -- ${fields} -- stage_id=1\nb -- Linear(8) -- ${fields} -- stage_id=0\n\ta -- b\n`;
    const { scenario } = importFile(text, "graph.txt");
    expect(devices(scenario, text, "graph.txt")).toEqual([1, 0]);
    const separate = importFile(text, "graph.txt", new Map([["backward", "separate"]])).scenario;
    expect(devices(separate, text, "graph.txt")).toEqual([1, 0, 1, 0]);
    expect(() =>
      readPlanFile(scenario, { content: text.replace("=1\n", "=one\n"), name: "graph.txt" }),
    ).toThrow(/line 1: stage_id is "one"/);
  });

  test("is the device of TensorFlow's nodes; others go where their inputs are", () => {
    const node = (name: string, op: string, device: string, ...inputs: string[]) =>
      `node { name: "${name}" op: "${op}" device: "${device}" ${inputs.map((input) => `input: "${input}"`).join(" ")} ` +
      'attr { key: "T" value { type: DT_FLOAT } } attr { key: "dtype" value { type: DT_FLOAT } } ' +
      'attr { key: "shape" value { shape { dim { size: 4 } dim { size: 4 } } } } }\n';
    const text =
      node("x", "Placeholder", "/device:CPU:0") +
      node("y", "MatMul", "/job:localhost/replica:0/task:0/device:GPU:1", "x", "x") +
      node("z", "Relu", "", "y");
    const { scenario } = importFile(text, "graph.pbtxt");
    const names = devices(scenario, text, "graph.pbtxt").map((d) => scenario.cluster.devices[d].name);
    expect(names).toEqual(["cpu:0", "gpu:1", "gpu:1"]);
  });

  test("is the attribute device of drawn graphs", () => {
    const dot = 'digraph g { a [time=1, device="gpu:1"]; b [time=2, device="cuda:0"]; a -> b; }';
    const drawn = importFile(dot, "g.dot").scenario;
    expect(devices(drawn, dot, "g.dot").map((d) => drawn.cluster.devices[d].name)).toEqual([
      "gpu:1",
      "gpu:0",
    ]);
    const key = '<key id="device" for="node" attr.name="device" attr.type="int"/>';
    const graphml =
      `<graphml>${key}<key id="time" for="node" attr.name="time" attr.type="double"/><graph edgedefault="directed">` +
      '<node id="a"><data key="time">1</data><data key="device">1</data></node>' +
      '<node id="b"><data key="time">2</data><data key="device">0</data></node>' +
      '<edge source="a" target="b"/></graph></graphml>';
    const { scenario } = importFile(graphml, "g.graphml");
    expect(devices(scenario, graphml, "g.graphml")).toEqual(
      ["gpu:1", "gpu:0"].map((name) => scenario.cluster.devices.findIndex((device) => device.name === name)),
    );
  });

  test("is missing where the file gives no device", () => {
    const dot = "digraph g { a [time=1]; b [time=2]; a -> b; }";
    const { scenario } = importFile(dot, "g.dot");
    expect(planInGraphFile(scenario, bytes(dot), "g.dot")).toBeNull();
    expect(() => readPlanFile(scenario, { content: dot, name: "g.dot" })).toThrow(
      'Plan file "g.dot": the file is of the format dot and holds no plan.',
    );
    expect(planInGraphFile(testScenario({ graph: "a 1" }), bytes("[0]"), "plan.json")).toBeNull();
  });
});
