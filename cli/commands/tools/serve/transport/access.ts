/**
 * Who may reach a server: this machine alone, or whoever shows the token where another address was
 * asked for.
 */
import { isIP } from "node:net";
import { InputError } from "../../../../../env/model/errors.ts";

export const TOKEN_VARIABLE = "PLACEMENT_GYM_TOKEN";
const SHORTEST_TOKEN = 16;

export interface ServedAddress {
  readonly host: string;
  readonly port: number;
  /** Null where none is needed. */
  readonly token: string | null;
}

/** Throws a sentence where an address of other machines comes without a token. */
export function servedAddress(host: string, port: number, token: string | undefined): ServedAddress {
  if (token !== undefined && token.length < SHORTEST_TOKEN)
    throw new InputError(
      `The token in ${TOKEN_VARIABLE} has ${token.length} characters, expected at least ${SHORTEST_TOKEN}.`,
    );
  if (token === undefined && !isLoopback(host))
    throw new InputError(
      `--host ${host} can be reached from other machines, so ${TOKEN_VARIABLE} must hold a token of at least ${SHORTEST_TOKEN} characters.`,
    );
  if (port > 65_535) throw new InputError(`--port is ${port}, expected at most 65535.`);
  return { host, port, token: token ?? null };
}

export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));

/** The host of a `Host` header, without port and brackets. */
export const hostOf = (header: string): string => header.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
