import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBody } from "../../../../../../cli/commands/tools/serve/frames/decode.ts";
import { encodeFrame, reusedRoom } from "../../../../../../cli/commands/tools/serve/frames/encode.ts";
import { type FrameArray, PREFIX_BYTES } from "../../../../../../cli/commands/tools/serve/frames/frame.ts";
import { frameLimits } from "../../../../../../cli/commands/tools/serve/frames/limits.ts";

const limits = { ...frameLimits(1), arrays: 4, dimensions: 3, depth: 5 };

function bodyOf(frame: Uint8Array): [body: Uint8Array, headerBytes: number] {
  const numbers = new DataView(frame.buffer, frame.byteOffset);
  expect(numbers.getUint32(0, true)).toBe(frame.length - PREFIX_BYTES);
  return [frame.subarray(PREFIX_BYTES), numbers.getUint32(4, true)];
}

/** A body with this header and no arrays. */
function bodyWith(header: string): [body: Uint8Array, headerBytes: number] {
  const text = new TextEncoder().encode(header);
  const body = new Uint8Array(Math.ceil(text.length / 8) * 8);
  body.set(text);
  return [body, text.length];
}

const arrays = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc.int32Array({ maxLength: 20 }),
  fc.float32Array({ maxLength: 20 }),
  fc.float64Array({ maxLength: 20 }),
) as fc.Arbitrary<FrameArray>;

describe("a frame", () => {
  test("is read as it was written, to the bit", () => {
    const fields = fc.dictionary(
      fc.string().map((name) => `f${name}`),
      fc.oneof(fc.string(), fc.integer()),
      {
        maxKeys: 4,
      },
    );
    fc.assert(
      fc.property(fields, fc.array(arrays, { maxLength: 4 }), (given, data) => {
        const named = data.map((each, i) => ({ name: `a${i}`, data: each, shape: [each.length] }));
        const message = decodeBody(...bodyOf(encodeFrame(given, named)), limits);
        expect({ ...message.fields }).toEqual({ ...given });
        expect([...message.arrays.values()]).toEqual(named);
      }),
      { numRuns: 50 },
    );
  });

  test("has the bytes of the page: lengths, header, padding, entries in little-endian order", () => {
    const frame = encodeFrame({ call: "x" }, [{ name: "a", data: Int32Array.of(1, 258), shape: [2] }]);
    const header = '{"call":"x","arrays":[["a","i4",[2]]]}';
    const expected = [48, 0, 0, 0, header.length, 0, 0, 0, ...Buffer.from(header), 0, 0];
    expect(Array.from(frame)).toEqual([...expected, 1, 0, 0, 0, 2, 1, 0, 0]);
  });

  test("owns its arrays: what is done to the bytes later changes nothing", () => {
    const frame = encodeFrame({}, [{ name: "a", data: Uint8Array.of(7), shape: [1] }]);
    const { arrays: read } = decodeBody(...bodyOf(frame), limits);
    frame.fill(0);
    expect(read.get("a")!.data[0]).toBe(7);
  });

  test("owns its fields: what is done to the list of one is not in the next of the same bytes", () => {
    const frame = encodeFrame({ list: [1] });
    (decodeBody(...bodyOf(frame), limits).fields.list as number[]).push(2);
    expect(decodeBody(...bodyOf(frame), limits).fields).toEqual({ list: [1] });
  });

  test("has the same bytes in a room that is used again", () => {
    const room = reusedRoom();
    const data = Float64Array.of(1, 2, 3);
    for (const shape of [[3], [3, 1], [1, 3]]) {
      const arrays = [{ name: "a", data, shape }];
      expect(encodeFrame({ shape }, arrays, room)).toEqual(encodeFrame({ shape }, arrays));
    }
  });

  test.each([
    ["[1]", "no object"],
    ["{", "is not JSON"],
    [`{"a":${"[".repeat(9)}${"]".repeat(9)}}`, "nested more than 5 levels deep"],
    ['{"__proto__":{}}', 'a field "__proto__"'],
    ['{"arrays":{}}', "no list of at most 4 arrays"],
    ['{"arrays":[1,2,3,4,5]}', "no list of at most 4 arrays"],
    ['{"arrays":[["a","i4"]]}', "not listed as \\[name, type, shape\\]"],
    ['{"arrays":[["a","i8",[1]]]}', "no known type, expected u1, i4, f4, f8"],
    ['{"arrays":[["a","constructor",[1]]]}', "no known type"],
    ['{"arrays":[["a","i4",[-1]]]}', "has no shape"],
    ['{"arrays":[["a","i4",[1,1,1,1]]]}', "has no shape"],
    ['{"arrays":[["a","i4",[1000000,1000000]]]}', "1000000000000 entries"],
    ['{"arrays":[["a","u1",[0]],["a","u1",[0]]]}', 'the array "a" twice'],
    ['{"arrays":[["a","f8",[9]]]}', "expected 104 for its header and arrays"],
  ])("with the header %s is refused in one sentence", (header, sentence) => {
    expect(() => decodeBody(...bodyWith(header), limits)).toThrow(new RegExp(`${sentence}.*\\.$`));
  });

  test("whose header is no UTF-8 is refused", () => {
    expect(() => decodeBody(Uint8Array.of(0xff, 0xfe, 0, 0, 0, 0, 0, 0), 2, limits)).toThrow("not UTF-8");
  });
});
