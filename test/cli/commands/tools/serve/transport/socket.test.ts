import { once } from "node:events";
import { type AddressInfo, connect, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { encodeFrame } from "../../../../../../cli/commands/tools/serve/frames/encode.ts";
import { frameLimits } from "../../../../../../cli/commands/tools/serve/frames/limits.ts";
import { createSplitter } from "../../../../../../cli/commands/tools/serve/frames/splitter.ts";
import { socketServer } from "../../../../../../cli/commands/tools/serve/transport/socket.ts";
import { messageIn } from "../session/client.ts";

const limits = frameLimits(1);
const open: { destroy(): unknown }[] = [];
let server: Server | undefined;

afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  if (server?.listening) await new Promise((resolve) => server!.close(resolve));
});

async function serving(sessions = 4): Promise<number> {
  server = socketServer(
    { token: null, cpuSeconds: () => 0, frameLimits: limits },
    { sessions, idleSeconds: 600 },
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  open.push(socket);
  await once(socket, "connect");
  return socket;
}

/** The answers to what is sent, `count` of them. */
async function answers(socket: Socket, bytes: Uint8Array, count: number) {
  const splitter = createSplitter(limits);
  const found: Readonly<Record<string, unknown>>[] = [];
  socket.write(bytes);
  while (found.length < count) {
    const [chunk] = await once(socket, "data");
    for (const cut of splitter.take(chunk as Uint8Array)) {
      if ("refusal" in cut) throw new Error(cut.refusal);
      const frame = new Uint8Array(8 + cut.body.length);
      new DataView(frame.buffer).setUint32(4, cut.headerBytes, true);
      frame.set(cut.body, 8);
      found.push(messageIn(frame).fields);
    }
  }
  return found;
}

const hello = encodeFrame({ call: "hello", protocol: 2 });
const bound = encodeFrame({ call: "bound", scenario: "toy/chain" });

test("several frames in one piece are answered in order", async () => {
  const socket = await connected(await serving());
  const wrong = encodeFrame({ call: "none" });
  const [first, second, third] = await answers(socket, Buffer.concat([hello, bound, wrong]), 3);
  expect(first).toHaveProperty("protocol");
  expect(second).toHaveProperty("best");
  expect(third).toHaveProperty("error");
});

test("a frame that is too large is refused, and the next one is read", async () => {
  const socket = await connected(await serving());
  const large = new Uint8Array(8 + 2 * 1024 * 1024);
  new DataView(large.buffer).setUint32(0, large.length - 8, true);
  const [refused, greeted] = await answers(socket, Buffer.concat([large, hello]), 2);
  expect(refused.error).toBe("The frame has 2097152 bytes, expected at most 1048576.");
  expect(greeted).toHaveProperty("protocol");
});

test("each client has a session of its own", async () => {
  const port = await serving();
  const [one, two] = [await connected(port), await connected(port)];
  await answers(one, hello, 1);
  const [refused] = await answers(two, bound, 1);
  expect(refused.error).toBe('The first call of a client must be "hello".');
});

test("500 clients that hang up in the middle of a frame leave the server as it was", async () => {
  const port = await serving(600);
  for (let i = 0; i < 500; i++) {
    const socket = await connected(port);
    socket.write(hello.subarray(0, 1 + (i % hello.length)));
    socket.destroy();
  }
  expect((await answers(await connected(port), hello, 1))[0]).toHaveProperty("protocol");
});

test("clients beyond the limit are turned away", async () => {
  const port = await serving(1);
  await answers(await connected(port), hello, 1);
  const second = await connected(port);
  second.on("error", () => undefined);
  second.resume();
  await once(second, "close");
});
