/**
 * The folder of golden values and real profiles that lies beside some checkouts; a user's clone has
 * none.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder itself; golden-skips.ts reports what is skipped without it. */
export const sharedFolder = fileURLToPath(new URL("../../shared", import.meta.url));

/** Why something that needs it is left out. */
export const ABSENT = "../shared is not beside this checkout";

/** Path in the shared folder, or null where it is absent. */
export function sharedPath(...parts: string[]): string | null {
  const path = join(sharedFolder, ...parts);
  return existsSync(path) ? path : null;
}
