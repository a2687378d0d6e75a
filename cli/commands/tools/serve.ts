/**
 * `serve`: the environments and the simulator for programs in other languages. Frames over stdio or
 * a socket are the protocol of the Python package; HTTP is the interface of OpenEnv.
 */
import { defineCommand } from "../../command.ts";
import { endWithParent } from "../../pool/parent-watch.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { TOKEN_VARIABLE } from "./serve/transport/access.ts";

const PARENT_VARIABLE = "PLACEMENT_GYM_PARENT";

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
    // What is served takes seconds to load, and its client may end meanwhile.
    if (values.over === "stdio") endWithParent(askerIn(terminal.variables));
    const { served } = await import("./serve/served.ts");
    return served(values, terminal);
  },
});

/** The client's process, as the Python package tells it. */
function askerIn(variables: Terminal["variables"]): number | undefined {
  const pid = Number(variables[PARENT_VARIABLE]);
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}
