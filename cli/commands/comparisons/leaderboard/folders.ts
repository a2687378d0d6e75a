/** Where the package keeps its own board. Flags name other folders. */
import { join } from "node:path";
import type { BoardFolders } from "../../../../results/leaderboard/submit/add.ts";
import { ownFolder } from "../../../start/program.ts";

export const ownFolders: BoardFolders = {
  entries: join(ownFolder, "results", "leaderboard", "board-v1"),
  bestKnown: join(ownFolder, "results", "best-known"),
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
