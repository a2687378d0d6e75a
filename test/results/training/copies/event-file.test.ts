import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maskedCrc32c } from "../../../../results/training/copies/crc32c.ts";
import { EVENTS, eventHeader, eventOf, scalarsOf } from "../../../../results/training/copies/event-file.ts";
import type { MetricsRow } from "../../../../results/training/copies/metrics-row.ts";

interface ReadEvent {
  readonly wallTime: number;
  readonly step: number;
  readonly version: string | null;
  readonly scalars: [string, number][];
}

/** The messages of TFRecords; throws where a checksum does not fit. */
function recordsOf(file: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    const data = file.subarray(at + 12, at + 12 + length);
    expect(file.readUInt32LE(at + 8)).toBe(maskedCrc32c(file.subarray(at, at + 8)));
    expect(file.readUInt32LE(at + 12 + length)).toBe(maskedCrc32c(data));
    records.push(data);
    at += 16 + length;
  }
  return records;
}

/** By the reader of the protobuf library, which the writer does not use. */
function eventIn(data: Uint8Array): ReadEvent {
  const reader = new BinaryReader(data);
  let [wallTime, step, version] = [0, 0, null as string | null];
  const scalars: ReadEvent["scalars"] = [];
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (field === 1) wallTime = reader.double();
    else if (field === 2) step = Number(reader.int64());
    else if (field === 3) version = reader.string();
    else if (field === 5) scalars.push(...summaryIn(reader.bytes()));
    else reader.skip(wire, field);
  }
  return { wallTime, step, version, scalars };
}

function summaryIn(data: Uint8Array): ReadEvent["scalars"] {
  const reader = new BinaryReader(data);
  const scalars: ReadEvent["scalars"] = [];
  while (reader.pos < reader.len) {
    expect(reader.tag()[0]).toBe(1);
    const value = new BinaryReader(reader.bytes());
    let [tag, number] = ["", Number.NaN];
    while (value.pos < value.len) {
      const [field] = value.tag();
      if (field === 1) tag = value.string();
      else number = value.float();
    }
    scalars.push([tag, number]);
  }
  return scalars;
}

const row: MetricsRow = {
  update: 3,
  simulations: 1234.5,
  evaluations: 1200,
  metrics: { loss: -0.25, entropy: 1.5, broken: null },
  bestValue: 4096,
  bestGap: 0.125,
};

describe("an event file", () => {
  test("begins with its version and holds each update's numbers at its simulations", () => {
    const events = recordsOf(Buffer.concat([eventHeader(), eventOf(row)])).map(eventIn);
    expect(events).toEqual([
      { wallTime: 0, step: 0, version: "brain.Event:2", scalars: [] },
      {
        wallTime: 3,
        step: 1234,
        version: null,
        scalars: [
          ["loss", -0.25],
          ["entropy", 1.5],
          ["bestValue", 4096],
          ["bestGap", 0.125],
        ],
      },
    ]);
  });

  test("has a tag for each scenario where there are several, and no best value over all", () => {
    const tags = scalarsOf({ ...row, scenario: "nmt/train/0/2xK80" }).map(([tag]) => tag);
    expect(tags).toEqual([
      "loss",
      "entropy",
      "loss/nmt/train/0/2xK80",
      "entropy/nmt/train/0/2xK80",
      "bestValue/nmt/train/0/2xK80",
      "bestGap/nmt/train/0/2xK80",
    ]);
  });

  test("is read back whatever its numbers and names are", () => {
    const rows = fc.record({
      update: fc.integer({ min: 1, max: 1e9 }),
      simulations: fc.double({ min: 0, max: 2 ** 52, noNaN: true }),
      evaluations: fc.constant(0),
      metrics: fc.dictionary(fc.string({ unit: "grapheme" }), fc.float()),
      bestValue: fc.constant(null),
    });
    fc.assert(
      fc.property(rows, (any) => {
        const [event] = recordsOf(Buffer.from(eventOf(any))).map(eventIn);
        const finite = Object.entries(any.metrics).filter(([, value]) => Number.isFinite(value));
        expect(event).toEqual({
          wallTime: any.update,
          step: Math.floor(any.simulations),
          version: null,
          scalars: finite.map(([tag, value]) => [tag, Math.fround(value)]),
        });
      }),
      { numRuns: 100 },
    );
  });
});

const python = process.env.TENSORBOARD_PYTHON ?? "python3";
const hasTensorBoard = spawnSync(python, ["-c", "import tensorboard"]).status === 0;

describe(`with the TensorBoard of ${python}${hasTensorBoard ? "" : " (skipped: it has none)"}`, () => {
  test.skipIf(!hasTensorBoard)("its own reader finds every number at its step", { timeout: 60_000 }, () => {
    const folder = mkdtempSync(join(tmpdir(), "placement-gym-events-"));
    try {
      const rows = [row, { ...row, update: 4, simulations: 2000, metrics: { loss: -0.5, extra: 7 } }];
      writeFileSync(join(folder, EVENTS), Buffer.concat([eventHeader(), ...rows.map(eventOf)]));
      const program = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
run = EventAccumulator(sys.argv[1]); run.Reload()
print(json.dumps({t: [[e.step, e.wall_time, e.value] for e in run.Scalars(t)] for t in run.Tags()["scalars"]}))`;
      const read = JSON.parse(execFileSync(python, ["-c", program, folder], { encoding: "utf8" }));
      expect(read.loss).toEqual([
        [1234, 3, -0.25],
        [2000, 4, -0.5],
      ]);
      expect(read.extra).toEqual([[2000, 4, 7]]);
      expect(Object.keys(read).sort()).toEqual(["bestGap", "bestValue", "entropy", "extra", "loss"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
