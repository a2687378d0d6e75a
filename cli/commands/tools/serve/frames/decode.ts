/**
 * Reads frames. What a stranger sends is read within limits, and whatever is wrong is one sentence.
 */
import { InputError } from "../../../../../env/model/errors.ts";
import { boundedJson } from "../../../../../results/leaderboard/untrusted/json.ts";
import { arrayTypes, type Message, type NamedArray, padded, type TypeName } from "./frame.ts";
import type { FrameLimits } from "./limits.ts";

/**
 * Headers as short as these repeat from step to step, so they are kept as parsed. One with objects
 * in it is not: who gets these may change them.
 */
const KEPT_HEADER_BYTES = 256;
const KEPT_HEADERS = 64;

interface Layout {
  readonly fields: Message["fields"];
  readonly parts: readonly {
    readonly name: string;
    readonly type: TypeName;
    readonly shape: readonly number[];
    readonly offset: number;
    readonly length: number;
  }[];
  readonly bodyBytes: number;
}

/** The sentence for a prefix whose body cannot be, else null. */
export function refusalOfPrefix(bodyBytes: number, headerBytes: number, limits: FrameLimits): string | null {
  if (bodyBytes > limits.bodyBytes)
    return `The frame has ${bodyBytes} bytes, expected at most ${limits.bodyBytes}.`;
  if (headerBytes > bodyBytes)
    return `The header of the frame has ${headerBytes} bytes, expected at most the ${bodyBytes} of the frame.`;
  return null;
}

/** Reads a body. Pre: `refusalOfPrefix` is null. The arrays of the message are copies. */
export function decodeBody(body: Uint8Array, headerBytes: number, limits: FrameLimits): Message {
  const { fields, parts, bodyBytes } = layoutOf(body.subarray(0, headerBytes), limits);
  if (bodyBytes !== body.length)
    throw new InputError(
      `The frame has ${body.length} bytes, expected ${bodyBytes} for its header and arrays.`,
    );
  const arrays = new Map<string, NamedArray>();
  for (const { name, type, shape, offset, length } of parts) {
    const data = new arrayTypes[type](length);
    new Uint8Array(data.buffer).set(body.subarray(offset, offset + data.byteLength));
    arrays.set(name, { name, data, shape });
  }
  return { fields, arrays };
}

const kept = new Map<string, Layout>();

function layoutOf(bytes: Uint8Array, limits: FrameLimits): Layout {
  if (bytes.length > KEPT_HEADER_BYTES) return parsedLayout(textOf(bytes), bytes.length, limits);
  const text = textOf(bytes);
  const known = kept.get(text);
  if (known !== undefined && known.parts.length <= limits.arrays) return known;
  const layout = parsedLayout(text, bytes.length, limits);
  if (Object.values(layout.fields).some((value) => typeof value === "object")) return layout;
  if (kept.size >= KEPT_HEADERS) kept.clear();
  kept.set(text, layout);
  return layout;
}

function parsedLayout(text: string, headerBytes: number, limits: FrameLimits): Layout {
  const header = boundedJson(text, "The header of the frame", limits.depth);
  if (typeof header !== "object" || header === null || Array.isArray(header))
    throw new InputError("The header of the frame is no object, expected one with the field call.");
  const { arrays = [], ...fields } = header as Record<string, unknown>;
  if (!Array.isArray(arrays) || arrays.length > limits.arrays)
    throw new InputError(`The field arrays is no list of at most ${limits.arrays} arrays.`);
  const parts: Layout["parts"][number][] = [];
  let offset = padded(headerBytes);
  for (const listed of arrays) {
    const { name, type, shape, length } = listedArray(listed, limits);
    if (parts.some((part) => part.name === name))
      throw new InputError(`The frame has the array "${name}" twice.`);
    parts.push({ name, type, shape, offset, length });
    offset += padded(length * arrayTypes[type].BYTES_PER_ELEMENT);
  }
  return { fields, parts, bodyBytes: offset };
}

function listedArray(listed: unknown, limits: FrameLimits) {
  const [name, type, shape] = Array.isArray(listed) && listed.length === 3 ? listed : [];
  if (typeof name !== "string" || name.length > 100)
    throw new InputError("An array of the frame is not listed as [name, type, shape].");
  if (typeof type !== "string" || !Object.hasOwn(arrayTypes, type))
    throw new InputError(
      `The array "${name}" has no known type, expected ${Object.keys(arrayTypes).join(", ")}.`,
    );
  const isShape =
    Array.isArray(shape) &&
    shape.length <= limits.dimensions &&
    shape.every((extent) => Number.isInteger(extent) && extent >= 0 && extent <= limits.bodyBytes);
  if (!isShape)
    throw new InputError(
      `The array "${name}" has no shape, expected at most ${limits.dimensions} whole numbers.`,
    );
  const length = (shape as number[]).reduce((product, extent) => product * extent, 1);
  if (!(length <= limits.bodyBytes))
    throw new InputError(`The array "${name}" has ${length} entries, expected at most ${limits.bodyBytes}.`);
  return { name, type: type as TypeName, shape: shape as number[], length };
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new InputError("The header of the frame is not UTF-8.");
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
