/**
 * Copies of `metrics.jsonl` for other programs: an event file of TensorBoard and a CSV. They hold
 * nothing that the log does not. A run that goes on makes them from the log that it has cut back.
 * An interrupted run thereby leaves the same bytes as an uninterrupted one.
 *
 * Both grow by an append for each update. An event file that agrees with the log is cut in place,
 * so that a TensorBoard that has it open reads on. A new metric rewrites the CSV with its column.
 */
import { closeSync, existsSync, openSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { writeAtomically } from "../../files/atomic.ts";
import { type Disk, onDisk, realDisk, writeAll } from "../../files/disk.ts";
import { EVENTS, eventHeader, eventOf } from "./event-file.ts";
import { CSV, columnsOf, csvLine, csvRow } from "./metrics-csv.ts";
import { asWritten, METRICS, type MetricsRow, readMetrics } from "./metrics-row.ts";

export interface MetricsCopies {
  /** After the row was appended to the log. */
  append(row: MetricsRow): void;
  close(): void;
}

/** Makes the copies of the log as it is now. `pathOf` answers the path of a file of the run. */
export function openCopies(pathOf: (name: string) => string): MetricsCopies {
  const rows = readMetrics(pathOf(METRICS));
  const events = openGrowing(pathOf(EVENTS), Buffer.concat([eventHeader(), ...rows.map(eventOf)]));
  let columns = columnsOf(rows);
  const wholeCsv = (all: readonly MetricsRow[]) =>
    Buffer.from([csvLine(columns), ...all.map((row) => csvRow(row, columns))].join(""), "utf8");
  let csv = openGrowing(pathOf(CSV), wholeCsv(rows));
  return {
    append(given) {
      const row = asWritten(given);
      events.append(eventOf(row));
      if (columnsOf([row]).every((column) => columns.includes(column)))
        return csv.append(Buffer.from(csvRow(row, columns), "utf8"));
      csv.close();
      const all = readMetrics(pathOf(METRICS));
      columns = columnsOf(all);
      csv = openGrowing(pathOf(CSV), wholeCsv(all));
    },
    close() {
      events.close();
      csv.close();
    },
  };
}

/** Where a run that is begun again has no rows. */
export function removeCopies(pathOf: (name: string) => string): void {
  for (const name of [CSV, EVENTS])
    onDisk(pathOf(name), "written", () => rmSync(pathOf(name), { force: true }));
}

interface GrowingFile {
  append(bytes: Uint8Array): void;
  close(): void;
}

/** A file that holds `content` and nothing else, whatever it held before. */
function openGrowing(path: string, content: Buffer, disk: Disk = realDisk): GrowingFile {
  const before = onDisk(path, "read", () => (existsSync(path) ? readFileSync(path) : null));
  if (before === null || !before.subarray(0, content.length).equals(content)) writeAtomically(path, content);
  else if (before.length > content.length) onDisk(path, "written", () => truncateSync(path, content.length));
  const file = onDisk(path, "written", () => openSync(path, "a"));
  return {
    append: (bytes) => onDisk(path, "written", () => writeAll(disk, file, bytes)),
    close: () => closeSync(file),
  };
}
