/**
 * Metrics as an event file of TensorBoard: TFRecords, each of one `Event` message with the scalars
 * of one update. The bytes depend on the rows alone.
 *
 * An event has a step and a time. The step is the simulations spent, rounded down, so that runs of
 * different agents lie on one axis. The time is no clock reading, because a resumed run leaves the
 * bytes of an uninterrupted one. It is the number of the update, in seconds from 1970, and the axis
 * "relative" of TensorBoard therefore counts updates.
 *
 * A run on several scenarios has a tag for each metric and one for each metric and scenario.
 */

import { maskedCrc32c } from "./crc32c.ts";
import type { MetricsRow } from "./metrics-row.ts";

/** TensorBoard looks for `tfevents` in the name. */
export const EVENTS = "events.out.tfevents.0.placement-gym";

/** The first record of a file. */
export const eventHeader = (): Uint8Array => record(message([double(1, 0), text(3, "brain.Event:2")]));

export function eventOf(row: MetricsRow): Uint8Array {
  const step = Math.floor(row.simulations ?? row.evaluations);
  const values = scalarsOf(row).map(([tag, value]) => bytes(1, message([text(1, tag), float(2, value)])));
  return record(message([double(1, row.update), varint(2, step), bytes(5, message(values))]));
}

/** What is plotted of a row, by tag. */
export function scalarsOf({ metrics, bestValue, bestGap, scenario }: MetricsRow): [string, number][] {
  const known = (entries: readonly (readonly [string, number | null | undefined])[]) =>
    entries.filter((entry): entry is [string, number] => Number.isFinite(entry[1]));
  const own = known(Object.entries(metrics));
  const best = known([
    ["bestValue", bestValue],
    ["bestGap", bestGap],
  ]);
  if (scenario === undefined) return [...own, ...best];
  return [
    ...own,
    ...[...own, ...best].map(([tag, value]): [string, number] => [`${tag}/${scenario}`, value]),
  ];
}

/** Length, its checksum, the data, their checksum. */
function record(data: Uint8Array): Uint8Array {
  const framed = Buffer.alloc(data.length + 16);
  framed.writeBigUInt64LE(BigInt(data.length), 0);
  framed.writeUInt32LE(maskedCrc32c(framed.subarray(0, 8)), 8);
  framed.set(data, 12);
  framed.writeUInt32LE(maskedCrc32c(data), 12 + data.length);
  return framed;
}

/** Wire types of protocol buffers. */
const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const message = (fields: readonly Uint8Array[]): Uint8Array => Buffer.concat(fields);

const key = (field: number, wire: keyof typeof WIRE): Uint8Array => unsigned((field << 3) | WIRE[wire]);

/** Seven bits a byte, the lowest first; exact up to 2^53. */
function unsigned(value: number): Uint8Array {
  const groups: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) groups.push((rest % 0x80) | 0x80);
  return Uint8Array.from([...groups, rest]);
}

const varint = (field: number, value: number): Uint8Array =>
  Buffer.concat([key(field, "varint"), unsigned(value)]);

const bytes = (field: number, content: Uint8Array): Uint8Array =>
  Buffer.concat([key(field, "bytes"), unsigned(content.length), content]);

const text = (field: number, content: string): Uint8Array => bytes(field, Buffer.from(content, "utf8"));

function double(field: number, value: number): Uint8Array {
  const content = Buffer.alloc(8);
  content.writeDoubleLE(value);
  return Buffer.concat([key(field, "fixed64"), content]);
}

function float(field: number, value: number): Uint8Array {
  const content = Buffer.alloc(4);
  content.writeFloatLE(value);
  return Buffer.concat([key(field, "fixed32"), content]);
}
