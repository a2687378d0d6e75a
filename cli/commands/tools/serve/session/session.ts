/**
 * `Session`: what one client has with the process. It takes messages and answers each of them, in
 * order. It begins with `hello`, which agrees on the version of the protocol and shows a token
 * where one is asked for. Mistakes of the client are answered in one sentence, faults of ours too,
 * and neither ends the session.
 */

import { envIds } from "../../../../../env/envs/registry.ts";
import { InputError } from "../../../../../env/model/errors.ts";
import { BudgetExhausted } from "../../../../../env/sim/evaluator/budget.ts";
import { packageVersion } from "../../../../version.ts";
import { decodeBody } from "../frames/decode.ts";
import { encodeFrame, type Room } from "../frames/encode.ts";
import type { Message } from "../frames/frame.ts";
import { type FrameLimits, frameLimits } from "../frames/limits.ts";
import { type Answer, createEnvCalls } from "./env-calls.ts";
import { integerIn, optionalTextIn } from "./fields.ts";
import { createShelf } from "./given-scenario.ts";
import { type SessionLimits, sessionLimits } from "./limits.ts";
import { bounded, describedScenario, explained, simulated } from "./plan-calls.ts";
import { type SolveHooks, solved } from "./solve-call.ts";
import { createSubmissionCalls } from "./submission-calls.ts";
import { sameToken } from "./token.ts";

export const PROTOCOL = 2;

export interface SessionOptions extends SolveHooks {
  /** What `hello` must show; null where the client needs none. */
  readonly token: string | null;
  readonly limits?: SessionLimits;
  readonly frameLimits?: FrameLimits;
  /** Where answers are written; default bytes of its own for each. */
  readonly room?: Room;
}

export interface Session {
  /**
   * Answers a body of a frame with a frame, which is valid until the next one. Steps are answered
   * at once, calls that wait later.
   */
  answer(body: Uint8Array, headerBytes: number): Uint8Array | Promise<Uint8Array>;
}

type Call = (message: Message) => Answer | Promise<Answer>;

export function createSession(options: SessionOptions): Session {
  const { limits = sessionLimits, frameLimits: bodies = frameLimits() } = options;
  const calls = callsOf(options, limits);
  let greeted = false;
  const perform = (message: Message): Answer | Promise<Answer> => {
    const { call } = message.fields;
    if (call === "hello") {
      const answer = hello(message, options.token);
      greeted = true;
      return answer;
    }
    if (!greeted) throw new InputError('The first call of a client must be "hello".');
    const known = typeof call === "string" && Object.hasOwn(calls, call) ? calls[call] : undefined;
    if (known !== undefined) return known(message);
    throw new InputError(`The call is none of the known ones, expected ${Object.keys(calls).join(", ")}.`);
  };
  const framed = (answer: Answer): Uint8Array =>
    "frame" in answer ? answer.frame : encodeFrame(answer.fields, answer.arrays, options.room);
  return {
    answer(body, headerBytes) {
      try {
        const answer = perform(decodeBody(body, headerBytes, bodies));
        return answer instanceof Promise ? answer.then(framed, refused) : framed(answer);
      } catch (error) {
        return refused(error);
      }
    },
  };
}

function hello({ fields }: Message, token: string | null): Answer {
  if (token !== null && !sameToken(optionalTextIn(fields, "token") ?? "", token))
    throw new InputError("The token is missing or wrong; the server was started with another one.");
  const protocol = integerIn(fields, "protocol", 0, 1_000_000);
  if (protocol !== PROTOCOL)
    throw new InputError(
      `The client speaks version ${protocol} of the protocol and placement-gym ${packageVersion} version ${PROTOCOL}; install the same version of both.`,
    );
  return {
    fields: { protocol: PROTOCOL, program: "placement-gym", version: packageVersion, envs: envIds() },
  };
}

function callsOf(options: SessionOptions, limits: SessionLimits): Readonly<Record<string, Call>> {
  const shelf = createShelf();
  const envs = createEnvCalls(limits);
  const submissions = createSubmissionCalls(limits, options);
  const { reset, step, state, restore, render, plan, close } = envs;
  return {
    async make(message) {
      const cell = submissions.openCell(message.fields);
      const given = cell?.given ?? (await shelf.given(message.fields));
      return envs.make(message, given, cell?.meter);
    },
    reset,
    step,
    state,
    restore,
    render,
    plan,
    close,
    scenario: async ({ fields }) => describedScenario(await shelf.given(fields)),
    simulate: async (message) => simulated(message, await shelf.given(message.fields)),
    explain: async (message) => explained(message, await shelf.given(message.fields), limits),
    bound: async (message) => bounded(message, await shelf.given(message.fields)),
    solve: async (message) => solved(message, await shelf.given(message.fields), limits, options),
    ...submissions.calls,
  };
}

const refused = (error: unknown): Uint8Array => encodeFrame(refusalOf(error));

/** One sentence, and whose mistake it is. */
export function refusalOf(error: unknown): { readonly error: string; readonly kind: string } {
  const message = error instanceof Error ? error.message : String(error);
  const sentence = message.replace(/\s+/g, " ").slice(0, LONGEST_SENTENCE);
  if (error instanceof InputError) return { error: sentence, kind: "input" };
  if (error instanceof BudgetExhausted) return { error: sentence, kind: "budget" };
  return { error: `A fault of placement-gym: ${sentence}`, kind: "fault" };
}

const LONGEST_SENTENCE = 2000;
