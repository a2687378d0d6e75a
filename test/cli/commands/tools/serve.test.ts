import { expect, test } from "vitest";
import { pgym } from "../../recorded-terminal.ts";

test.each([
  [["--host", "0.0.0.0"], "PLACEMENT_GYM_TOKEN must hold a token of at least 16 characters"],
  [["--over", "http"], "needs --scenario URI"],
  [["--over", "http", "--scenario", "./x.json"], "a server opens none"],
  [["--over", "http", "--scenario", "toy/chain", "--env", "Placement/Refine-v9"], "the newest is v1"],
  [["--port", "70000"], "--port is 70000, expected at most 65535"],
  [["--over", "pigeons"], "pigeons"],
])("serve %j is a mistake of one sentence", async (flags, sentence) => {
  const { code, stdout, stderr } = await pgym(["serve", ...flags]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(new RegExp(`^placement-gym: .*${sentence}`));
  expect(stderr.trimEnd().split("\n").length).toBe(1);
});

test("serve prints its address and ends with an interrupt", async () => {
  for (const flags of [
    ["--over", "socket"],
    ["--over", "http", "--scenario", "toy/chain"],
  ]) {
    const { stdout } = await pgym(["serve", ...flags], { signal: AbortSignal.abort() });
    expect(stdout).toMatch(/^(http:\/\/)?127\.0\.0\.1:\d+\n$/);
  }
});
