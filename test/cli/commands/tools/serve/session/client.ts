/** A client of a session in this process, through real frames. */
import { decodeBody } from "../../../../../../cli/commands/tools/serve/frames/decode.ts";
import { encodeFrame } from "../../../../../../cli/commands/tools/serve/frames/encode.ts";
import {
  type FrameArray,
  type Message,
  type NamedArray,
  PREFIX_BYTES,
} from "../../../../../../cli/commands/tools/serve/frames/frame.ts";
import { frameLimits } from "../../../../../../cli/commands/tools/serve/frames/limits.ts";
import {
  createSession,
  type Session,
  type SessionOptions,
} from "../../../../../../cli/commands/tools/serve/session/session.ts";

const limits = frameLimits();

export const bodyOf = (frame: Uint8Array): [body: Uint8Array, headerBytes: number] => [
  frame.subarray(PREFIX_BYTES),
  new DataView(frame.buffer, frame.byteOffset).getUint32(4, true),
];

export const messageIn = (frame: Uint8Array): Message => decodeBody(...bodyOf(frame), limits);

export interface Client {
  readonly session: Session;
  call(fields: object, arrays?: Readonly<Record<string, FrameArray>>): Promise<Message>;
}

/** A client that has said hello. */
export async function greeted(options: Partial<SessionOptions> = {}): Promise<Client> {
  const session = createSession({ token: null, cpuSeconds: () => 0, ...options });
  const client: Client = {
    session,
    async call(fields, arrays = {}) {
      const named: NamedArray[] = Object.entries(arrays).map(([name, data]) => ({
        name,
        data,
        shape: [data.length],
      }));
      return messageIn(await session.answer(...bodyOf(encodeFrame(fields, named))));
    },
  };
  await client.call({ call: "hello", protocol: 2, ...(options.token != null && { token: options.token }) });
  return client;
}
