/**
 * Frames over a TCP socket. Each connection is a session of its own; it ends after a time without
 * bytes. What a client sends is read only as fast as it is answered.
 */
import { createServer, type Server, type Socket } from "node:net";
import { encodeFrame, reusedRoom } from "../frames/encode.ts";
import { frameLimits } from "../frames/limits.ts";
import { createSplitter } from "../frames/splitter.ts";
import { createSession, type SessionOptions } from "../session/session.ts";

export interface ServerLimits {
  readonly sessions: number;
  readonly idleSeconds: number;
}

export function socketServer(options: SessionOptions, { sessions, idleSeconds }: ServerLimits): Server {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.setTimeout(idleSeconds * 1000, () => socket.destroy());
    // A client that is gone is no fault; its session goes with it.
    socket.on("error", () => socket.destroy());
    void converse(socket, options).catch(() => socket.destroy());
  });
  server.maxConnections = sessions;
  return server;
}

async function converse(socket: Socket, options: SessionOptions): Promise<void> {
  const gone = new AbortController();
  socket.once("close", () => gone.abort());
  const session = createSession({ ...options, signal: gone.signal, room: reusedRoom() });
  const splitter = createSplitter(options.frameLimits ?? frameLimits());
  for await (const chunk of socket)
    for (const cut of splitter.take(chunk as Uint8Array)) {
      const answer =
        "refusal" in cut
          ? encodeFrame({ error: cut.refusal, kind: "input" })
          : await session.answer(cut.body, cut.headerBytes);
      await written(socket, answer);
    }
  socket.end();
}

/** Until the system has the bytes: the next answer may be written over them. */
const written = (socket: Socket, bytes: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
