import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Answer, KEY_PREFIX } from "../../../../cli/pool/queue/messages.ts";
import { openQueuePool, type QueuePool } from "../../../../cli/pool/queue/queue-pool.ts";
import { InputError } from "../../../../env/index.ts";
import {
  type CellHooks,
  CellRefused,
  type CellSpec,
  CellStopped,
  type RunCell,
} from "../../../../results/cells/cell.ts";
import { cellContents } from "../../../../results/cells/cell-content.ts";
import { runCells } from "../../../../results/cells/run-cells.ts";
import { fakeRunner } from "../../../results/cells.ts";
import { clock, gate, queueFixture, reason, versions } from "./queue-fixture.ts";

const values = fakeRunner(({ seedIndex }) => ({ value: 60 + seedIndex }));
const cellOf = (seedIndex: number, method = "heft"): CellSpec => ({
  scenario: "toy/chain",
  method,
  rootSeed: 0,
  seedIndex,
  budget: { simulations: 9 },
});

const queued = queueFixture();

async function pool(methods: readonly string[] = ["heft"], own = versions): Promise<QueuePool> {
  const contents = await cellContents({ scenarios: ["toy/chain"], methods, versions: own });
  const note = (line: string) => queued.notes.push(line);
  const opened = await openQueuePool({ address: queued.address, contents, versions: own, note });
  queued.ends.push(() => opened.close());
  return opened;
}

const worker = (runCell: RunCell, own = versions) => queued.worker({ runCell, versions: own });

const run = (of: QueuePool, cell: CellSpec, hooks: Partial<CellHooks> = {}) =>
  of.runCell(cell, { clock, cpuClock: clock, ...hooks });

