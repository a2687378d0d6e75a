/**
 * Which process holds a lock, told so that another process can see whether it still lives. A number
 * alone is not enough, since systems give numbers of ended processes to new ones. Where the system
 * tells it (Linux), the start of the process is kept beside its number.
 *
 * Numbers mean nothing on another machine or in another container. A digest tells such places
 * apart; no name of a machine is stored.
 */
import { createHash } from "node:crypto";
import { readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { readIfThere } from "./disk.ts";

export interface ProcessIdentity {
  readonly pid: number;
  /** Of the machine or container in which `pid` counts. */
  readonly place: string;
  /** When the process started, in the system's own count; null where the system does not tell. */
  readonly start: string | null;
}

export type Life = "alive" | "dead" | "elsewhere";

export const ownIdentity = (): ProcessIdentity => ({
  pid: process.pid,
  place: ownPlace(),
  start: startOf(process.pid),
});

export function lifeOf({ pid, place, start }: ProcessIdentity): Life {
  if (place !== ownPlace()) return "elsewhere";
  if (!isRunning(pid)) return "dead";
  return startOf(pid) === start ? "alive" : "dead";
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user may not be asked, but it is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The boot and the tick of its start: fields of `/proc` that no two processes share. */
function startOf(pid: number): string | null {
  const stat = readIfThere(`/proc/${pid}/stat`);
  // The name of the program comes second, in brackets, and may hold blanks and brackets.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = fields?.[START_FIELD];
  return ticks === undefined ? null : `${readIfThere("/proc/sys/kernel/random/boot_id")?.trim()}/${ticks}`;
}

/** Field 22 of proc(5), counted from the one after the name. */
const START_FIELD = 19;

function ownPlace(): string {
  const parts = [hostname(), linkOf("/proc/self/ns/pid")];
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 16);
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
