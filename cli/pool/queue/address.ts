/**
 * Where the queue is. A password comes from the environment alone, since command lines are shown by
 * `ps`, kept by shells and written on pages. What is told of an address has no user or password.
 */
import { InputError } from "../../../env/model/errors.ts";
import type { Terminal } from "../../terminal/terminal.ts";

export interface QueueAddress {
  /** For the client alone: it may hold a password. */
  readonly url: string;
  /** Of the queue in the Redis; machines of one queue share their cells. */
  readonly name: string;
  /** For people. */
  readonly shown: string;
  /** The flag as it was given, which holds no password. */
  readonly flag: string;
}

const VARIABLE = "PLACEMENT_GYM_QUEUE";
const DEFAULT_NAME = "placement-gym";
const EXPECTED = "redis://HOST:PORT or rediss://HOST:PORT, behind it /DATABASE and ?queue=NAME if wanted";

export const queueFlag = {
  type: "text",
  placeholder: "URL",
  describe: `a queue in Redis at redis://HOST:PORT, whose workers do the work; env takes the URL, which may hold a password, from ${VARIABLE}`,
  defaultText: "processes of this machine",
} as const;

export function queueAddress(flag: string, variables: Terminal["variables"]): QueueAddress {
  if (flag !== "env") return { ...addressOf(flag, "--queue", { mayHoldSecret: false }), flag };
  const text = variables[VARIABLE];
  if (text === undefined || text === "")
    throw new InputError(`--queue is env, but ${VARIABLE} is not set; expected ${EXPECTED}.`);
  return { ...addressOf(text, VARIABLE, { mayHoldSecret: true }), flag };
}

/** No sentence quotes the text: it may hold a password. */
function addressOf(
  text: string,
  where: string,
  { mayHoldSecret }: { readonly mayHoldSecret: boolean },
): Omit<QueueAddress, "flag"> {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^rediss?:$/.test(url.protocol) || url.hostname === "")
    throw new InputError(`${where} is no address of a Redis, expected ${EXPECTED}.`);
  if (!mayHoldSecret && (url.username !== "" || url.password !== ""))
    throw new InputError(`${where} holds a user or a password; put the URL into ${VARIABLE} and give env.`);
  const name = url.searchParams.get("queue") ?? DEFAULT_NAME;
  if (!/^[\w.-]+$/.test(name))
    throw new InputError(`${where} names a queue that is not made of letters, digits, ".", "_" and "-".`);
  const database = url.pathname.length > 1 ? url.pathname : "";
  const suffix = name === DEFAULT_NAME ? "" : `?queue=${name}`;
  url.search = "";
  return { url: url.href, name, shown: `${url.protocol}//${url.host}${database}${suffix}` };
}
