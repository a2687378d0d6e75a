/**
 * The folder of golden values and real profiles that lies beside some checkouts; a user's clone has
 * none.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../shared", import.meta.url));

/** Path in the shared folder, or null, with the reason printed, where it is absent. */
export function sharedPath(...parts: string[]): string | null {
  const path = join(folder, ...parts);
  if (existsSync(path)) return path;
  console.log(`Skipped: ../shared/${parts.join("/")} is not beside this checkout.`);
  return null;
}
