import { describe, expect, test } from "vitest";
import { encodeFrame } from "../../../../../../cli/commands/tools/serve/frames/encode.ts";
import { createSession } from "../../../../../../cli/commands/tools/serve/session/session.ts";
import { envIds } from "../../../../../../env/envs/registry.ts";
import { writeScenario } from "../../../../../../env/model/file.ts";
import { testScenario } from "../../../../../../env/model/test-scenario.ts";
import { drawn } from "../../../../../law-runs.ts";
import { bodyOf, greeted, messageIn } from "./client.ts";
import { hostileFrames } from "./hostile-frames.ts";

const options = { token: null, cpuSeconds: () => 0 };
const inline = writeScenario(testScenario({ graph: "a 10 40B\nb 20 8B <- a\nc 5 <- a b" }));

describe("a session", () => {
  test("begins with hello and tells version and envs", async () => {
    const session = createSession(options);
    const ask = async (fields: object) =>
      messageIn(await session.answer(...bodyOf(encodeFrame(fields)))).fields;
    expect(await ask({ call: "scenario", scenario: "toy/chain" })).toEqual({
      error: 'The first call of a client must be "hello".',
      kind: "input",
    });
    expect((await ask({ call: "hello", protocol: 1 })).error).toMatch(/speaks version 1 .* version 2/);
    expect(await ask({ call: "hello", protocol: 2 })).toMatchObject({ protocol: 2, envs: envIds() });
  });

  test("asks for the token that it has", async () => {
    const session = createSession({ ...options, token: "a secret of 16 letters" });
    const hello = async (token?: string) =>
      messageIn(await session.answer(...bodyOf(encodeFrame({ call: "hello", protocol: 2, token })))).fields;
    expect((await hello()).error).toMatch(/token is missing or wrong/);
    expect((await hello("a secret of 16 letterz")).error).toMatch(/token is missing or wrong/);
    expect(await hello("a secret of 16 letters")).toMatchObject({ protocol: 2 });
  });

  test("answers a fault of ours in one sentence and goes on", async () => {
    const client = await greeted({
      cpuSeconds: () => {
        throw new Error("on\npurpose");
      },
    });
    const solve = { call: "solve", scenario: inline, method: "random", simulations: 3 };
    expect((await client.call(solve)).fields).toEqual({
      error: "A fault of placement-gym: on purpose",
      kind: "fault",
    });
    expect((await client.call({ call: "bound", scenario: inline })).fields).toHaveProperty("best");
  });

  test.each([
    [{ call: "constructor" }, "none of the known ones"],
    [{ call: 7 }, "none of the known ones"],
    [{ call: "scenario" }, "needs the field scenario"],
    [{ call: "scenario", scenario: 4 }, "field scenario .* is 4, expected a text"],
    [{ call: "scenario", scenario: "toy/non" }, "toy"],
    [{ call: "scenario", scenario: inline, objective: "speed" }, 'objective "speed" is not known'],
    [{ call: "make", env: "Placement/Refine-v9", scenario: inline, count: 1 }, "the newest is v1"],
    [
      { call: "make", env: "Placement/Refine-v1", scenario: inline, count: 0 },
      "field count .* from 1 to 4096",
    ],
    [{ call: "step", handle: 9 }, "There is no env 9"],
    [{ call: "evaluate", cell: 1 }, "The cell is not open"],
    [{ call: "run" }, 'call "submit" first'],
    [{ call: "solve", scenario: inline, method: "./mine.ts", simulations: 1 }, "names a file"],
    [{ call: "solve", scenario: inline, method: "placeto@runs/x", simulations: 1 }, "names a file"],
    [{ call: "solve", scenario: inline, method: "heft", simulations: 1e9 }, "from 1 to 1000000"],
    [{ call: "simulate", scenario: inline }, "needs a plan"],
    [
      { call: "simulate", scenario: inline, plan: { kind: "magic" } },
      "expected kind placement, pipeline, sharding or rewriting",
    ],
  ])("refuses %j in one sentence", async (fields, sentence) => {
    const answer = (await (await greeted()).call(fields)).fields;
    expect(answer.kind).toBe("input");
    expect(answer.error).toMatch(new RegExp(sentence));
  });
});

test("opens no file that a client names", async () => {
  const client = await greeted();
  for (const address of [
    "/etc/passwd",
    "./package.json",
    "nmt/test/0/x?cluster=./package.json",
    "file:///x",
  ]) {
    const { error } = (await client.call({ call: "scenario", scenario: address })).fields;
    expect(error, address).toMatch(/a server opens none|is not known|expected|There is no/);
  }
});

test("hundreds of mutated frames are each answered by one frame", async () => {
  const count = drawn(2000);
  expect(await hostileFrames(count, 1)).toMatchObject({ answered: count, faults: 0 });
});
