import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const program = fileURLToPath(new URL("../../../cli/bin.js", import.meta.url));
const dataUrl = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;

/** Tells the process when what it serves is about to load, and lets that never end. */
const hooks = dataUrl(`
  import { writeSync } from "node:fs";
  export function load(url, context, next) {
    if (!url.includes("/serve/served.")) return next(url, context);
    writeSync(2, "loading in " + process.pid + ";");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }
`);
const endless = dataUrl(`
  import { register } from "node:module";
  register(${JSON.stringify(hooks)});
  setInterval(() => undefined, 2 ** 30);
`);
const served = ["--import", endless, program, "serve", "--over", "stdio"];

test("a server that is still loading ends with the client that started it", async () => {
  const client = spawn(
    process.execPath,
    [
      "--eval",
      `require("node:child_process").spawn(process.execPath, ${JSON.stringify(served)}, {
        stdio: ["pipe", "pipe", "inherit"],
        env: { ...process.env, PLACEMENT_GYM_PARENT: String(process.pid) },
      });`,
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let told = "";
  const loading = new Promise<number>((resolve) =>
    client.stderr.setEncoding("utf8").on("data", (text: string) => {
      told += text;
      const pid = /loading in (\d+);/.exec(told)?.[1];
      if (pid !== undefined) resolve(Number(pid));
    }),
  );
  const server = await loading;
  onTestFinished(() => {
    if (!client.stderr.closed) process.kill(server, "SIGKILL");
  });
  // The server holds the same stderr, so that it closes when both have ended.
  const closed = new Promise((resolve) => client.stderr.once("close", resolve));
  client.kill("SIGKILL");
  await closed;
});

test("a server whose client ended before it began loads nothing", () => {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  const env = { ...process.env, PLACEMENT_GYM_PARENT: String(pid) };
  const { status, stderr } = spawnSync(process.execPath, served, { env, input: "" });
  expect([status, String(stderr)]).toEqual([0, ""]);
});
