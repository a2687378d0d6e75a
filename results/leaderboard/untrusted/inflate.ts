/**
 * Lines of a gzip file that a stranger wrote. Inflating stops at the limit, so that a small file
 * cannot fill the memory. All bytes of the file belong to the one stream that it holds.
 */
import { gunzipSync, gzipSync } from "node:zlib";
import { InputError } from "../../../env/model/errors.ts";
import { INFLATED_BYTES } from "./limits.ts";

export function inflatedText(bytes: Uint8Array, where: string, limitBytes: number = INFLATED_BYTES): string {
  const inflated = inflate(bytes, where, limitBytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(inflated);
  } catch {
    throw new InputError(`${where} is not text: its bytes are not UTF-8.`);
  }
}

function inflate(bytes: Uint8Array, where: string, limitBytes: number): Buffer {
  const { buffer, engine } = inflated(bytes, where, limitBytes);
  if (engine.bytesWritten < bytes.length)
    throw new InputError(`${where} has ${bytes.length - engine.bytesWritten} bytes after its gzip stream.`);
  return buffer;
}

/** What `info: true` answers: the bytes, and the engine, which counts those that it was fed. */
interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

function inflated(bytes: Uint8Array, where: string, limitBytes: number): Inflated {
  try {
    return gunzipSync(bytes, { maxOutputLength: limitBytes, info: true }) as unknown as Inflated;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE")
      throw new InputError(`${where} inflates to more than ${limitBytes} bytes.`);
    throw new InputError(`${where} is a damaged gzip file: ${(error as Error).message}.`);
  }
}

/** The same text gives the same bytes: gzip's field of time stays 0 and that of the system 255. */
export function deflated(text: string): Buffer {
  const bytes = gzipSync(text, { level: 9 });
  bytes[OPERATING_SYSTEM] = UNKNOWN;
  return bytes;
}

/** RFC 1952, section 2.3. */
const OPERATING_SYSTEM = 9;
const UNKNOWN = 255;
