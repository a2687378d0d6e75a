/**
 * The lock of a run folder: one process writes to it at a time. The file `run.lock` names the
 * process that holds it. A second one is refused in a sentence; the lock of a dead process is taken
 * over. A lock is linked into place whole, so no kill leaves half of one.
 */
import { existsSync, linkSync, mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../env/model/errors.ts";
import { onDisk, readIfThere } from "./disk.ts";
import { type Life, lifeOf, ownIdentity, type ProcessIdentity } from "./process-identity.ts";

export const LOCK = "run.lock";

export interface FolderLock {
  /** Removes the lock, and the folder where the lock made it and it is empty. */
  release(): void;
}

/** Makes the folder where there is none. Throws `InputError` where another process holds it. */
export function lockFolder(folder: string): FolderLock {
  const path = join(folder, LOCK);
  const made = onDisk(folder, "written", () => mkdirSync(folder, { recursive: true }) !== undefined);
  const own = `${JSON.stringify(ownIdentity())}\n`;
  try {
    onDisk(path, "written", () => {
      while (!linked(path, own)) takeOver(path, folder);
    });
  } catch (error) {
    if (made) removeIfEmpty(folder);
    throw error;
  }
  return {
    release() {
      if (readIfThere(path) === own) rmSync(path, { force: true });
      if (made) removeIfEmpty(folder);
    },
  };
}

/** What `open` makes of the locked folder. It keeps the lock; where it fails the lock is gone. */
export async function openLocked<T>(folder: string, open: (lock: FolderLock) => Promise<T>): Promise<T> {
  const lock = lockFolder(folder);
  try {
    return await open(lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** False where the name is taken. */
function linked(path: string, own: string): boolean {
  const whole = `${path}.${process.pid}`;
  try {
    writeFileSync(whole, own);
    linkSync(whole, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    if (!WITHOUT_LINKS.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    return existsSync(path) ? false : wroteNew(path, own);
  } finally {
    rmSync(whole, { force: true });
  }
}

/** What file systems without hard links answer. */
const WITHOUT_LINKS = ["EPERM", "ENOTSUP", "ENOSYS", "EOPNOTSUPP"];

function wroteNew(path: string, own: string): boolean {
  try {
    writeFileSync(path, own, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Puts the lock of a dead process aside. Two that do so at once may put aside each other's new
 * lock. What was put aside is therefore looked at, and a wrong one goes back.
 */
function takeOver(path: string, folder: string): void {
  const found = readIfThere(path);
  if (found === null) return;
  const holder = holderIn(found);
  const life = holder === null ? "dead" : lifeOf(holder);
  if (holder !== null && life !== "dead") throw inUse(folder, path, holder, life);
  const aside = `${path}.${process.pid}.old`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if (readIfThere(aside) === found) rmSync(aside, { force: true });
  else renameSync(aside, path);
}

function inUse(folder: string, path: string, { pid }: ProcessIdentity, life: Life): InputError {
  if (pid === process.pid && life === "alive")
    return new InputError(`"${folder}" is in use by this process already.`);
  return new InputError(
    life === "alive"
      ? `"${folder}" is in use by process ${pid}; wait for its end, or give another folder.`
      : `"${folder}" is in use by process ${pid} of another machine or container; ` +
          `if that process has ended, delete "${path}".`,
  );
}

const schema = z.object({ pid: z.int().positive(), place: z.string(), start: z.string().nullable() });

/** Null where the text is no lock: a torn one, of a file system without links. */
function holderIn(text: string | null): ProcessIdentity | null {
  try {
    return schema.parse(JSON.parse(text ?? ""));
  } catch {
    return null;
  }
}

/** Leaves a folder that holds anything. */
export function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It holds the files of a run.
  }
}
