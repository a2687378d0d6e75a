/**
 * Tokens of the text form of protocol buffers: words, numbers, quoted texts and marks, each with
 * its line.
 */
import { InputError } from "../../../env/model/errors.ts";

export interface Token {
  readonly kind: "word" | "number" | "string" | "mark" | "end";
  /** As written in the file, with escapes; a quoted text without its quotes. */
  readonly text: string;
  readonly line: number;
}

const BLANK = /(?:[ \t\r\f\v]|#[^\n]*)+/y;
const WORD = /[A-Za-z_][A-Za-z0-9_.]*/y;
const NUMBER = /-?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fF]?)|-[A-Za-z]+/y;
const MARKS = new Set("{}<>[]:,;/-");

export function* tokensOf(text: string): Generator<Token> {
  let at = 0;
  let line = 1;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  while (at < text.length) {
    if (text[at] === "\n") {
      at++;
      line++;
      continue;
    }
    if (match(BLANK) !== null) continue;
    const word = match(WORD);
    if (word !== null) {
      yield { kind: "word", text: word[0], line };
      continue;
    }
    if (text[at] === '"' || text[at] === "'") {
      const end = endOfQuote(text, at, line);
      yield { kind: "string", text: text.slice(at + 1, end), line };
      at = end + 1;
      continue;
    }
    const number = match(NUMBER);
    if (number !== null) {
      yield { kind: "number", text: number[0], line };
      continue;
    }
    const mark = text[at];
    if (!MARKS.has(mark))
      throw new InputError(
        `line ${line}: the character ${JSON.stringify(mark)} stands where a field should.`,
      );
    at++;
    yield { kind: "mark", text: mark, line };
  }
  yield { kind: "end", text: "", line };
}

/** Position of the quote that closes the one at `start`. */
function endOfQuote(text: string, start: number, line: number): number {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === quote) return at;
    else if (text[at] === "\n") break;
  }
  throw new InputError(`line ${line}: a quoted text does not end on its line.`);
}

const ESCAPES: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  "\\": 92,
  "'": 39,
  '"': 34,
  "?": 63,
};
const ESCAPE = /\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/y;

/** The bytes that a quoted text means: never more than the bytes that write it. */
export function unquoted({ text, line }: Token): Uint8Array {
  const result = Buffer.allocUnsafe(Buffer.byteLength(text));
  let length = 0;
  for (let at = 0; at < text.length; ) {
    const slash = text.indexOf("\\", at);
    length += result.write(text.slice(at, slash === -1 ? text.length : slash), length);
    if (slash === -1) break;
    ESCAPE.lastIndex = slash;
    const found = ESCAPE.exec(text);
    if (found === null) throw new InputError(`line ${line}: a quoted text ends within an escape.`);
    at = ESCAPE.lastIndex;
    const escaped = escapedOf(found, line);
    if (typeof escaped === "string") length += result.write(escaped, length);
    else result[length++] = escaped;
  }
  return result.subarray(0, length);
}

/** A byte, or a character by its code point. */
function escapedOf([whole, octal, hex, short, long, letter]: RegExpExecArray, line: number): number | string {
  if (octal !== undefined) return Number.parseInt(octal, 8);
  if (hex !== undefined) return Number.parseInt(hex, 16);
  const point = Number.parseInt(short ?? long ?? "", 16);
  if (point <= 0x10ffff) return String.fromCodePoint(point);
  const byte = letter === undefined ? undefined : ESCAPES[letter];
  if (byte === undefined)
    throw new InputError(`line ${line}: ${JSON.stringify(whole)} is no escape of a quoted text.`);
  return byte;
}
