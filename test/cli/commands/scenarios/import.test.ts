/** `import`: the report as people and programs read it, the file it writes, and what it refuses. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { scenarioHash } from "../../../../env/index.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";
import { onnxFile, node as onnxNode, value } from "../../../scenarios/import/onnx/write-model.ts";
import { pipedreamSamples } from "../../../scenarios/import/samples/pipedream.ts";
import { node, placeholder, tfFile } from "../../../scenarios/import/tensorflow/write-graph.ts";
import { pgym } from "../../recorded-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "import-"));
afterAll(() => rmSync(folder, { recursive: true }));
const profile = join(folder, "small.graph.txt");
writeFileSync(profile, pipedreamSamples[0].content);

describe("import", () => {
  test("says what it recognised, assumed and dropped, and what to do next", async () => {
    const { code, stdout, stderr } = await pgym(["import", profile, "--cluster", "2xP100"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/recognised {2}PipeDream layer profile, 4 layers, 4 edges/);
    expect(stdout).toMatch(/graph {7}4 ops, 4 edges, 4 forward/);
    expect(stdout).toMatch(/cluster {5}2xP100: gpu:0, gpu:1\n/);
    expect(stdout).toMatch(/assumed {5}Times are ms/);
    expect(stdout).toMatch(/dropped {5}stage_id of 2 layers/);
    expect(stdout).toContain(`placement-gym solve "${profile}?cluster=2xP100" --planner hill-climb`);
    for (const line of stdout.split("\n").slice(1))
      if (!line.includes(profile)) expect(line.length).toBeLessThanOrEqual(110);
  });

  test("writes a scenario that is the same as the file, with what was assumed as its note", async () => {
    const output = join(folder, "out", "scenario.json");
    const { code, stdout } = await pgym([
      "import",
      profile,
      "--set",
      "backward=separate,inputs=drop",
      "-o",
      output,
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain(`Written to ${output}.`);
    const written = await resolveScenario(output);
    expect(scenarioHash(written)).toBe(
      scenarioHash(await resolveScenario(`${profile}?backward=separate&inputs=drop`)),
    );
    expect(JSON.parse(readFileSync(output, "utf8")).meta.note).toMatch(/^Times are ms/);
    expect(readdirSync(join(folder, "out"))).toEqual(["scenario.json"]);
    const solved = await pgym(["solve", output, "--planner", "heft", "--json"]);
    expect(JSON.parse(solved.stdout).feasible).toBe(true);
  });

  test("speaks JSON", async () => {
    const { stdout } = await pgym(["import", profile, "--json"]);
    const told = JSON.parse(stdout);
    expect(told).toMatchObject({
      format: "pipedream",
      ops: 4,
      edges: 4,
      output: null,
      objective: "makespan",
    });
    expect(told.hash).toBe(scenarioHash(await resolveScenario(profile)));
  });

  test("takes sizes of dimensions by name, also as options", async () => {
    const model = join(folder, "dims.onnx");
    const b = value("b", ["2*n", "seq + 1"]);
    writeFileSync(model, onnxFile({ node: [onnxNode("Sigmoid", ["b"], ["y"])], input: [b] }));
    const flops = async (...args: string[]) => JSON.parse((await pgym([...args, "--json"])).stdout).flops;
    expect(await flops("import", model, "--dim", "n=4,seq=9")).toBe(4 * 8 * 10);
    expect(await flops("import", `${model}?dim.n=4&dim.seq=9`)).toBe(4 * 8 * 10);
    expect(await flops("import", model, "--dim", "seq + 1=3")).toBe(4 * 2 * 3);
    const { code, stderr } = await pgym(["import", model, "--dim", "n"]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'placement-gym: Flag --dim is "n", expected NAME=N.\n',
    });
  });

  test("counts the op types of a list by what is known of them", async () => {
    const list = join(folder, "types.txt");
    writeFileSync(list, "# a remark\nMatMul\n\nReshape\nMystery\r\nMatMul\n");
    const { stdout } = await pgym(["import", "--coverage", `onnx=${list}`, "--unknown"]);
    expect(stdout).toMatch(/format +op types +with a rule +zero-cost by nature +unknown +list\n/);
    expect(stdout).toMatch(/onnx +3 +1 +1 +1 /);
    expect(stdout).toContain("Unknown of onnx: Mystery\n");
    const [row] = JSON.parse((await pgym(["import", "--coverage", `onnx=${list}`, "--json"])).stdout);
    expect(row).toMatchObject({ types: 3, rule: 1, zeroCost: 1, unknown: 1, unknownTypes: ["Mystery"] });
  });

  test.each([
    ["pipedream=LIST", 'names the format "pipedream", expected one with op types: '],
    ["onnx=EMPTY", "names no op type; expected one a line."],
    ["onnx", 'Flag --coverage is "onnx", expected FORMAT=LIST.'],
    ["onnx=NONE", "does not exist."],
  ])("refuses the coverage of %s in one sentence", async (argument, sentence) => {
    writeFileSync(join(folder, "LIST"), "a\n");
    writeFileSync(join(folder, "EMPTY"), "# nothing\n");
    const { code, stderr } = await pgym(["import", "--coverage", argument.replace("=", `=${folder}/`)]);
    expect(code).toBe(2);
    expect(stderr).toContain(sentence);
  });

  test("lists the formats with their options", async () => {
    const { stdout } = await pgym(["import", "--formats"]);
    expect(stdout).toMatch(/pipedream +layer profiles of PipeDream/);
    expect(stdout).toMatch(/\?backward= +folded/);
    const formats = JSON.parse((await pgym(["import", "--formats", "--json"])).stdout);
    expect(formats.map(({ name }: { name: string }) => name)).toContain("graphml");
  });

  test("lets the other commands take the file with its options", async () => {
    const { code, stdout } = await pgym([
      "solve",
      `${profile}?inputs=drop&groups=2`,
      "--planner",
      "random",
      "--evaluations",
      "5",
      "--json",
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).scenario).toBe(`${profile}?inputs=drop&groups=2`);
    const grouped = await resolveScenario(`${profile}?inputs=drop&groups=2&network=contention-free`);
    expect(grouped.grouping.groupCount).toBe(2);
  });

  test("takes shapes of inputs, several in one flag", async () => {
    const graph = join(folder, "graph.pb");
    const nodes = [placeholder("x", [-1, -1]), placeholder("y", [-1, -1]), node("Add", "z", ["x", "y"])];
    writeFileSync(graph, tfFile("GraphDef", { node: nodes }));
    const { stdout } = await pgym(["import", graph, "--shape", "x=3,4,y=3,4", "--json"]);
    expect(JSON.parse(stdout).flops).toBe(12);
    const refused = await pgym(["import", graph, "--shape", "3,4"]);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toContain('Flag --shape is "3,4", expected NAME=N,N,... for each input once.');
  });

  test.each([
    [[], '"import" needs FILE, or --formats to list what it reads\\.$'],
    [["nowhere.onnx"], 'Scenario file "nowhere\\.onnx" does not exist\\.$'],
    [[folder], "is a directory, expected a file\\.$"],
    [[profile, "-o", "out.txt"], 'Flag --output is "out\\.txt", expected a name that ends in \\.json\\.$'],
    [[profile, "-o", join(profile, "x.json")], "cannot be written"],
    [[profile, "--set", "backward"], 'Flag --set is "backward", expected OPTION=VALUE\\.$'],
    [[`${profile}?cluster=2xP100`, "--cluster", "4xP100"], "Option cluster is given twice"],
    [[profile, "--cluster", "2xP10"], 'cluster "2xP10" is not known\\. Did you mean "2xP100"\\?$'],
    [[`${profile}?groups`], "neither|does not exist|has no value"],
    [[`${profile}?groups=2&groups=3`], 'option "groups" is given twice\\.$'],
    [[profile, "--format", "gexf"], "the file is not well-formed XML.*"],
  ])("%j is one sentence", async (args, sentence) => {
    const { code, stdout, stderr } = await pgym(["import", ...args]);
    expect(stderr.trimEnd()).toMatch(new RegExp(`^placement-gym: .*${sentence}`));
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });
});
