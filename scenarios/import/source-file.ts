/**
 * `SourceFile`: a file as importers see it. Bytes, text, lines and JSON are made on request, so a
 * file of hundreds of megabytes is in memory in one form at a time. The generator `lines()` streams
 * the file, and `json()` drops the text that it parsed.
 *
 * Content that cannot be read or decoded is an `InputError`. It is one sentence without the file's
 * name, which `importFile` puts in front.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { InputError } from "../../env/model/errors.ts";

export interface SourceFile {
  /** As given by the user: a path, or any name for content that is not on disk. */
  readonly name: string;
  readonly sizeBytes: number;
  /** The first bytes as Latin-1 text, without a byte order mark: enough to recognise a format. */
  readonly head: string;
  /** The whole file. Importers of binary formats should keep views of it rather than copies. */
  bytes(): Uint8Array;
  /** Some bytes of it, fewer where the file ends before. The rest is not read. */
  slice(at: number, length: number): Uint8Array;
  /**
   * The whole file as text without a byte order mark, in an encoding of the WHATWG list, by default
   * UTF-8. Bytes that are none of it are an error.
   */
  text(encoding?: string): string;
  /** The lines one by one, without line ends; the whole text is never in memory. */
  lines(): Generator<string>;
  /** The parsed JSON value, the same one every time. */
  json(): unknown;
  /**
   * The top level of a JSON file whose text begins like an object; null for every other file.
   * Throws where JSON is broken.
   */
  jsonObject(): Readonly<Record<string, unknown>> | null;
  /**
   * Another file, by its path relative to this file's folder. Content that is not on disk has none.
   */
  beside(path: string): SourceFile;
}

const HEAD_BYTES = 1 << 16;
const CHUNK_BYTES = 1 << 20;
/** Longer lines are refused, since a line is held in memory as a whole. */
const LONGEST_LINE = 1 << 26;
/** The longest string of V8, in UTF-16 units. */
const LONGEST_TEXT_BYTES = 2 ** 29 - 24;

/** Bytes of a file, in pieces or whole. */
interface Storage {
  readonly sizeBytes: number;
  head(): Uint8Array;
  whole(): Uint8Array;
  slice(at: number, length: number): Uint8Array;
  chunks(): Generator<Uint8Array>;
  beside(path: string): SourceFile;
}

