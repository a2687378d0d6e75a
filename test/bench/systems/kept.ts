/**
 * Long parts of a check, kept under runs/systems. So a check that was stopped goes on where it was.
 * What is kept is right for the code that made it: `--again` forgets it.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cpuSeconds as ownSeconds } from "../cpu-seconds.ts";

interface Part<T> {
  readonly made: T;
  /** What it took to make. */
  readonly cpuSeconds: number;
}

/** CPU time of parts that were read and not made, in this process. */
let savedSeconds = 0;

const folderOf = (system: string) =>
  fileURLToPath(new URL(`../../../runs/systems/${system}`, import.meta.url));

/** CPU time of this process, with that of the kept parts which it read. */
export const cpuSeconds = (): number => ownSeconds() + savedSeconds;

/** What `make` gives, or gave under that name before; anything that JSON can hold. */
export async function kept<T>(system: string, name: string, make: () => T | Promise<T>): Promise<T> {
  const path = join(folderOf(system), `${name.replaceAll("/", "_")}.json`);
  if (existsSync(path)) {
    const { made, cpuSeconds } = JSON.parse(readFileSync(path, "utf8")) as Part<T>;
    savedSeconds += cpuSeconds;
    return made;
  }
  const before = ownSeconds();
  const made = await make();
  mkdirSync(folderOf(system), { recursive: true });
  writeFileSync(path, JSON.stringify({ made, cpuSeconds: ownSeconds() - before } satisfies Part<T>));
  return made;
}

export const forget = (system: string): void => rmSync(folderOf(system), { recursive: true, force: true });
