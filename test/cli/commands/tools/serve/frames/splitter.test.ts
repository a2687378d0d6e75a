import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeFrame } from "../../../../../../cli/commands/tools/serve/frames/encode.ts";
import { frameLimits } from "../../../../../../cli/commands/tools/serve/frames/limits.ts";
import { type Cut, createSplitter } from "../../../../../../cli/commands/tools/serve/frames/splitter.ts";
import { drawn } from "../../../../../law-runs.ts";

const limits = { ...frameLimits(), bodyBytes: 400_000 };

function prefixed(bodyBytes: number, headerBytes: number, body = new Uint8Array(bodyBytes)): Uint8Array {
  const frame = new Uint8Array(8 + body.length);
  const numbers = new DataView(frame.buffer);
  numbers.setUint32(0, bodyBytes, true);
  numbers.setUint32(4, headerBytes, true);
  frame.set(body, 8);
  return frame;
}

/** What the splitter cuts out of the stream when it comes in pieces of these lengths. */
function cutsOf(stream: Uint8Array, lengths: readonly number[]): Cut[] {
  const splitter = createSplitter(limits);
  const cuts: Cut[] = [];
  for (let at = 0, i = 0; at < stream.length; i++) {
    const length = lengths[i % lengths.length];
    cuts.push(...splitter.take(stream.subarray(at, at + length)));
    at += length;
  }
  return cuts;
}

test("frames are the same however the stream is cut", () => {
  const frames = [{}, { a: 1 }, { b: "x".repeat(100) }].map((fields) => encodeFrame(fields));
  const stream = Buffer.concat([...frames, prefixed(0, 0)]);
  const whole = cutsOf(stream, [stream.length]);
  expect(whole.length).toBe(4);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }), (lengths) => {
      expect(cutsOf(stream, lengths)).toEqual(whole);
    }),
    { numRuns: drawn(50) },
  );
});

test("a long body comes whole", () => {
  const body = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);
  const [cut] = cutsOf(prefixed(body.length, 2, body), [70_001]);
  expect("body" in cut && Buffer.compare(cut.body, body) === 0 && cut.headerBytes).toBe(2);
});

test("a frame that is too large, or whose header is, is refused and skipped", () => {
  const good = encodeFrame({ a: 1 });
  const cuts = cutsOf(Buffer.concat([prefixed(400_008, 8), good, prefixed(8, 16), good]), [1000]);
  expect(cuts.map((cut) => ("refusal" in cut ? cut.refusal : "read"))).toEqual([
    "The frame has 400008 bytes, expected at most 400000.",
    "read",
    "The header of the frame has 16 bytes, expected at most the 8 of the frame.",
    "read",
  ]);
});

test("a length that is only claimed takes no memory", () => {
  const splitters = Array.from({ length: 2000 }, () => createSplitter(frameLimits(4095)));
  const before = process.memoryUsage().arrayBuffers;
  for (const splitter of splitters) splitter.take(prefixed(4_000_000_000, 0, new Uint8Array(8)));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2000 * 100_000);
});
