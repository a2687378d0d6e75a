/**
 * Names of the site's files from names of scenarios, tracks and entries, which may hold anything.
 * Only letters, digits, dots, dashes and underscores are left. No two files have one name, also
 * where a disk takes upper and lower case for the same.
 */

const MOST_CHARACTERS = 80;
/** What some systems keep for devices. */
const kept = /^(con|prn|aux|nul|com\d|lpt\d)$/i;

/** In the order of `names`; equal names share a file. */
export function fileNames(names: readonly string[]): ReadonlyMap<string, string> {
  const fileOf = new Map<string, string>();
  const taken = new Set<string>();
  for (const name of names) {
    if (fileOf.has(name)) continue;
    const plain = plainName(name);
    let file = plain;
    for (let n = 2; taken.has(file.toLowerCase()); n++) file = `${plain}-${n}`;
    taken.add(file.toLowerCase());
    fileOf.set(name, file);
  }
  return fileOf;
}

function plainName(name: string): string {
  const plain = name
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .slice(0, MOST_CHARACTERS)
    .replace(/^[-.]+|[-.]+$/g, "");
  return plain === "" || kept.test(plain.split(".")[0]) ? `name-${plain}`.replace(/-$/, "") : plain;
}
