/**
 * `serve`: the environments and the simulator for programs in other languages. Frames over stdio or
 * a socket are the protocol of the Python package; HTTP is the interface of OpenEnv.
 */
import type { Server, Socket } from "node:net";
import { InputError } from "../../env/model/errors.ts";
import { defineCommand } from "../command.ts";
import { EXIT, type Terminal } from "../terminal/terminal.ts";
import { frameLimits } from "./serve/frames/limits.ts";
import { madeEnv } from "./serve/session/env-options.ts";
import { createShelf } from "./serve/session/given-scenario.ts";
import { type ServedAddress, servedAddress, TOKEN_VARIABLE } from "./serve/transport/access.ts";
import { createEpisodes } from "./serve/transport/episodes.ts";
import { httpServer } from "./serve/transport/http.ts";
import { socketServer } from "./serve/transport/socket.ts";
import { serveStdio } from "./serve/transport/stdio.ts";

export const serve = defineCommand({
  name: "serve",
  summary:
    "Serves environments and simulator to other programs: frames over stdio or a socket, or HTTP as in OpenEnv.",
  positionals: [],
  flags: {
    over: {
      type: "text",
      choices: ["stdio", "socket", "http"],
      default: "socket",
      placeholder: "NAME",
      describe: "stdio, for a program that starts this one; socket, for frames over TCP; or http",
    },
    host: {
      type: "text",
      default: "127.0.0.1",
      placeholder: "ADDRESS",
      describe: `address to listen on; one of other machines needs a token in ${TOKEN_VARIABLE}`,
    },
    port: {
      type: "integer",
      min: 0,
      default: 0,
      placeholder: "N",
      describe: "port to listen on; 0 takes a free one, and the address is printed",
    },
    env: {
      type: "text",
      default: "Placement/Refine-v1",
      placeholder: "ID",
      describe: "the environment of --over http",
    },
    scenario: {
      type: "text",
      placeholder: "URI",
      describe: "the scenario of --over http, a built-in one",
      defaultText: "none; --over http needs it",
    },
    "message-mib": {
      type: "integer",
      min: 1,
      default: 64,
      placeholder: "N",
      describe: "MiB that a message may have; larger ones are refused",
    },
    sessions: {
      type: "integer",
      min: 1,
      default: 64,
      placeholder: "N",
      describe: "connections at once, or episodes at once of --over http",
    },
    "idle-seconds": {
      type: "integer",
      min: 1,
      default: 3600,
      placeholder: "S",
      describe: "seconds without a message after which a connection or an episode is dropped",
    },
  },
  examples: [
    "serve --over socket --port 7071",
    "serve --over http --port 8000 --env Placement/Refine-v1 --scenario nmt/train/0/2xK80",
  ],
  async run({ values }, terminal) {
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
  },
});

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
