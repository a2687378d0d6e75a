/**
 * Frames with random faults against one session: bytes turned, lost and doubled, lengths that lie,
 * fields of other kinds. Every one must be answered by one frame, and the session must go on.
 */
import { expect } from "vitest";
import { encodeFrame } from "../../../../../../cli/commands/tools/serve/frames/encode.ts";
import { type NamedArray, PREFIX_BYTES } from "../../../../../../cli/commands/tools/serve/frames/frame.ts";
import { frameLimits } from "../../../../../../cli/commands/tools/serve/frames/limits.ts";
import { createSplitter } from "../../../../../../cli/commands/tools/serve/frames/splitter.ts";
import { sessionLimits } from "../../../../../../cli/commands/tools/serve/session/limits.ts";
import { writeScenario } from "../../../../../../env/model/file.ts";
import { createRng, type Rng } from "../../../../../../env/model/rng.ts";
import { testScenario } from "../../../../../../env/model/test-scenario.ts";
import { greeted, messageIn } from "./client.ts";

const limits = { ...frameLimits(1) };
const inline = writeScenario(testScenario({ graph: "a 10 40B\nb 20 8B <- a\nc 5 <- a b" }));
const actions: NamedArray = { name: "actions", data: Int32Array.of(0), shape: [1] };
const device: NamedArray = { name: "device", data: Int32Array.of(0, 1, 0), shape: [3] };

/** Requests that are right, to be made wrong. */
const requests: readonly [fields: Record<string, unknown>, arrays: readonly NamedArray[]][] = [
  [{ call: "hello", protocol: 2 }, []],
  [
    { call: "make", env: "Placement/Refine-v1", scenario: "toy/chain", count: 2, options: { start: "best" } },
    [],
  ],
  [{ call: "make", env: "Pipeline/Cuts-v1", scenario: inline, objective: "iteration", count: 1 }, []],
  [{ call: "reset", handle: 1, seeds: [3], options: {} }, []],
  [{ call: "step", handle: 1 }, [actions]],
  [{ call: "state", handle: 1 }, []],
  [{ call: "restore", handle: 1, state: { due: [0], envs: [{}] } }, []],
  [{ call: "render", handle: 1, index: 0 }, []],
  [{ call: "plan", handle: 1, index: 0 }, []],
  [{ call: "simulate", scenario: inline }, [device]],
  [{ call: "explain", scenario: inline, moves: true }, [device]],
  [{ call: "bound", scenario: inline, effort: "cheap" }, []],
  [{ call: "submit", track: "makespan", simulations: 100, method: "./a.py" }, []],
];

const values: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1e308,
  2 ** 53,
  "",
  "x".repeat(2000),
  "../../x.json",
  "__proto__",
  [],
  {},
  [null],
  { length: 4e9 },
  { kind: "placement", device: { length: 4e9 } },
  [[[[[[]]]]]],
];

const pick = <T>(rng: Rng, list: readonly T[]): T => list[rng.int(list.length)];

/** One frame whose prefix tells its true length, so that one answer belongs to it. */
function hostileFrame(rng: Rng): Uint8Array {
  const [fields, arrays] = pick(rng, requests);
  const keys = Object.keys(fields);
  const changed = rng.int(2) === 0 ? fields : { ...fields, [pick(rng, keys)]: pick(rng, values) };
  const frame = Buffer.from(encodeFrame(changed, rng.int(8) === 0 ? [] : arrays));
  if (rng.int(2) === 0) return frame;
  const faults = 1 + rng.int(4);
  let bytes = frame;
  for (let i = 0; i < faults; i++) {
    const at = PREFIX_BYTES + rng.int(bytes.length - PREFIX_BYTES);
    const kind = rng.int(3);
    if (kind === 0) bytes[at] = rng.int(256);
    if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + rng.int(4))]);
    if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at - rng.int(8))]);
    if (bytes.length <= PREFIX_BYTES) break;
  }
  bytes.writeUInt32LE(bytes.length - PREFIX_BYTES, 0);
  if (rng.int(4) === 0) bytes.writeUInt32LE(rng.int(2 * bytes.length), 4);
  return bytes;
}

/** How many of so many frames were answered, and how many of these by a refusal. */
export async function hostileFrames(
  count: number,
  seed: number,
  onFault: (sentence: string) => void = () => undefined,
) {
  const rng = createRng(seed);
  const { session } = await greeted({
    limits: { ...sessionLimits, handles: 8, envs: 16 },
    frameLimits: limits,
  });
  const splitter = createSplitter(limits);
  let [answered, refused, faults] = [0, 0, 0];
  for (let i = 0; i < count; i++)
    for (const cut of splitter.take(hostileFrame(rng))) {
      answered++;
      if ("refusal" in cut) continue;
      const { fields } = messageIn(await session.answer(cut.body, cut.headerBytes));
      if (fields.error === undefined) continue;
      refused++;
      if (fields.kind === "fault") {
        faults++;
        onFault(String(fields.error));
      }
      expect(String(fields.error)).not.toContain("\n");
    }
  return { answered, refused, faults };
}
