/**
 * Exports: what each format says of a plan, that it can be read back, and that odd names break
 * nothing.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  evaluator,
  InputError,
  parseGraph,
  placement,
  Role,
  type Scenario,
  testScenario,
} from "../../../env/index.ts";
import { exporterOf, exporters, exportScenario } from "../../../results/export/index.ts";
import { moduleDevices } from "../../../results/export/module-devices.ts";
import { formatUs } from "../../../results/text/format.ts";

const network = parseGraph(`
  feed 1 4B
  block_0/conv 10 8B params=40 <- feed
  block_0/relu 10 8B <- block_0/conv
  block_1/conv 10 8B params=40 <- block_0/relu
  block_1/relu 10 8B <- block_1/conv
  block_1/conv/grad 10 8B role=backward twin=block_1/conv <- block_1/relu
`);
const scenario = testScenario({ graph: network, devices: ["GPU", "GPU", "CPU"] });
const plan = placement([2, 0, 0, 1, 0, 0]);
const exported = (name: string) => exporterOf(name).write(scenario, plan);

describe("module maps", () => {
  test("name the most general module whose ops share a device, general before special", () => {
    expect(Object.entries(JSON.parse(exported("accelerate").text))).toEqual([
      ["feed", "cpu"],
      ["block_0", 0],
      ["block_1.conv", 1],
      ["block_1.relu", 0],
    ]);
    expect(JSON.parse(exported("pytorch").text)).toMatchObject({ feed: "cpu", block_0: "cuda:0" });
  });

  test("name the whole model where everything is on one device", () => {
    const { text } = exporterOf("accelerate").write(scenario, placement([1, 1, 1, 1, 1, 1]));
    expect(JSON.parse(text)).toEqual({ "": 1 });
  });

  test("say which ops they cannot place", () => {
    expect(exported("accelerate").notes).toEqual([
      "1 backward or update ops are on another device than their forward op; a module map cannot hold that.",
    ]);
  });

  test("give every forward op its device when its longest prefix is looked up, as Accelerate does", () => {
    const path = fc.array(fc.constantFrom("a", "b", "c", "0", "1"), { minLength: 1, maxLength: 4 });
    const draws = fc.uniqueArray(
      path.map((parts) => parts.join("/")),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(draws, fc.array(fc.nat(2), { minLength: 12, maxLength: 12 }), (names, choice) => {
        const graph = parseGraph(names.map((name) => `${name} 1`).join("\n"));
        const device = names.map((_, v) => choice[v]);
        const { entries, clashes } = moduleDevices(graph, device);
        const map = new Map(entries);
        expect(clashes).toEqual([]);
        for (const [v, name] of names.entries()) {
          if (graph.role[v] !== Role.forward) continue;
          const parts = name.split("/");
          while (parts.length > 0 && !map.has(parts.join("."))) parts.pop();
          expect(map.get(parts.join("."))).toBe(device[v]);
        }
        // General first: nothing that comes later is a prefix of what came before.
        const depths = entries.map(([module]) => (module === "" ? 0 : module.split(".").length));
        expect(depths).toEqual([...depths].sort((a, b) => a - b));
      }),
    );
  });

  test("say where two ops get one name once it is written with dots", () => {
    const graph = parseGraph("a/b 1\na.b 1");
    expect(moduleDevices(graph, [0, 1]).clashes).toEqual(["a.b"]);
  });
});

describe("op maps", () => {
  test("have a TensorFlow device string for every op", () => {
    expect(JSON.parse(exported("tensorflow").text)).toEqual({
      feed: "/device:CPU:0",
      "block_0/conv": "/device:GPU:0",
      "block_0/relu": "/device:GPU:0",
      "block_1/conv": "/device:GPU:1",
      "block_1/relu": "/device:GPU:0",
      "block_1/conv/grad": "/device:GPU:0",
    });
  });

  test("have a CSV row for every op, with fields in quotes where they need them", () => {
    expect(exported("csv").text.split("\n").slice(0, 3)).toEqual([
      "op,type,role,group,device,device_name",
      "feed,op,forward,0,2,cpu:2",
      "block_0/conv,op,forward,1,0,gpu:0",
    ]);
    const odd = testScenario({ graph: parseGraph('a,"b" 1') });
    expect(exporterOf("csv").write(odd, placement([0])).text).toContain('\n"a,""b""",op,forward,0,0,gpu:0\n');
  });
});

describe("DOT", () => {
  test("has each op and edge, dashes control edges and escapes names", () => {
    const graph = parseGraph('a"\\ 1 4B\nb 1 <- a"\\ ^a"\\');
    const { text } = exporterOf("dot").write(testScenario({ graph, name: "odd" }), null);
    expect(text).toContain('n0 [label="a\\"\\\\\\nop"];');
    expect(text.match(/n0 -> n1/g)).toHaveLength(2);
    expect(text.match(/style=dashed/g)).toHaveLength(1);
  });
});

describe("every exporter", () => {
  const strange: Scenario = testScenario({ graph: "<&\"'> 10 4B\nb\u0001 20 8B <- <&\"'>\nc 5 <- b\u0001" });

  test.each(exporters.map(({ name }) => name))("%s writes odd names and answers the same twice", (name) => {
    const once = exporterOf(name).write(strange, placement([0, 1, 0])).text;
    expect(exporterOf(name).write(strange, placement([0, 1, 0])).text).toBe(once);
    expect(once.length).toBeGreaterThan(20);
    if (name === "graphml" || name === "svg") expect(once).toContain("&lt;&amp;&quot;&#39;&gt;");
  });

  test("is suggested where its name is mistyped", () => {
    expect(() => exporterOf("graphm")).toThrow(InputError);
    expect(() => exporterOf("graphm")).toThrow('Did you mean "graphml"?');
  });
});

describe("a plan with an order of ops", () => {
  const joined = testScenario({
    graph: "a 10 40B\nb 20 40B <- a\nc 30 40B <- a\nd 40 40B <- a\ne 50 <- d",
    devices: 2,
  });
  const device = [0, 1, 1, 1, 0];
  const ordered = placement(device, [0, 3, 2, 1, 4]);
  const score = evaluator(joined);
  const text = (kept: boolean) => formatUs(score.evaluate(kept ? ordered : placement(device)).value!);

  test.each(exporters.filter(({ keepsOrder }) => !keepsOrder).map(({ name }) => name))(
    "is said to lose it in %s, with the value that is left",
    (name) => {
      expect(exportScenario(exporterOf(name), joined, ordered).notes).toContain(
        `The format ${name} cannot hold the plan's order of ops. Without it the makespan is ${text(false)}, with it ${text(true)}.`,
      );
      expect(exportScenario(exporterOf(name), joined, placement(device)).notes.join()).not.toContain("order");
    },
  );

  test("keeps it as a column in csv", () => {
    const { text: csv, notes } = exportScenario(exporterOf("csv"), joined, ordered);
    expect(notes).toEqual([]);
    expect(csv.split("\n").slice(0, 3)).toEqual([
      "op,type,role,group,device,device_name,priority",
      expect.stringMatching(/^a,.*,0$/),
      expect.stringMatching(/^b,.*,3$/),
    ]);
  });

  test("has another value without it, so that the loss shows", () => {
    expect(text(true)).not.toBe(text(false));
  });
});
