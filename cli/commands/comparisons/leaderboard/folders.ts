/** Where the package keeps its own board. Flags name other folders. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { BoardFolders } from "../../../../results/leaderboard/submit/add.ts";

const root = dirname(createRequire(import.meta.url).resolve("placement-gym/package.json"));

export const ownFolders: BoardFolders = {
  entries: join(root, "results", "leaderboard", "board-v1"),
  bestKnown: join(root, "results", "best-known"),
};

export const boardFlag = {
  type: "text",
  placeholder: "DIR",
  describe: "folder of the entries",
  defaultText: "that of the package",
} as const;

export const bestKnownFlag = {
  type: "text",
  placeholder: "DIR",
  describe: "folder of the best known plans",
  defaultText: "that of the package",
} as const;

export interface FolderValues {
  readonly board?: string;
  readonly "best-known"?: string;
}

export const foldersOf = ({ board, "best-known": bestKnown }: FolderValues): BoardFolders => ({
  entries: board ?? ownFolders.entries,
  bestKnown: bestKnown ?? ownFolders.bestKnown,
});

/** Today, UTC. */
export const today = (): string => new Date().toISOString().slice(0, 10);
