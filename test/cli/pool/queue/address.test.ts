import { describe, expect, test } from "vitest";
import { queueAddress } from "../../../../cli/pool/queue/address.ts";
import { InputError } from "../../../../env/index.ts";

const secret = "hunter2";

describe("the address of a queue", () => {
  test.each([
    ["redis://host:6379", { url: "redis://host:6379", name: "placement-gym", shown: "redis://host:6379" }],
    ["rediss://host/3", { url: "rediss://host/3", name: "placement-gym", shown: "rediss://host/3" }],
    [
      "redis://host/1?queue=mine",
      { url: "redis://host/1", name: "mine", shown: "redis://host/1?queue=mine" },
    ],
  ])("reads %s", (text, address) => {
    expect(queueAddress(text, {})).toEqual({ ...address, flag: text });
  });

  test("takes a password from the environment, and shows none", () => {
    const url = `rediss://user:${secret}@host:6380/2`;
    const address = queueAddress("env", { PLACEMENT_GYM_QUEUE: url });
    expect(address).toEqual({ url, name: "placement-gym", shown: "rediss://host:6380/2", flag: "env" });
  });

  test.each([
    ["host:6379", {}, "--queue is no address of a Redis, expected redis://HOST:PORT"],
    ["http://host", {}, "--queue is no address of a Redis"],
    ["env", {}, "--queue is env, but PLACEMENT_GYM_QUEUE is not set"],
    ["env", { PLACEMENT_GYM_QUEUE: `${secret}@host` }, "PLACEMENT_GYM_QUEUE is no address of a Redis"],
    [
      `redis://:${secret}@host`,
      {},
      "--queue holds a user or a password; put the URL into PLACEMENT_GYM_QUEUE",
    ],
    ["redis://host?queue=a:b", {}, "names a queue that is not made of letters"],
  ])("refuses %s without a word of its secret", (text, variables, sentence) => {
    const refusal = () => queueAddress(text, variables);
    expect(refusal).toThrow(InputError);
    expect(refusal).toThrow(sentence);
    expect(refusal).not.toThrow(secret);
  });
});
