/** Both readers of protocol buffers, on files of protobufjs and on damaged files. */
import fc from "fast-check";
import protobuf from "protobufjs";
import { describe, expect, test } from "vitest";
import { InputError } from "../../../../env/index.ts";
import { readBinary } from "../../../../scenarios/import/protobuf/binary.ts";
import {
  bool,
  bytes,
  type CountedNumbers,
  counted,
  enumeration,
  float,
  int,
  list,
  type MessageType,
  MOST_KEPT,
  mapOf,
  message,
  optional,
  text,
} from "../../../../scenarios/import/protobuf/schema.ts";
import { readText } from "../../../../scenarios/import/protobuf/text.ts";

interface Leaf {
  readonly label: string;
  readonly weight: number;
}
interface Tree {
  readonly name: string;
  readonly size: number | null;
  readonly isOpen: boolean;
  readonly ratio: number;
  readonly raw: Uint8Array;
  readonly sizes: readonly number[];
  readonly children: readonly Tree[];
  readonly leaves: ReadonlyMap<string, Leaf>;
  readonly data: CountedNumbers;
  readonly colour: number;
}
const leaf: MessageType<Leaf> = { name: "Leaf", fields: { label: text(1), weight: int(2) } };
const tree: MessageType<Tree> = {
  name: "Tree",
  fields: {
    name: text(1),
    size: optional(int(2)),
    isOpen: bool(3),
    ratio: float(4),
    raw: bytes(6),
    sizes: list(int(7)),
    children: list(message(8, () => tree)),
    leaves: mapOf(9, () => leaf),
    data: counted("float", 10),
    colour: enumeration(11, { RED: 0, GREEN: 1 }),
  },
};
const written = protobuf
  .parse(
    `syntax = "proto3";
  message Leaf { string label = 1; int64 weight = 2; }
  message Tree {
    string name = 1; optional int64 size = 2; bool isOpen = 3; float ratio = 4; bytes raw = 6;
    repeated int64 sizes = 7; repeated Tree children = 8; map<string, Leaf> leaves = 9; repeated float data = 10;
    int32 colour = 11; string unknown = 12; fixed64 strange = 13;
  }`,
    { keepCase: true },
  )
  .root.lookupType("Tree");

const encoded = (content: object): Uint8Array =>
  new Uint8Array(written.encode(written.fromObject(content)).finish());
const whole = fc.integer({ min: -(2 ** 40), max: 2 ** 40 });
const leafOf = fc.record({ label: fc.string(), weight: whole });
const treeOfDepth = (depth: number): fc.Arbitrary<object> =>
  fc.record({
    name: fc.string(),
    size: whole,
    isOpen: fc.boolean(),
    ratio: fc.float({ noNaN: true }),
    raw: fc.uint8Array({ maxLength: 8 }),
    sizes: fc.array(whole, { maxLength: 4 }),
    children: depth === 0 ? fc.constant([]) : fc.array(treeOfDepth(depth - 1), { maxLength: 2 }),
    leaves: fc.dictionary(fc.string({ minLength: 1 }), leafOf, { maxKeys: 3, noNullPrototype: true }),
    data: fc.array(fc.float({ noNaN: true }), { maxLength: 4 }),
    colour: fc.constantFrom(0, 1),
    unknown: fc.string(),
    strange: fc.nat(),
  });
const treeOf = treeOfDepth(2);

/** The expected result of our reader. */
// biome-ignore lint/suspicious/noExplicitAny: the generator's own objects
function expected({ unknown: _u, strange: _s, leaves, data, children, ...rest }: any): unknown {
  return {
    ...rest,
    children: children.map(expected),
    leaves: new Map(Object.entries(leaves)),
    data: { count: data.length, first: data },
  };
}
// biome-ignore lint/suspicious/noExplicitAny: views of bytes become arrays, to be compared
const plain = (read: any): unknown => ({
  ...read,
  raw: new Uint8Array(read.raw),
  children: read.children.map(plain),
});