/** A file on disk; nothing is read but its head. */
export function openFile(path: string): SourceFile {
  const reading = <T>(read: (descriptor: number) => T): T => {
    let descriptor: number | undefined;
    try {
      descriptor = openSync(path, "r");
      return read(descriptor);
    } catch (error) {
      throw unreadable(path, error);
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  };
  return sourceFile(path, {
    sizeBytes: reading((descriptor) => {
      const status = fstatSync(descriptor);
      if (status.isDirectory())
        throw new InputError(`Scenario file "${path}" is a directory, expected a file.`);
      // The file is read more than once, which a pipe does not allow.
      if (!status.isFile())
        throw new InputError(`Scenario file "${path}" is a pipe or a device, expected a file.`);
      return status.size;
    }),
    head: () =>
      reading((descriptor) => {
        const buffer = new Uint8Array(HEAD_BYTES);
        return buffer.subarray(0, readSync(descriptor, buffer));
      }),
    whole: () => reading((descriptor) => readFileSync(descriptor)),
    slice: (at, length) =>
      reading((descriptor) => {
        const buffer = new Uint8Array(length);
        return buffer.subarray(0, readSync(descriptor, buffer, 0, length, at));
      }),
    *chunks() {
      const descriptor = openSync(path, "r");
      const buffer = new Uint8Array(CHUNK_BYTES);
      try {
        for (let size = readSync(descriptor, buffer); size > 0; size = readSync(descriptor, buffer))
          yield buffer.subarray(0, size);
      } finally {
        closeSync(descriptor);
      }
    },
    beside: (other) => openFile(isAbsolute(other) ? other : join(dirname(path), other)),
  });
}

/** Content that is already at hand. */
export function fileOf(content: string | Uint8Array, name: string): SourceFile {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return sourceFile(name, {
    sizeBytes: bytes.length,
    head: () => bytes.subarray(0, HEAD_BYTES),
    whole: () => bytes,
    slice: (at, length) => bytes.subarray(at, at + length),
    *chunks() {
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
    },
    beside: (other) => {
      throw new InputError(`names the file "${other}" beside it, but was not read from disk.`);
    },
  });
}

function sourceFile(name: string, storage: Storage): SourceFile {
  const head = Buffer.from(storage.head())
    .toString("latin1")
    .replace(/^\u00ef\u00bb\u00bf/, "");
  let parsed: { readonly value: unknown } | undefined;
  const file: SourceFile = {
    name,
    sizeBytes: storage.sizeBytes,
    head,
    bytes: storage.whole,
    slice: storage.slice,
    text(encoding = "utf-8") {
      if (storage.sizeBytes > LONGEST_TEXT_BYTES)
        throw new InputError(`the file has ${storage.sizeBytes} bytes, too many for one text.`);
      return decoded(decoderOf(encoding), storage.whole());
    },
    *lines() {
      const decoder = new TextDecoder("utf-8", { fatal: true });
      let rest = "";
      for (const chunk of storage.chunks()) {
        const lines = (rest + decoded(decoder, chunk, { stream: true })).split("\n");
        rest = lines.pop() as string;
        if (rest.length > LONGEST_LINE)
          throw new InputError(`a line is longer than ${LONGEST_LINE} characters.`);
        for (const line of lines) yield withoutReturn(line);
      }
      rest += decoded(decoder, new Uint8Array(0));
      if (rest !== "") yield withoutReturn(rest);
    },
    json() {
      parsed ??= { value: parsedJson(file.text()) };
      return parsed.value;
    },
    jsonObject() {
      if (!head.trimStart().startsWith("{")) return null;
      return file.json() as Readonly<Record<string, unknown>>;
    },
    beside: storage.beside,
  };
  return file;
}

const withoutReturn = (line: string): string => (line.endsWith("\r") ? line.slice(0, -1) : line);

function decoderOf(encoding: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch {
    throw new InputError(`the file's encoding is "${encoding.slice(0, 40)}", which is not known.`);
  }
}

function decoded(
  decoder: InstanceType<typeof TextDecoder>,
  bytes: Uint8Array,
  options: { stream?: boolean } = {},
): string {
  try {
    return decoder.decode(bytes, options);
  } catch (error) {
    if (error instanceof TypeError)
      throw new InputError(`the file is not text: its bytes are not ${decoder.encoding.toUpperCase()}.`);
    throw error;
  }
}

function parsedJson(text: string): unknown {
  try {
    checkBrackets(text);
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const reason = error.message.replace(/\s+/g, " ").slice(0, 160);
    throw new InputError(`the file is not valid JSON: ${reason}.`);
  }
}

const DEEPEST_JSON = 1000;

/** The largest graphs that are read have some 1.5 million. */
const MOST_CONTAINERS = 2_000_000;

/**
 * The parser needs memory for each bracket that is open, about 70 bytes for one byte of text. So
 * does each object or list that it makes.
 */
function checkBrackets(text: string): void {
  let open = 0;
  let containers = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) quoted = !quoted;
    else if (quoted) {
      if (code === BACKSLASH) i++;
    } else if (code === BRACKET || code === BRACE) {
      if (++open > DEEPEST_JSON)
        throw new InputError(`the file's JSON is nested more than ${DEEPEST_JSON} deep.`);
      if (++containers > MOST_CONTAINERS)
        throw new InputError(`the file's JSON has more than ${MOST_CONTAINERS} objects and lists.`);
    } else if (code === BRACKET + 2 || code === BRACE + 2) open--;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACKET = 0x5b;
const BRACE = 0x7b;

function unreadable(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  return new InputError(
    code === "ENOENT"
      ? `Scenario file "${path}" does not exist.`
      : `Scenario file "${path}" cannot be read (${code}).`,
  );
}

/** The text after leading white space, comments of C and C++, and lines that begin with `#`. */
export function afterComments(head: string): string {
  let at = 0;
  for (;;) {
    while (/\s/.test(head.charAt(at))) at++;
    const isLine = head.startsWith("//", at) || head[at] === "#";
    if (!isLine && !head.startsWith("/*", at)) return head.slice(at);
    const end = isLine ? head.indexOf("\n", at) : head.indexOf("*/", at + 2);
    if (end === -1) return "";
    at = end + (isLine ? 1 : 2);
  }
}
