/**
 * Clusters of a count and a kind: the wiring of the catalog where it has one of that size.
 * Elsewhere figures can be added up by hand.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Cluster, isCpu } from "../../../env/model/cluster/cluster.ts";
import { deviceSheets } from "../../../scenarios/clusters/devices.ts";
import { countedKinds, generatedCluster, MOST_DEVICES } from "../../../scenarios/clusters/generated.ts";
import { clusterCatalog } from "../../../scenarios/clusters/index.ts";
import { machineSheets } from "../../../scenarios/clusters/machines.ts";

const made = (text: string): Cluster => generatedCluster(text)!;
const named = (name: string): Cluster => clusterCatalog.find((entry) => entry.name === name)!.build();
const kindsOf = ({ devices }: Cluster): string[] => devices.map(({ kind }) => kind);

/** Time of a transfer of 1,200,000 bytes alone in the cluster, by the rule of its routing. */
function transferUs({ links, routes, routing }: Cluster, from: number, to: number): number {
  const route = routes[from][to].map((link) => links[link]);
  const times = route.map(({ bytesPerUs }) => 1_200_000 / bytesPerUs);
  const sendingUs = routing === undefined ? times.reduce((sum, us) => sum + us, 0) : Math.max(...times);
  return sendingUs + route.reduce((sum, { latencyUs }) => sum + latencyUs, 0);
}

describe("clusters of a count and a kind", () => {
  test.each([
    ["8xA100", "8xA100-switch"],
    ["8xH100", "8xH100-nvswitch"],
    ["8xV100", "8xV100-nvlink"],
    ["8xTPUv3", "8xTPUv3"],
    ["4xTPUv4", "4xTPUv4"],
    ["4xP100", "4xP100"],
    ["2xK80", "2xK80"],
    ["8xT4", "8xT4"],
  ])("%s of one machine is wired as %s", (text, name) => {
    expect({ ...made(text), name }).toEqual(named(name));
  });

  test("16xV100 is two DGX-1 on InfiniBand, as 2x8xV100 is", () => {
    const [ours, catalogs] = [made("16xV100"), named("2x8xV100")];
    expect(ours.devices).toEqual(catalogs.devices);
    expect(ours.routes).toEqual(catalogs.routes);
    expect(ours.links.map(({ bytesPerUs, latencyUs }) => [bytesPerUs, latencyUs])).toEqual(
      catalogs.links.map(({ bytesPerUs, latencyUs }) => [bytesPerUs, latencyUs]),
    );
    expect({ ...made("2x8xV100"), name: "" }).toEqual({ ...ours, name: "" });
  });

  test("fills machines in turn, and takes machines of a smaller size where asked", () => {
    const hostsOf = (text: string) => made(text).devices.filter(isCpu).length;
    expect(kindsOf(made("12xV100"))).toEqual([...Array(12).fill("V100"), "CPU", "CPU"]);
    expect([hostsOf("16xA100"), hostsOf("4x4xA100"), hostsOf("17xA100")]).toEqual([2, 4, 3]);
  });

  test("goes within a machine by its own link, and between machines by the cards", () => {
    const a100 = made("2x8xA100");
    expect(transferUs(a100, 0, 7)).toBeCloseTo(4 + 5 + 5, 9);
    expect(transferUs(a100, 0, 8)).toBeCloseTo(48 + 6 + 6, 9);
    expect(transferUs(a100, 0, 16)).toBeCloseTo(50 + 10, 9);
    const p100 = made("2x8xP100");
    expect(transferUs(p100, 0, 7)).toBeCloseTo(100 + 5 + 5, 9);
    expect(transferUs(p100, 0, 8)).toBeCloseTo(384 + 5 + 20 + 20 + 5, 9);
    const t4 = made("9xT4");
    expect(transferUs(t4, 0, 8)).toBeCloseTo(100 + 10 + 20 + 20 + 10, 9);
  });

  test("keeps to the torus within a slice of TPUs, however many hosts are nearer by count", () => {
    const tpus = made("2x64xTPUv3");
    expect(tpus.devices.length).toBe(128 + 32);
    expect(transferUs(tpus, 0, 36)).toBeCloseTo(1_200_000 / 70_000 + 8, 9);
    expect(transferUs(tpus, 0, 64)).toBeCloseTo(384 + 2 * (10 + 20), 9);
  });

  test("joins machines of several kinds on one network, the slower card in force", () => {
    const mixed = made("8xA100+8xK80");
    expect(kindsOf(mixed)).toEqual([...Array(8).fill("A100"), ...Array(8).fill("K80"), "CPU", "CPU"]);
    expect(transferUs(mixed, 0, 8)).toBeCloseTo(960 + 6 + 20 + 5, 9);
  });

  test("of CPUs has no other devices", () => {
    expect(made("3xXeon").devices.map(({ name }) => name)).toEqual(["cpu:0", "cpu:1", "cpu:2"]);
    expect(kindsOf(made("2xCPU"))).toEqual(["CPU", "CPU"]);
  });

  test("is connected for every kind, count and number of machines, accelerators first", () => {
    const kinds = fc.constantFrom(...countedKinds);
    fc.assert(
      fc.property(kinds, fc.integer({ min: 1, max: 3 }), fc.nat({ max: 7 }), (kind, machines, more) => {
        const each = 1 + (more % machineSheets[kind].most);
        const cluster = made(`${machines}x${each}x${kind}`);
        const { devices, links, routes } = cluster;
        const own = devices.filter((device) => device.kind === deviceSheets[kind].kind);
        expect(own.length).toBe(machines * each);
        if (kind !== "Xeon") expect(devices.slice(0, own.length)).toEqual(own);
        expect(new Set(devices.map(({ name }) => name)).size).toBe(devices.length);
        expect(new Set(links.map(({ name }) => name)).size).toBe(links.length);
        routes.forEach((row, from) => {
          row.forEach((route, to) => {
            expect(route.length > 0).toBe(from !== to);
          });
        });
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ["0xA100", /^cluster "0xA100" has no A100, expected a count of at least 1\.$/],
    ["2x16xA100", /a machine of A100 has at most 8, expected MACHINESxCOUNTxKIND/],
    [`${MOST_DEVICES + 1}xA100`, /has too many devices, expected at most 512\.$/],
    ["400xA100+400xT4", /has 800 devices, expected at most 512\.$/],
    ["99999999999999999999xA100", /too many devices/],
    ["4xA10", /^cluster "4xA10" is not known\. Did you mean "4xA100"\?$/],
    ["2x4xv100", /Did you mean "2x4xV100"\?$/],
    [
      "4xB200",
      /counts the kind "B200", expected K80, .* a file such as \.\/mine\.json describes any other\.$/,
    ],
    ["4xTPUv3+4xA100", /TPUv3 is joined to TPUv3 alone\.$/],
  ])("%s is refused in one sentence", (text, sentence) => {
    expect(() => generatedCluster(text)).toThrow(sentence);
  });

  test.each(["A100", "4 A100", "4x", "xA100", "4xA100-pcie", "1x2x3xA100", ""])("%j is none", (text) => {
    expect(generatedCluster(text)).toBeNull();
  });
});

test("docs/clusters.md says of every kind what its machine is", () => {
  const page = readFileSync(fileURLToPath(new URL("../../../docs/clusters.md", import.meta.url)), "utf8");
  for (const [kind, { most, inside, between }] of Object.entries(machineSheets))
    expect(page).toContain(`| \`${kind}\` | ${most} | ${inside} | ${between} |`);
});
