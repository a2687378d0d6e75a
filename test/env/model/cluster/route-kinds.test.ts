import { expect, test } from "vitest";
import { routeKinds } from "../../../../env/model/cluster/route-kinds.ts";
import { clusterCatalog } from "../../../../scenarios/index.ts";

const cluster = clusterCatalog.find(({ name }) => name === "2x8xV100")!.build();
const speedsOf = (route: readonly number[]) =>
  route.map((link) => `${cluster.links[link].bytesPerUs} ${cluster.links[link].latencyUs}`).join();

test("has one route of each sequence of speeds and latencies", () => {
  const kinds = routeKinds(cluster).map(speedsOf);
  expect(new Set(kinds).size).toBe(kinds.length);
  expect(new Set(kinds)).toEqual(new Set(cluster.routes.flat().map(speedsOf)));
  expect(kinds.length).toBeLessThan(20);
});
