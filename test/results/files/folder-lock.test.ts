import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InputError } from "../../../env/index.ts";
import { LOCK, lockFolder } from "../../../results/files/folder-lock.ts";
import { compiledFile } from "../../compiled.ts";

let parent = "";
let folder = "";
const children: ChildProcess[] = [];
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "placement-gym-"));
  folder = join(parent, "run");
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(parent, { recursive: true, force: true });
});

/** A process that locks the folder, says "held" or the refusal, and lives until it is killed. */
async function locker(): Promise<{ child: ChildProcess; said: string; died: Promise<unknown> }> {
  const module = await compiledFile("results/files/folder-lock.ts");
  const script = `
    import { lockFolder } from ${JSON.stringify(module)};
    try {
      lockFolder(${JSON.stringify(folder)});
      console.log("held");
    } catch (error) {
      console.log(error.message);
    }
    process.stdin.resume();`;
  const args = ["--input-type=module", "-e", script];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  const died = new Promise((resolve) => child.on("exit", resolve));
  const said = await new Promise<string>((resolve) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => resolve(text.trim()));
  });
  return { child, said, died };
}

const lockText = () => JSON.parse(readFileSync(join(folder, LOCK), "utf8"));
const writeLock = (fields: object) => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, LOCK), JSON.stringify(fields));
};

describe("the lock of a run folder", () => {
  test("names a living process to a second one, and is taken over once that was killed", async () => {
    const { child, said, died } = await locker();
    expect(said).toBe("held");
    expect(() => lockFolder(folder)).toThrow(
      new InputError(
        `"${folder}" is in use by process ${child.pid}; wait for its end, or give another folder.`,
      ),
    );
    child.kill("SIGKILL");
    await died;
    const lock = lockFolder(folder);
    expect(lockText().pid).toBe(process.pid);
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("goes to exactly one of several processes that find the lock of a dead one", async () => {
    const first = await locker();
    first.child.kill("SIGKILL");
    await first.died;
    const said = (await Promise.all([locker(), locker(), locker()])).map((one) => one.said);
    expect(said.filter((one) => one === "held")).toHaveLength(1);
    expect(said.filter((one) => /is in use by process \d+;/.test(one))).toHaveLength(2);
  });

  test("is refused to this process a second time, and free after its release", () => {
    const lock = lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow(/is in use by this process already\.$/);
    lock.release();
    expect(existsSync(folder)).toBe(false);
    mkdirSync(folder);
    lockFolder(folder).release();
    expect(existsSync(folder)).toBe(true);
  });

  test("of an ended process is free although its number is in use again", () => {
    const lock = lockFolder(folder);
    const own = lockText();
    lock.release();
    if (own.start === null) return;
    writeLock({ ...own, start: "another boot/1" });
    lockFolder(folder).release();
  });

  test("of another machine stays, and says which file to delete", () => {
    writeLock({ pid: 1, place: "another", start: null });
    expect(() => lockFolder(folder)).toThrow(
      `"${folder}" is in use by process 1 of another machine or container; ` +
        `if that process has ended, delete "${join(folder, LOCK)}".`,
    );
  });

  test.each(["", "{", "null", '{"pid":"x"}'])("of the text %j holds nobody off", (text) => {
    mkdirSync(folder);
    writeFileSync(join(folder, LOCK), text);
    lockFolder(folder).release();
  });

  test("keeps no name of a machine", () => {
    const lock = lockFolder(folder);
    expect(Object.keys(lockText()).sort()).toEqual(["pid", "place", "start"]);
    expect(lockText().place).toMatch(/^[0-9a-f]{16}$/);
    lock.release();
  });

  test("in a place that cannot be a folder is one sentence", () => {
    writeFileSync(folder, "a file");
    expect(() => lockFolder(folder)).toThrow(
      /^"[^"]+" cannot be written: a file is in place of a folder \(EEXIST\)\.$/,
    );
    expect(() => lockFolder(join(folder, "below"))).toThrow(/a part of its path is a file, not a folder/);
    rmSync(folder);
    mkdirSync(join(folder, LOCK), { recursive: true });
    expect(() => lockFolder(folder)).toThrow(/cannot be written: it is a folder \(EISDIR\)/);
  });
});
