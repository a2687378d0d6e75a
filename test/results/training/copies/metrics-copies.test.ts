import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openLog } from "../../../../results/files/append-log.ts";
import { EVENTS } from "../../../../results/training/copies/event-file.ts";
import { openCopies, removeCopies } from "../../../../results/training/copies/metrics-copies.ts";
import { METRICS, type MetricsRow } from "../../../../results/training/copies/metrics-row.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "placement-gym-copies-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const pathOf = (name: string) => join(folder, name);
const csv = () => readFileSync(pathOf("metrics.csv"), "utf8");
const events = () => readFileSync(pathOf(EVENTS));

const row = (update: number, metrics: MetricsRow["metrics"]): MetricsRow => ({
  update,
  simulations: 10 * update,
  evaluations: 9 * update,
  metrics,
  bestValue: update === 1 ? null : 50,
  bestGap: update === 1 ? null : 0.25,
});
const rows = [
  row(1, { loss: 1.5, entropy: Number.NaN }),
  row(2, { loss: 1, entropy: 0.5 }),
  row(3, { loss: 0.5, "eval/greedy, mean": 7 }),
  row(4, { entropy: 0.25 }),
];

/** Logs and copies some rows, one after the other. */
function log(some: readonly MetricsRow[]): void {
  const metrics = openLog(pathOf(METRICS));
  const copies = openCopies(pathOf);
  for (const each of some) {
    metrics.append(each);
    copies.append(each);
  }
  metrics.close();
  copies.close();
}

describe("the copies of the metrics", () => {
  test("are a column for each metric, in the order in which they first appear", () => {
    log(rows);
    expect(csv()).toBe(
      [
        'update,simulations,evaluations,bestValue,bestGap,loss,entropy,"eval/greedy, mean"',
        "1,10,9,,,1.5,,",
        "2,20,18,50,0.25,1,0.5,",
        "3,30,27,50,0.25,0.5,,7",
        "4,40,36,50,0.25,,0.25,",
        "",
      ].join("\n"),
    );
  });

  test("name the scenario where a run is on several, and tell apart what bears another's name", () => {
    log([{ ...row(2, { update: 3 }), scenario: 'a "b"' }]);
    expect(csv()).toBe(
      "update,scenario,simulations,evaluations,bestValue,bestGap,metrics.update\n" +
        '2,"a ""b""",20,18,50,0.25,3\n',
    );
  });

  test.each([1, 2, 3])("made again from the first %i rows and grown are those of one run", (kept) => {
    log(rows);
    const whole = { csv: csv(), events: events() };
    const file = statSync(pathOf(EVENTS)).ino;
    const lines = readFileSync(pathOf(METRICS), "utf8").split("\n");
    truncateSync(pathOf(METRICS), Buffer.byteLength(`${lines.slice(0, kept).join("\n")}\n`));
    log(rows.slice(kept));
    expect({ csv: csv(), events: events() }).toEqual(whole);
    expect(statSync(pathOf(EVENTS)).ino).toBe(file);
  });

  test("that were torn or changed are made again", () => {
    log(rows);
    const whole = { csv: csv(), events: events() };
    truncateSync(pathOf(EVENTS), 30);
    appendFileSync(pathOf("metrics.csv"), "5,torn");
    openCopies(pathOf).close();
    expect({ csv: csv(), events: events() }).toEqual(whole);
    removeCopies(pathOf);
    removeCopies(pathOf);
    openCopies(pathOf).close();
    expect({ csv: csv(), events: events() }).toEqual(whole);
  });
});
