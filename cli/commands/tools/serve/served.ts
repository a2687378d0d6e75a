/** What `serve` serves, by its flags, until its client ends or an interrupt comes. */
import type { Server, Socket } from "node:net";
import { InputError } from "../../../../env/model/errors.ts";
import { EXIT, type Terminal } from "../../../terminal/terminal.ts";
import { frameLimits } from "./frames/limits.ts";
import { madeEnv } from "./session/env-options.ts";
import { createShelf } from "./session/given-scenario.ts";
import { type ServedAddress, servedAddress, TOKEN_VARIABLE } from "./transport/access.ts";
import { createEpisodes } from "./transport/episodes.ts";
import { httpServer } from "./transport/http.ts";
import { socketServer } from "./transport/socket.ts";
import { serveStdio } from "./transport/stdio.ts";

/** Values of the flags. */
export interface ServeValues {
  readonly over: string;
  readonly host: string;
  readonly port: number;
  readonly env: string;
  readonly scenario?: string;
  readonly "message-mib": number;
  readonly sessions: number;
  readonly "idle-seconds": number;
}

/** Answers the exit code. */
export async function served(values: ServeValues, terminal: Terminal): Promise<number> {
  const limits = frameLimits(values["message-mib"]);
  const token = terminal.variables[TOKEN_VARIABLE] || undefined;
  const { cpuSeconds } = terminal;
  if (values.over === "stdio") {
    await serveStdio({ token: null, frameLimits: limits, cpuSeconds });
    return EXIT.done;
  }
  const address = servedAddress(values.host, values.port, token);
  const idle = { sessions: values.sessions, idleSeconds: values["idle-seconds"] };
  if (values.over === "socket") {
    const server = socketServer({ token: address.token, frameLimits: limits, cpuSeconds }, idle);
    return listening(server, address, "", terminal);
  }
  const make = await envMaker(values.env, values.scenario);
  const episodes = createEpisodes({ make, ...idle, seconds: terminal.seconds });
  const { bodyBytes } = limits;
  const server = httpServer({ address, episodes, bodyBytes, connections: 4 * values.sessions });
  return listening(server, address, "http://", terminal);
}

async function envMaker(id: string, scenario: string | undefined) {
  if (scenario === undefined) throw new InputError('"serve --over http" needs --scenario URI.');
  const given = await createShelf().given({ call: "serve", scenario });
  return () => madeEnv(id, given.scenario, {}, undefined);
}

/** Until an interrupt. Prints the address, which has the port that was free. */
async function listening(
  server: Server,
  { host, port }: ServedAddress,
  scheme: string,
  terminal: Terminal,
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const failed = ({ message }: Error) => reject(new InputError(`The server could not listen: ${message}.`));
    server.once("error", failed);
    server.listen(port, host, () => {
      server.off("error", failed);
      resolve();
    });
  });
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const bound = server.address();
  const taken = typeof bound === "object" && bound !== null ? bound.port : port;
  terminal.write(`${scheme}${host.includes(":") ? `[${host}]` : host}:${taken}\n`);
  const { signal } = terminal;
  if (!signal.aborted)
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  server.close();
  for (const socket of sockets) socket.destroy();
  return EXIT.done;
}
