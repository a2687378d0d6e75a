/** HTTP requests with random faults, each on a connection of its own. */
import { connect } from "node:net";
import type { Rng } from "../../../../../../env/model/rng.ts";

const bodies = [
  '{"seed":3}',
  '{"action":1}',
  '{"action":{"action":[0,1]}}',
  '{"episode_id":"x","options":{"start":"best"}}',
];
const paths = ["/reset", "/step", "/state?episode_id=x", "/health", "/schema", "/%2e%2e/etc/passwd"];
const pick = <T>(rng: Rng, list: readonly T[]): T => list[rng.int(list.length)];

/** Sends it, hangs up or waits until the server does. Rejects where it is answered by 500. */
export async function hostileRequest(rng: Rng, port: number): Promise<void> {
  const body = pick(rng, bodies);
  const head = `${pick(rng, ["GET", "POST", "PUT"])} ${pick(rng, paths)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n`;
  const bytes = Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
  const faults = rng.int(4);
  for (let i = 0; i < faults; i++) bytes[rng.int(bytes.length)] = rng.int(256);
  const sent = rng.int(4) === 0 ? bytes.subarray(0, rng.int(bytes.length)) : bytes;
  await new Promise<void>((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.end(sent));
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
    });
    socket.on("error", () => resolve());
    socket.on("close", () => {
      if (answer.startsWith("HTTP/1.1 500")) reject(new Error(`${bytes.toString("latin1")} -> ${answer}`));
      else resolve();
    });
  });
}
