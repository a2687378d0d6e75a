/**
 * HTTP with JSON, after the interface of OpenEnv: POST /reset and /step, GET /state, /health,
 * /metadata and /schema. The env and its scenario are those that the server was started with. Each
 * episode has an id; a request without one means the episode "0".
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { InputError } from "../../../../../env/model/errors.ts";
import { BudgetExhausted } from "../../../../../env/sim/evaluator/budget.ts";
import { boundedJson } from "../../../../../results/leaderboard/untrusted/json.ts";
import type { Fields } from "../session/fields.ts";
import { refusalOf } from "../session/session.ts";
import { sameToken } from "../session/token.ts";
import { hostOf, isLoopback, type ServedAddress } from "./access.ts";
import type { Episodes } from "./episodes.ts";

export interface HttpOptions {
  readonly address: ServedAddress;
  readonly episodes: Episodes;
  readonly bodyBytes: number;
  readonly connections: number;
}

/** An answer that is no success. */
class Refused extends Error {
  readonly status: number;
  constructor(status: number, sentence: string) {
    super(sentence);
    this.status = status;
  }
}

const JSON_DEPTH = 16;
const REQUEST_SECONDS = 30;

export function httpServer(options: HttpOptions): Server {
  const server = createServer({ requestTimeout: REQUEST_SECONDS * 1000 }, (request, response) => {
    void answered(request, options).then(
      (body) => send(response, 200, body),
      (error: unknown) => send(response, statusOf(error), { error: refusalOf(sentenceIn(error)).error }),
    );
  });
  server.maxConnections = options.connections;
  server.on("clientError", (_, socket) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    else socket.destroy();
  });
  return server;
}

async function answered(request: IncomingMessage, options: HttpOptions): Promise<unknown> {
  checkAccess(request, options.address);
  const { episodes } = options;
  const { path, query } = targetOf(request);
  const route = `${request.method} ${path}`;
  if (route === "GET /health") return { status: "healthy" };
  if (route === "GET /metadata") return episodes.metadata;
  if (route === "GET /schema") return episodes.schema;
  if (route === "GET /state") return episodes.state(query.get("episode_id") ?? undefined);
  if (route === "POST /reset") return episodes.reset(await bodyOf(request, options.bodyBytes));
  if (route === "POST /step") return episodes.step(await bodyOf(request, options.bodyBytes));
  throw new Refused(
    404,
    "There is no such address; expected POST /reset or /step, GET /state, /health, /metadata or /schema.",
  );
}

/** A page in a browser may not reach a server of this machine under another name. */
function checkAccess({ headers }: IncomingMessage, { token }: ServedAddress): void {
  if (token === null) {
    if (!isLoopback(hostOf(headers.host ?? "")))
      throw new Refused(403, "The host of the request is not this machine.");
    return;
  }
  const given = /^Bearer (.*)$/.exec(headers.authorization ?? "")?.[1] ?? "";
  if (!sameToken(given, token)) throw new Refused(401, "The token is missing or wrong.");
}

function targetOf({ url = "/" }: IncomingMessage): {
  readonly path: string;
  readonly query: URLSearchParams;
} {
  const [path, query = ""] = url.split("?", 2);
  return { path, query: new URLSearchParams(query) };
}

async function bodyOf(request: IncomingMessage, mostBytes: number): Promise<Fields> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > mostBytes) throw new Refused(413, `The request has more than ${mostBytes} bytes.`);
    chunks.push(chunk as Uint8Array);
  }
  if (bytes === 0) return {};
  const json = boundedJson(textOf(Buffer.concat(chunks)), "The request", JSON_DEPTH);
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as Fields;
  throw new InputError("The request is no JSON object.");
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new InputError("The request is not UTF-8.");
  }
}

function statusOf(error: unknown): number {
  if (error instanceof Refused) return error.status;
  return error instanceof InputError || error instanceof BudgetExhausted ? 400 : 500;
}

const sentenceIn = (error: unknown): unknown =>
  error instanceof Refused ? new InputError(error.message) : error;

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    // What is left of a request that was refused is not read.
    ...(status >= 400 && { connection: "close" }),
  });
  response.end(text);
}