/** The text form, as a person would write it. */
// biome-ignore lint/suspicious/noExplicitAny: the generator's own objects
function asText(value: any): string {
  const quoted = (content: string | Uint8Array) =>
    `"${[...Buffer.from(content)].map((byte) => (byte > 31 && byte < 127 && byte !== 34 && byte !== 92 ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, "0")}`)).join("")}"`;
  const number = (n: number) =>
    Number.isFinite(n) ? (Object.is(n, -0) ? "-0" : String(n)) : n > 0 ? "inf" : "-inf";
  const leaves = Object.entries<{ label: string; weight: number }>(value.leaves).map(
    ([key, { label, weight }]) =>
      `leaves { key: ${quoted(key)} value { label: ${quoted(label)} weight: ${weight} } }`,
  );
  return [
    `name: ${quoted(value.name)} # a comment`,
    `size: ${value.size}`,
    `isOpen: ${value.isOpen},`,
    `ratio: ${number(value.ratio)};`,
    `raw: ${quoted(value.raw)} ''`,
    `sizes: [${value.sizes.join(", ")}]`,
    ...value.children.map((child: unknown) => `children: <\n${asText(child)}\n>`),
    ...leaves,
    ...value.data.map((n: number) => `data: ${number(n)}`),
    `colour: ${value.colour === 0 ? "RED" : "1"}`,
    `unknown { [any.type/Name] { deep: [1, "x" "y", -inf] } more: FOO }`,
  ].join("\n");
}

describe("readers", () => {
  test("give back what was written, in binary and in text, unknown fields or not", () => {
    fc.assert(
      fc.property(treeOf, (value) => {
        expect(plain(readBinary(tree, encoded(value)))).toEqual(expected(value));
        expect(plain(readText(tree, asText(value)))).toEqual(expected(value));
      }),
      { numRuns: 60 },
    );
  });

  test("take numbers packed and one by one", () => {
    const one = Uint8Array.of(0x38, 5, 0x38, 0x96, 0x01);
    expect(readBinary(tree, one).sizes).toEqual([5, 150]);
    expect(readBinary(tree, Uint8Array.of(0x3a, 3, 5, 0x96, 0x01)).sizes).toEqual([5, 150]);
  });

  test("keep views of bytes, and count long lists without keeping them", () => {
    const content = encoded({ raw: new Uint8Array(1000), data: new Array(10_000).fill(1.5) });
    const read = readBinary(tree, content);
    expect(read.raw.buffer).toBe(content.buffer);
    expect([read.data.count, read.data.first.length]).toEqual([10_000, MOST_KEPT]);
  });

  test("refuse nesting without end", () => {
    let deep = new Uint8Array(0);
    for (let i = 0; i < 200; i++) {
      const length = deep.length < 128 ? [deep.length] : [(deep.length & 127) | 128, deep.length >> 7];
      deep = Uint8Array.of(0x42, ...length, ...deep);
    }
    expect(() => readBinary(tree, deep)).toThrow(/nested more than 64 messages deep/);
    expect(() => readText(tree, "children {".repeat(200))).toThrow(/at most 64 messages in each other/);
    expect(() => readText(tree, "unknown {".repeat(50_000))).toThrow(/at most 64 messages in each other/);
  });

  test("give a sentence or a message for any bytes and any text", () => {
    const check = (read: () => unknown) => {
      try {
        read();
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        expect((error as InputError).message).toMatch(/^[^\n]{10,300}\.$/);
      }
    };
    fc.assert(
      fc.property(treeOf, fc.nat(), fc.uint8Array({ maxLength: 4 }), (value, at, damage) => {
        const content = encoded(value);
        content.set(damage.subarray(0, content.length), at % Math.max(1, content.length - damage.length));
        check(() => readBinary(tree, content));
        const written = asText(value);
        const place = at % written.length;
        check(() =>
          readText(
            tree,
            written.slice(0, place) + Buffer.from(damage).toString("latin1") + written.slice(place + 3),
          ),
        );
      }),
      { numRuns: 150 },
    );
  });
});

describe("the text form", () => {
  test.each([
    ["name 5", /^line 1: found "5", expected ":" or "\{" after name\.$/],
    ["name: 5", /^line 1: found "5", expected a quoted text as name\.$/],
    ['\nsize: "x"', /^line 2: found "x", expected a number as size\.$/],
    ["isOpen: maybe", /expected true or false as isOpen/],
    ['name: "open', /^line 1: a quoted text does not end on its line\.$/],
    ['name: "\\q"', /is no escape of a quoted text/],
    ["children: 5", /expected "\{" after children/],
    ["children { name: 'a'", /found the end of the file/],
    ["sizes: [1, 2", /found the end of the file, expected "," or "\]"/],
    ["colour: BLUE", /expected a number as colour/],
    ["@", /the character "@" stands where a field should/],
  ])("%j is one sentence with its line", (content, sentence) => {
    expect(() => readText(tree, content)).toThrow(sentence);
  });

  test("knows octal and hexadecimal numbers, suffixes, and joins texts", () => {
    const { size, ratio, name, sizes } = readText(
      tree,
      "size: 0x1f ratio: 1.5f name: 'a' \"\\u00e9\\x41\" sizes: -017",
    );
    expect([size, ratio, name, sizes]).toEqual([31, 1.5, "aéA", [-15]]);
  });
});
