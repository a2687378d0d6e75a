import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createEpisodes } from "../../../../../cli/commands/serve/transport/episodes.ts";
import { httpServer } from "../../../../../cli/commands/serve/transport/http.ts";
import { makeEnv } from "../../../../../env/envs/registry.ts";
import { createRng } from "../../../../../env/model/rng.ts";
import { testScenario } from "../../../../../env/model/test-scenario.ts";
import { hostileRequest } from "./hostile-requests.ts";

test("10,000 mutated HTTP requests end neither the server nor grow its memory", async () => {
  const scenario = testScenario({ graph: "a 10 40B\nb 20 8B <- a\nc 5 <- a b" });
  const make = () => makeEnv("Placement/Refine-v1", { scenario });
  const episodes = createEpisodes({ make, sessions: 8, idleSeconds: 60, seconds: () => 0 });
  const address = { host: "127.0.0.1", port: 0, token: null };
  const server = httpServer({ address, episodes, bodyBytes: 10_000, connections: 64 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const rng = createRng(6);
  for (let i = 0; i < 2000; i++) await hostileRequest(rng, port);
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 10_000; i++) await hostileRequest(rng, port);
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
  expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  server.closeAllConnections();
  server.close();
});
