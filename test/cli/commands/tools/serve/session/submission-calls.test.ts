import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { entriesOfRun, readRun } from "../../../../../../results/leaderboard/submit/evaluation-run.ts";
import { verifyEntry } from "../../../../../../results/leaderboard/verify/entry.ts";
import { createJudge } from "../../../../../../results/leaderboard/verify/judge.ts";
import { type Client, greeted } from "./client.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-submission-"));
afterAll(() => rmSync(folder, { recursive: true }));

const submit = {
  call: "submit",
  track: "latency",
  simulations: 100,
  method: "./mine.py",
  methodName: "Mine",
  methodSha256: "0".repeat(64),
};

/** Plays a cell with the same device for all groups, device by device; answers what it finished. */
async function played(client: Client, scenarioIndex: number, seedIndex: number) {
  const { cell, scenario } = (await client.call({ call: "beginCell", scenarioIndex, seedIndex })).fields;
  const { arrays, fields } = await client.call({ call: "scenario", scenario, objective: "latency" });
  const devices = (fields.devices as string[]).length;
  const ops = arrays.get("flops")!.data.length;
  for (let device = 0; device < devices; device++)
    await client.call({ call: "evaluate", cell }, { device: new Int32Array(ops).fill(device) });
  return (await client.call({ call: "finishCell", cell })).fields;
}

test("the run of a submission is one that the board takes, with every claim verified", async () => {
  const client = await greeted();
  const { scenarios, seeds } = (await client.call(submit)).fields as { scenarios: string[]; seeds: number };
  for (const index of scenarios.keys())
    for (let seed = 0; seed < seeds; seed++) await played(client, index, seed);
  const { arrays, fields } = await client.call({ call: "run" });
  expect(fields).toEqual({ complete: true, cells: 40, expected: 40 });
  for (const [name, { data }] of arrays) writeFileSync(join(folder, name), data);
  const judge = createJudge();
  const [entry] = await entriesOfRun(readRun(folder), {}, folder, judge);
  expect(entry.entry).toMatchObject({ method: "./mine.py", methodName: "Mine", track: "latency" });
  const verified = await verifyEntry(entry, judge);
  expect(verified.scores.flat().length).toBe(40);
});

test("a cell is charged for evaluations, passes and envs alike, and refuses what is beyond", async () => {
  const client = await greeted();
  await client.call(submit);
  const { cell, scenario } = (await client.call({ call: "beginCell", scenarioIndex: 0, seedIndex: 0 }))
    .fields;
  expect((await client.call({ call: "pass", cell, passes: 97 })).fields).toMatchObject({ remaining: 3 });
  const made = await client.call({ call: "make", env: "Placement/Refine-v1", cell, count: 1 });
  expect(made.fields.scenario).toBe(scenario);
  const { handle } = made.fields;
  let { arrays } = await client.call({ call: "reset", handle });
  const step = () => {
    const legal = arrays.get("mask")!.data.indexOf(1);
    return client.call({ call: "step", handle }, { actions: Int32Array.of(legal) });
  };
  for (let i = 0; i < 2; i++) ({ arrays } = await step());
  const beyond = (await step()).fields;
  expect(beyond).toEqual({ error: "The budget of simulations is spent.", kind: "budget" });
  const finished = (await client.call({ call: "finishCell", cell })).fields;
  expect(finished).toMatchObject({ simulations: 100, evaluations: 3, finished: 1 });
});

test.each([
  [{ method: "heft" }, "is no file"],
  [{ simulations: 7 }, "expected a class of the track"],
  [{ track: "nothing" }, 'Track "nothing" is not known'],
  [{ trainedOn: [3] }, "hold texts alone"],
])("a submission with %j is refused", async (change, sentence) => {
  const { error } = (await (await greeted()).call({ ...submit, ...change })).fields;
  expect(error).toMatch(new RegExp(sentence));
});
