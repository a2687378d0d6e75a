/**
 * Tells the reporter in slow-files.ts what each test file costs in CPU time, imports and ended
 * child processes included; children are known on Linux alone. With `CPU_PROFILES=FOLDER` it also
 * writes a profile of each file, for a browser's developer tools.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector";
import { join } from "node:path";
import { afterAll } from "vitest";

declare module "vitest" {
  interface TaskMeta {
    /** Of a test file. */
    cpuMs?: number;
  }
}

/** Of a tick of the kernel's clock in /proc. */
const TICK_MS = 10;

const profiles = process.env.CPU_PROFILES;
const profiler = profiles === undefined ? null : started();
const beforeMs = cpuMs();

// biome-ignore lint/correctness/noEmptyPattern: vitest wants the fixtures taken apart.
afterAll(({}, file) => {
  file.meta.cpuMs = cpuMs() - beforeMs;
  profiler?.post("Profiler.stop", (_error, { profile }) => {
    mkdirSync(profiles!, { recursive: true });
    writeFileSync(join(profiles!, `${file.name.replaceAll("/", "-")}.cpuprofile`), JSON.stringify(profile));
  });
});

function started(): Session {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.start");
  return session;
}

/** Of this process and of its children that have ended. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3 + childrenMs();
}

function childrenMs(): number {
  if (process.platform !== "linux") return 0;
  const stat = readFileSync("/proc/self/stat", "utf8");
  // After the program's name, which may hold spaces: fields 16 and 17 of proc(5).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}
