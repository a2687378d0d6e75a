/** Hostile files of bytes: protocol buffers and pickles. Those of text are in hostile-files.ts. */

/** The size of every hostile file, at most. */
export const MOST_BYTES = 10_000_000;

/** Bytes again and again, between others. */
function repeated(
  before: readonly number[],
  piece: readonly number[],
  after: readonly number[] = [],
): Uint8Array {
  const times = Math.floor((MOST_BYTES - before.length - after.length) / piece.length);
  const bytes = new Uint8Array(before.length + times * piece.length + after.length);
  bytes.set(before);
  for (let i = 0; i < times; i++) bytes.set(piece, before.length + i * piece.length);
  bytes.set(after, before.length + times * piece.length);
  return bytes;
}

const ascii = (text: string): number[] => [...Buffer.from(text, "latin1")];
/** Field 7 of an ONNX model, the graph, with a length of 9,990,000 bytes in a varint. */
const onnxHead = [0x08, 8, 0x3a, 0xf0, 0xde, 0xe1, 0x04];

export function hostileBinaries(): [string, string, () => Uint8Array][] {
  return [
    ["onnx", "empty nodes", () => repeated(onnxHead, [0x0a, 0]).subarray(0, 7 + 9_990_000)],
    ["onnx", "empty inputs", () => repeated(onnxHead, [0x5a, 0]).subarray(0, 7 + 9_990_000)],
    ["onnx", "empty weights", () => repeated(onnxHead, [0x2a, 0]).subarray(0, 7 + 9_990_000)],
    [
      "onnx",
      "nodes with an output",
      () => repeated(onnxHead, [0x0a, 3, 0x12, 1, 97]).subarray(0, 7 + 9_990_000),
    ],
    ["tensorflow", "empty nodes", () => repeated([], [0x0a, 0])],
    ["tensorflow", "nodes with empty inputs", () => repeated([], [0x0a, 4, 0x1a, 0, 0x1a, 0])],
    ["pickle", "empty lists", () => repeated([0x80, 3], ascii("]"), ascii("."))],
    ["pickle", "empty dictionaries", () => repeated([0x80, 3], ascii("}"), ascii("."))],
    ["pickle", "marks", () => repeated([0x80, 3], ascii("("), ascii("."))],
    [
      "pickle",
      "one tuple twice in the next",
      () => repeated([0x80, 3, ...ascii(")")], ascii("2\x86"), ascii(".")),
    ],
    [
      "pickle",
      "a dictionary of numbers",
      () => repeated([0x80, 3, ...ascii("}(")], ascii("K\x01K\x01"), ascii("u.")),
    ],
  ];
}
