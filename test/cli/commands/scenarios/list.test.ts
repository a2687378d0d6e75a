/** `list` as a user meets it: a page of names, one kind, a search, near misses. */
import { describe, expect, test } from "vitest";
import { commands } from "../../../../cli/commands/index.ts";
import { kinds } from "../../../../cli/reports/names/entry.ts";
import { pgym } from "../../recorded-terminal.ts";

const widest = (text: string): number => Math.max(...text.split("\n").map((line) => line.length));

describe("list", () => {
  test("is a page of at most 100 columns and 50 lines, families folded", async () => {
    const { code, stdout } = await pgym(["list"]);
    expect(code).toBe(0);
    expect(widest(stdout)).toBeLessThanOrEqual(100);
    expect(stdout.trimEnd().split("\n").length).toBeLessThanOrEqual(50);
    for (const name of ["vgg-16", "nmt", "8xV100-nvlink", "16xV100", "board-v1 (22)", "reinforce", "mcmc"])
      expect(stdout).toContain(name);
    expect(stdout).not.toContain("nmt/test/1/");
  });

  test.each(kinds.filter((kind) => kind !== "scenarios"))(
    "%s fits 100 columns, or those that there are",
    async (kind) => {
      for (const COLUMNS of ["", "72"]) {
        const { code, stdout } = await pgym(["list", kind], { variables: { COLUMNS } });
        expect(code).toBe(0);
        expect(widest(stdout)).toBeLessThanOrEqual(COLUMNS === "" ? 100 : 72);
      }
    },
  );

  test.each<[string, readonly string[]]>([
    ["mcmc", ["mcmc"]],
    ["MCMC", ["mcmc"]],
    ["flexflow", ["mcmc", "FlexFlow (Jia et al., SysML 2019) is mcmc or flexflow-soap here."]],
    ["baechi", ["m-topo", "m-etf", "m-sct", "is m-topo, m-etf or m-sct here."]],
    ["colocrl", ["colocrl", "papers/colocrl"]],
    ["hdp", ["HDP (Mirhoseini et al., ICLR 2018) is hdp here.", "papers/hdp"]],
    ["regal", ["REGAL (Paliwal et al., ICLR 2020) is regal here", "Agents", "Families"]],
    ["gdp", ["GDP (Zhou et al., 2019) is gdp here", "papers/gdp"]],
    ["scotch", ["The nearest is multilevel."]],
    ["placeto", ["Agents", "papers/placeto"]],
    ["pipedream", ["pipedream-interval"]],
    ["torchgpipe", ["torchgpipe-blocks"]],
    ["dnn-partitioning", ["ideals-dp or ilp here"]],
    ["alpa", ["alpa-intra", "Alpa (Zheng et al., OSDI 2022) is alpa here."]],
    ["taso", ["TASO (Jia et al., SOSP 2019) is taso here."]],
    ["post", ["Post (Gao et al., NeurIPS 2018) is not implemented, for want of"]],
    ["nmt/test", ["nmt/test/N/2xK80", "(16 scenarios)"]],
    ["2x8x", ["2x8xV100"]],
  ])("%s finds it by name", async (word, parts) => {
    const { code, stdout } = await pgym(["list", word]);
    expect(code).toBe(0);
    expect(widest(stdout)).toBeLessThanOrEqual(100);
    const unwrapped = stdout.replace(/\s+/g, " ");
    for (const part of parts) expect(unwrapped).toContain(part);
  });

  test("--search looks through summaries, papers and options too", async () => {
    const lstm = (await pgym(["list", "--search", "lstm"])).stdout;
    for (const name of ["rnnlm", "nmt-2", "seq2seq"]) expect(lstm).toContain(name);
    expect((await pgym(["list", "--search", "Kirkpatrick"])).stdout).toContain("annealing");
    expect((await pgym(["list", "--search", "beta"])).stdout).toContain("mcmc");
  });

  test("answers a search as JSON with every field", async () => {
    const { stdout } = await pgym(["list", "flexflow", "--json"]);
    const found = JSON.parse(stdout);
    expect(found.planners.map(({ id }: { id: string }) => id)).toEqual(["mcmc", "flexflow-soap"]);
    expect(found.systems[0]).toMatchObject({ id: "flexflow", methods: ["mcmc", "flexflow-soap"] });
    expect(found.workloads).toEqual([]);
  });

  test.each([
    [["list", "agent"], 'Nothing is named "agent". Did you mean "agents"?'],
    [["list", "plannrs"], 'Did you mean "planners"?'],
    [["list", "mcmx"], 'Nothing is named "mcmx". Did you mean "mcmc"?'],
    [["list", "qqqqqqqq"], '"list --search qqqqqqqq" looks further.'],
    [["list", "--search", "qqqqqqqq"], 'No name, summary, paper or option contains "qqqqqqqq".'],
    [["list", "planners", "--search", "x"], "Flag --search looks through all kinds"],
    [["list", "planners", "--suite", "start"], "Flag --suite chooses scenarios, not planners."],
  ])("%j is one sentence", async (args, sentence) => {
    const { code, stdout, stderr } = await pgym(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(sentence);
    expect(stderr.trimEnd().split("\n").length).toBe(1);
  });
});

describe("help", () => {
  test.each(commands.map(({ name }) => name))(
    "of %s fits the terminal, but for examples and flags",
    async (name) => {
      for (const columns of ["60", "100"]) {
        const { stdout } = await pgym([name, "--help"], { variables: { COLUMNS: columns } });
        const wrapped = stdout.split("Examples:")[0];
        expect(widest(wrapped)).toBeLessThanOrEqual(Number(columns));
      }
    },
  );
});