describe.skipIf(reason !== null)("a queue", () => {
  test("gives each of many cells to one of two workers, and tells when they start and go on", async () => {
    const ran: number[] = [];
    const counting: RunCell = (spec, hooks) => {
      ran.push(spec.seedIndex);
      hooks.onEvaluation?.(5);
      return values(spec, hooks);
    };
    await Promise.all([worker(counting), worker(counting)]);
    const queue = await pool();
    const told: string[] = [];
    const cells = Array.from({ length: 12 }, (_, seed) => cellOf(seed));
    const outcomes = await runCells(
      cells,
      {
        runCell: queue.runCell,
        clock,
        cpuClock: clock,
        jobs: 12,
        waits: true,
        onProgress: ({ state, cell }) => told.push(`${state} ${cell.seedIndex}`),
      },
      (waiting) => waiting,
    );
    expect(outcomes.map((outcome) => outcome?.result.value)).toEqual(cells.map((_, seed) => 60 + seed));
    expect(ran.sort((a, b) => a - b)).toEqual(cells.map((_, seed) => seed));
    for (const seed of cells.keys()) {
      const own = told.filter((text) => text.endsWith(` ${seed}`)).map((text) => text.split(" ")[0]);
      expect([own[0], own.at(-1)]).toEqual(["started", "finished"]);
    }
  });

  test("passes on mistakes and faults with the stack of where they happened", async () => {
    const broken: RunCell = async ({ seedIndex }) => {
      throw seedIndex === 0 ? new InputError("The cell is wrong.") : new Error("broken");
    };
    await worker(broken);
    const queue = await pool();
    await expect(run(queue, cellOf(0))).rejects.toEqual(new InputError("The cell is wrong."));
    await expect(run(queue, cellOf(1))).rejects.toMatchObject({
      message: "broken",
      stack: expect.stringContaining("queue-pool.test.ts"),
    });
  });

  test("gives the cell of a silent worker to another, and takes one answer", async () => {
    const late = gate();
    const answer: Answer = { kind: "fault", message: "too late", stack: "" };
    const silent = await queued.silentWorker(late.opened, answer);
    const queue = await pool();
    const outcome = run(queue, cellOf(7));
    await silent.taken;
    await silent.watch();
    await worker(values);
    expect((await outcome).result.value).toBe(67);
    expect(queued.notes).toEqual(['A worker fell silent: "heft" on "toy/chain", seed 7, goes to another.']);
    late.open();
    expect(await silent.refused).toBeInstanceOf(Error);
  });

  test("gets the cell of a worker that is stopped back at once, and not what it was stopped with", async () => {
    const taken = gate();
    const untilStopped: RunCell = (spec, hooks) => {
      taken.open();
      return new Promise((resolve) =>
        hooks.signal?.addEventListener("abort", () => resolve(fakeRunner(() => ({ value: 1 }))(spec, hooks))),
      );
    };
    const first = await worker(untilStopped);
    const queue = await pool();
    const outcome = run(queue, cellOf(2));
    await taken.opened;
    await first.stop();
    await worker(values);
    expect((await outcome).result.value).toBe(62);
    expect(queued.notes).toEqual([]);
  });

  test("keeps an answer for an evaluation that was stopped before it came", async () => {
    const [taken, held] = [gate(), gate()];
    const ran: number[] = [];
    const holding: RunCell = async (spec, hooks) => {
      ran.push(spec.seedIndex);
      taken.open();
      await held.opened;
      return values(spec, hooks);
    };
    await worker(holding);
    const [queue, interrupt] = [await pool(), new AbortController()];
    const outcomes = [0, 1].map((seed) => run(queue, cellOf(seed), { signal: interrupt.signal }));
    await taken.opened;
    interrupt.abort();
    for (const outcome of outcomes) await expect(outcome).rejects.toBeInstanceOf(CellStopped);
    expect(ran).toEqual([0]);
    held.open();
    const again = await pool();
    expect((await run(again, cellOf(0))).result.value).toBe(60);
    expect((await run(again, cellOf(1))).result.value).toBe(61);
    expect(ran).toEqual([0, 1]);
  });

  test("refuses a worker of another version", async () => {
    await worker(values, { "placement-gym": "0.9.0" });
    const refusal = run(await pool(), cellOf(0));
    await expect(refusal).rejects.toThrow(
      new CellRefused("A worker has placement-gym 0.9.0, expected 1.0.0."),
    );
    await expect(refusal).rejects.toBeInstanceOf(CellRefused);
  });

  test("refuses a worker whose file of a method is another or missing, before that is loaded", async () => {
    const folder = mkdtempSync(join(tmpdir(), "placement-gym-queue-"));
    queued.ends.push(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "mine.mjs");
    const code = `import { z } from ${JSON.stringify(import.meta.resolve("zod"))};
      export default {
        kind: "planner", options: z.object({}),
        card: { id: "mine", name: "Mine", summary: "Tries nothing.", searchSpace: "none" },
        create: () => { throw new Error("never run"); },
      };`;
    writeFileSync(path, code);
    await worker(values);
    const queue = await pool([path]);
    expect((await run(queue, cellOf(0, path))).result.value).toBe(60);
    const job = run(queue, cellOf(1, path));
    expect((await job).result.value).toBe(61);
    // The worker's disk is this one, so the cell is made to ask for another file.
    const { bullmq, client } = await queued.connection();
    const raw = new bullmq.Queue(queued.address.name, { connection: client, prefix: KEY_PREFIX });
    const events = new bullmq.QueueEvents(queued.address.name, { connection: client, prefix: KEY_PREFIX });
    queued.ends.push(async () => void (await Promise.all([raw.close(), events.close()])));
    await events.waitUntilReady();
    const asked = { cell: cellOf(0, path), key: "x", versions, scenarioHash: "x" };
    const sentence = async (data: object) =>
      ((await (await raw.add("cell", data)).waitUntilFinished(events)) as { sentence: string }).sentence;
    writeFileSync(path, "throw new Error('loaded');");
    expect(await sentence({ ...asked, files: { [path]: "0".repeat(64) } })).toBe(
      `A worker has another file "${path}" than the cell asks for.`,
    );
    rmSync(path);
    expect(await sentence({ ...asked, files: { [path]: "0".repeat(64) } })).toBe(
      `A worker has no file "${path}", which "${path}" is made from.`,
    );
    expect(await sentence({ code: "1 + 1" })).toMatch(/^a cell of the queue: /);
  });
});
