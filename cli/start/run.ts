/**
 * The program in a process of its own. It runs without a loader of TypeScript until the first
 * module of a user's, since a loader doubles the time of a start.
 */
import { userModules } from "../../env/model/user-modules.ts";
import { main } from "../main.ts";

export async function run(args: readonly string[]): Promise<void> {
  userModules.loader = new URL("./typescript.js", import.meta.url).href;
  await main(args);
}
