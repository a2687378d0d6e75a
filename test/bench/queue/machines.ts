/**
 * Stand-ins for machines: a Redis, and workers that reach it over a network of their own where the
 * system has network namespaces. All processes are ended by their numbers.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { WAITING } from "./waiting-method.ts";

export interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

export interface AnswerTime {
  /** Seconds on a steady clock. */
  readonly at: number;
  /** Of the worker and its processes so far, told by Linux; NaN elsewhere. */
  readonly cpu: number;
}

/** CPU seconds so far, told by Linux; NaN elsewhere. */
export interface PartsCpu {
  readonly redis: number;
  readonly submitter: number;
  /** Without the processes that run cells. */
  readonly workers: number;
  readonly cells: number;
}

export interface WorkerProcess {
  readonly pid: number;
  readonly ready: Promise<void>;
  answered(): readonly AnswerTime[];
  kill(): Promise<void>;
}

export interface Machines {
  /** Whether workers have network namespaces. */
  readonly apart: boolean;
  /** Starts a command of the program. */
  run(command: string, flags: readonly string[]): { readonly pid: number; readonly ended: Promise<Ended> };
  cpuOf(submitter: number, workers: readonly WorkerProcess[]): PartsCpu;
  worker(index: number): WorkerProcess;
  end(): void;
}

const program = fileURLToPath(new URL("../../../cli/bin.js", import.meta.url));
const PORT = 16_379;
const namespaces = [0, 1].map((index) => ({
  name: `pgym-bench-${index}`,
  link: `pgymb${index}`,
  host: `10.77.${index + 1}.1`,
  guest: `10.77.${index + 1}.2`,
}));

export async function startMachines(folder: string): Promise<Machines> {
  writeFileSync(join(folder, "waiting.mjs"), WAITING);
  const apart = madeNamespaces();
  const secret = randomBytes(12).toString("hex");
  const redis = await startRedis(secret, apart, folder);
  const urlAt = (host: string) => `redis://:${secret}@${host}:${PORT}`;
  const start = (command: readonly string[], host: string) =>
    spawn(command[0], command.slice(1), {
      cwd: folder,
      env: { ...process.env, PLACEMENT_GYM_QUEUE: urlAt(host) },
      stdio: ["ignore", "ignore", "pipe"],
    });
  return {
    apart,
    run: (command, flags) => {
      const child = start([process.execPath, program, command, ...flags], "127.0.0.1");
      return { pid: child.pid!, ended: endOf(child) };
    },
    cpuOf(submitter, workers) {
      const whole = workers.reduce((sum, { pid }) => sum + cpuSecondsOf(pid), 0);
      const own = workers.reduce((sum, { pid }) => sum + ownCpuSecondsOf(pid), 0);
      const [redisCpu, submitterCpu] = [redis.pid!, submitter].map(cpuSecondsOf);
      return { redis: redisCpu, submitter: submitterCpu, workers: own, cells: whole - own };
    },
    worker(index) {
      const { name, host } = namespaces[index];
      const inside = apart ? ["ip", "netns", "exec", name] : [];
      const flags = ["worker", "--queue", "env", "--jobs", "1", "--silent-seconds", "3"];
      return watched(start([...inside, process.execPath, program, ...flags], apart ? host : "127.0.0.1"));
    },
    end() {
      redis.kill("SIGKILL");
      if (apart) removeNamespaces();
    },
  };
}

function watched(child: ChildProcess): WorkerProcess {
  const times: AnswerTime[] = [];
  const ended = endOf(child);
  const ready = new Promise<void>((resolve) => {
    child.stderr!.on("data", (text: string) => {
      if (text.includes("Waiting for work")) resolve();
      for (const _ of text.matchAll(/: answered after/g))
        times.push({ at: performance.now() / 1000, cpu: cpuSecondsOf(child.pid!) });
    });
  });
  return {
    pid: child.pid!,
    ready,
    answered: () => times,
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

const TICKS_A_SECOND = 100;

/** User and system time of a process and those that it started, by proc(5). */
function cpuSecondsOf(pid: number | string): number {
  if (!existsSync(`/proc/${pid}/stat`)) return Number.NaN;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .trim()
    .split(" ")
    .filter(Boolean);
  return children.reduce((sum, child) => sum + cpuSecondsOf(child), ownCpuSecondsOf(pid));
}

function ownCpuSecondsOf(pid: number | string): number {
  if (!existsSync(`/proc/${pid}/stat`)) return Number.NaN;
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const [user, system] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13);
  return (Number(user) + Number(system)) / TICKS_A_SECOND;
}

function endOf(child: ChildProcess): Promise<Ended> {
  let stderr = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  // Not `close`: children of a killed worker hold its stderr a little longer.
  return new Promise((resolve) => child.once("exit", (code) => resolve({ code, stderr })));
}

async function startRedis(secret: string, apart: boolean, folder: string): Promise<ChildProcess> {
  const hosts = ["127.0.0.1", ...(apart ? namespaces.map(({ host }) => host) : [])];
  const settings = ["--port", String(PORT), "--requirepass", secret, "--save", "", "--dir", folder];
  const redis = spawn("redis-server", [...settings, "--bind", ...hosts], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise<void>((resolve, reject) => {
    redis.once("exit", (code) => reject(new Error(`The Redis of the bench ended with code ${code}.`)));
    redis.once("error", reject);
    redis.stdout!.setEncoding("utf8").on("data", (text: string) => {
      if (text.includes("Ready to accept connections")) resolve();
    });
  });
  return redis;
}

/** False, with the reason told, where the system refuses. */
function madeNamespaces(): boolean {
  try {
    for (const { name, link, host, guest } of namespaces) {
      ip("netns", "add", name);
      ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name);
      ip("addr", "add", `${host}/24`, "dev", link);
      ip("link", "set", link, "up");
      ip("-n", name, "addr", "add", `${guest}/24`, "dev", "eth0");
      ip("-n", name, "link", "set", "eth0", "up");
    }
    return true;
  } catch (error) {
    console.log(`No network namespaces: ${(error as Error).message.split("\n")[0]}`);
    removeNamespaces();
    return false;
  }
}

function removeNamespaces(): void {
  for (const { name } of namespaces)
    try {
      ip("netns", "del", name);
    } catch {
      // It was not made.
    }
}

const ip = (...args: readonly string[]): void =>
  void execFileSync("ip", args, { stdio: ["ignore", "pipe", "pipe"] });
