/** `leaderboard` on the command line, and what its verification loads. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { makeEntry, writeEntry } from "../../../../results/leaderboard/entry/make-entry.ts";
import { trackNamed } from "../../../../results/leaderboard/tracks/tracks.ts";
import { createJudge } from "../../../../results/leaderboard/verify/judge.ts";
import { cellsOf } from "../../../results/leaderboard/small-board.ts";
import { pgym } from "../../recorded-terminal.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const board = join(root, "results/leaderboard/board-v1");
const folder = mkdtempSync(join(tmpdir(), "placement-gym-leaderboard-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** An entry of a track of the board whose scenarios are quick to open. */
const track = trackNamed("latency");
const entry = await makeEntry(
  {
    head: {
      track: track.id,
      method: "topo-blocks",
      options: null,
      budget: { simulations: 100 },
      rootSeed: 0,
      seeds: track.seeds,
      versions: {},
      trainedOn: [],
      policySha256: null,
      command: "",
    },
    track,
    cells: await cellsOf(track, "topo-blocks", 100),
    policy: null,
    folder: join(folder, "board"),
  },
  createJudge(),
);
writeEntry(entry);
const quick = entry.path;

describe("leaderboard", () => {
  test("verifies an entry, and replays a cell of it", async () => {
    const { code, stdout } = await pgym(["leaderboard", "verify", quick, "--sample", "1"]);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^True: latency-topo-blocks-100-simulations, score 0\.\d{4}, 40 cells\.\n$/),
    ]);
    const row = "vit-b-16/4xT4?phase=inference&memory=140MB#3";
    const replayed = await pgym(["leaderboard", "verify", quick, "--replay", row]);
    expect(replayed.stdout).toMatch(/^The same again: .* seed 3: value \d.* byte for byte\.\n$/);
  });

  test.each([
    [["leaderboard", "verfy"], 'Verb of leaderboard "verfy" is not known. Did you mean "verify"?'],
    [["leaderboard", "add"], "needs the folder of an evaluation, or --plan FILE"],
    [["leaderboard", "add", "--plan", "x.json"], "needs --plan FILE, --scenario URI and --by NAME"],
    [["leaderboard", "verify", "--replay", "toy/chain"], "--replay needs an entry"],
    [["leaderboard", "verify", "--replay", "x", "--entry", "../x"], "--replay needs an entry"],
    [["leaderboard", "show", "--track", "makespam", "--board", folder], 'Did you mean "makespan"?'],
    [["leaderboard", "verify", folder], "is no plain folder"],
  ])("answers %j in one sentence", async (argv, sentence) => {
    writeFileSync(join(folder, "stray.txt"), "");
    const { code, stderr } = await pgym(argv);
    expect(code).toBe(2);
    expect(stderr).toContain(sentence);
  });

  test("loads no TensorFlow to verify; an agent's replay would be seen to", () => {
    const hook = join(folder, "loaded.cjs");
    const report =
      "process.stdout.write(String(Object.keys(require.cache).filter((f) => f.includes('@tensorflow')).length))";
    writeFileSync(hook, `process.on("exit", () => { ${report}; });\n`);
    const loaded = (...argv: string[]) =>
      execFileSync("node", ["--require", hook, join(root, "cli/bin.js"), ...argv], {
        encoding: "utf8",
        cwd: folder,
      });
    expect(loaded("leaderboard", "verify", quick, "--sample", "1")).toMatch(/cells\.\n0$/);
    const agent = ["solve", "toy/chain", "--planner", "reinforce", "--evaluations", "3", "--json"];
    expect(loaded(...agent)).toMatch(/\}\n[1-9]\d*$/);
  });

  test("has entries of one folder each, named by track, method and budget", () => {
    const ids = readdirSync(board);
    expect(ids.length).toBeGreaterThan(1);
    for (const id of ids)
      expect(id).toMatch(
        /^(makespan|max-load-contiguous|max-load-free|latency|generalisation)-.+-\d+-(simulations|cpu-seconds)$/,
      );
  });
});
