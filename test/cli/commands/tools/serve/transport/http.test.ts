import { once } from "node:events";
import type { Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { createEpisodes } from "../../../../../../cli/commands/tools/serve/transport/episodes.ts";
import { httpServer } from "../../../../../../cli/commands/tools/serve/transport/http.ts";
import { makeEnv } from "../../../../../../env/envs/registry.ts";
import { createRng } from "../../../../../../env/model/rng.ts";
import { testScenario } from "../../../../../../env/model/test-scenario.ts";
import { hostileRequest } from "./hostile-requests.ts";

const scenario = testScenario({ graph: "a 10 40B\nb 20 8B <- a\nc 5 <- a b" });
let server: Server;
let base = "";

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function serving(token: string | null = null): Promise<void> {
  const make = () => makeEnv("Placement/Refine-v1", { scenario });
  const episodes = createEpisodes({ make, sessions: 2, idleSeconds: 60, seconds: () => 0 });
  const address = { host: "127.0.0.1", port: 0, token };
  server = httpServer({ address, episodes, bodyBytes: 2000, connections: 16 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function ask(path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(base + path, {
    headers,
    ...(body !== undefined && {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
    }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

describe("the HTTP interface", () => {
  test("plays the episode that the env plays in this process", async () => {
    await serving();
    const env = makeEnv("Placement/Refine-v1", { scenario });
    env.reset({ seed: 4 });
    const { body: reset } = await ask("/reset", { seed: 4 });
    expect(reset).toMatchObject({
      reward: null,
      done: false,
      observation: { current: 0, action_mask: [1, 1] },
    });
    for (const action of [1, 0, 1]) {
      const step = env.step(action);
      const { body } = await ask("/step", { action: { action } });
      expect(body).toMatchObject({ reward: step.reward, done: step.terminated });
    }
    expect((await ask("/state")).body).toMatchObject({ episode_id: "0", step_count: 3 });
    expect(await ask("/step", { action: 0 })).toMatchObject({ status: 400, body: { error: /ended/ } });
  });

  test("tells its health, its metadata and its spaces", async () => {
    await serving();
    expect((await ask("/health")).body).toEqual({ status: "healthy" });
    expect((await ask("/metadata")).body).toMatchObject({ name: "Placement/Refine-v1" });
    expect((await ask("/schema")).body).toMatchObject({ action: { kind: "Discrete", size: 2, start: 0 } });
  });

  test("keeps as many episodes as it may, the oldest goes", async () => {
    await serving();
    for (const id of ["a", "b", "c"]) await ask("/reset", { episode_id: id });
    expect((await ask("/state?episode_id=a")).body.error).toMatch(/no episode "a"/);
    expect((await ask("/state?episode_id=c")).status).toBe(200);
  });

  test.each([
    ["/none", undefined, 404],
    ["/step", "{", 400],
    ["/step", "[]", 400],
    ["/step", "[".repeat(100), 400],
    ["/step", `{"action":"${"x".repeat(3000)}"}`, 413],
    ["/step", { action: 0 }, 400],
    ["/reset", { seed: {} }, 400],
    ["/reset", { options: { start: { length: 4e9 } } }, 400],
  ])("refuses %s with %j by %d and one sentence", async (path, body, status) => {
    await serving();
    const answer = await ask(path, body);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatch(/^[^\n]*\.$/);
  });

  test("wants its token, and without one a request for this machine", async () => {
    await serving("0123456789abcdef");
    expect((await ask("/health")).status).toBe(401);
    const token = { authorization: "Bearer 0123456789abcdef" };
    expect((await ask("/health", undefined, token)).status).toBe(200);
    server.close();
    await serving();
    const socket = connect(Number(new URL(base).port), "127.0.0.1");
    socket.write("GET /health HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    const [answer] = await once(socket, "data");
    expect(String(answer)).toMatch(/^HTTP\/1.1 403 /);
    socket.destroy();
  });

  test("survives some hundred mutated requests", async () => {
    await serving();
    const rng = createRng(5);
    for (let i = 0; i < 300; i++) await hostileRequest(rng, Number(new URL(base).port));
    expect((await ask("/health")).status).toBe(200);
  });
});
