/**
 * A folder that a stranger wrote. It is read by the names that a caller knows, never by names from
 * within its files. Links are not followed, and nothing but plain files of a known size is opened.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../../env/model/errors.ts";
import { onDisk } from "../../files/disk.ts";

/** Names of the plain folders inside a folder, sorted. Throws `InputError` on anything else. */
export function plainFolders(path: string, most: number): string[] {
  refuseLink(path, "folder");
  const names = namesIn(path, most);
  for (const name of names) refuseLink(join(path, name), "folder");
  return names;
}

/** Names of its files. Throws `InputError` on a file that is missing or not expected. */
export function checkFiles(
  path: string,
  required: readonly string[],
  optional: readonly string[],
): readonly string[] {
  refuseLink(path, "folder");
  const names = namesIn(path, required.length + optional.length);
  const extra = names.find((name) => !required.includes(name) && !optional.includes(name));
  if (extra !== undefined)
    throw new InputError(`"${path}" holds "${extra}", expected ${required.join(" and ")} alone.`);
  const missing = required.find((name) => !names.includes(name));
  if (missing !== undefined) throw new InputError(`"${path}" holds no ${missing}.`);
  return names;
}

/**
 * The bytes of a plain file of at most `limitBytes`. The size is looked at on the opened file, so
 * that nobody can put another one in its place.
 */
export function boundedBytes(path: string, limitBytes: number): Buffer {
  refuseLink(path, "file");
  return onDisk(path, "read", () => {
    const file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      const { size } = fstatSync(file);
      if (size > limitBytes)
        throw new InputError(`"${path}" has ${size} bytes, more than the ${limitBytes} that are read.`);
      const bytes = Buffer.alloc(size);
      let read = 0;
      for (let more = 1; more > 0 && read < size; read += more)
        more = readSync(file, bytes, read, size - read, read);
      return bytes.subarray(0, read);
    } finally {
      closeSync(file);
    }
  });
}

/** Names in a folder, sorted; not many more than `most` are looked at. */
function namesIn(path: string, most: number): string[] {
  const names = onDisk(path, "read", () => readdirSync(path)).sort();
  if (names.length > most)
    throw new InputError(`"${path}" holds ${names.length} files, expected at most ${most}.`);
  return names;
}

function refuseLink(path: string, expected: "file" | "folder"): void {
  const stats = onDisk(path, "read", () => lstatSync(path));
  if (stats.isSymbolicLink()) throw new InputError(`"${path}" is a link, and links are not followed.`);
  const fits = expected === "file" ? stats.isFile() : stats.isDirectory();
  if (!fits) throw new InputError(`"${path}" is no plain ${expected}.`);
}
