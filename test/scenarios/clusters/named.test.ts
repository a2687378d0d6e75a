/** Names of clusters, wherever one is named: addresses, families, options of files. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { type Cluster, validateCluster } from "../../../env/model/cluster/cluster.ts";
import { InputError } from "../../../env/model/errors.ts";
import { scenarioHash, writeScenario } from "../../../env/model/file.ts";
import { testScenario } from "../../../env/model/test-scenario.ts";
import { familyMembers } from "../../../scenarios/address.ts";
import { clusterCatalog } from "../../../scenarios/clusters/index.ts";
import { clusterNamed } from "../../../scenarios/clusters/named.ts";
import { clusterVariant } from "../../../scenarios/clusters/variants.ts";
import { resolveCluster, resolveScenario } from "../../../scenarios/resolve.ts";
import { drawn } from "../../law-runs.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-clusters-"));
afterAll(() => rmSync(folder, { recursive: true }));
const put = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const ports = { bandwidth: "2GB/s", latency: "3us" };
const lab = put("lab.json", JSON.stringify({ devices: [{ like: "T4", count: 2 }, { like: "Xeon" }], ports }));
const dot = put("two.dot", "digraph { a [time=10]; b [time=20]; a -> b }");

describe("a cluster's name", () => {
  test.each(clusterCatalog)("$name is the catalog's own", ({ name, build }) => {
    expect(clusterNamed(name)).toEqual(build());
  });

  test("may be a variant, a count and a kind, or a file", () => {
    expect(clusterNamed("variant/test/3")).toEqual(clusterVariant("test", 3));
    expect(clusterNamed("5xA100").devices.length).toBe(6);
    const { name, devices, links } = clusterNamed(lab);
    expect([name, devices.length, links[0].bytesPerUs, links[0].latencyUs]).toEqual(["lab", 3, 2_000, 3]);
    expect(clusterNamed("x/y.json", () => '{"devices":[{"like":"K80"}]}').name).toBe("y");
  });

  test.each(["2xK80", "variant/test/3", "2x4xH100", lab])("%s takes options", (text) => {
    const plain = clusterNamed(text);
    const changed = clusterNamed(`${text}?bandwidth=25GB/s&latency=5us&memory=8GiB`);
    expect(changed.name).toBe(`${plain.name}?bandwidth=25GB/s&latency=5us&memory=8GiB`);
    expect(new Set(changed.links.map(({ bytesPerUs, latencyUs }) => `${bytesPerUs} ${latencyUs}`))).toEqual(
      new Set(["25000 5"]),
    );
    changed.devices.forEach(({ kind, memoryBytes }, d) => {
      expect(memoryBytes).toBe(kind === "CPU" ? plain.devices[d].memoryBytes : 8 * 2 ** 30);
    });
    expect(changed.routes).toEqual(plain.routes);
  });

  test("takes factors of its own figures", () => {
    const [plain, changed] = ["2x8xA100", "2x8xA100?bandwidth=0.5x&latency=0x&memory=2x"].map((text) =>
      clusterNamed(text),
    );
    changed.links.forEach(({ bytesPerUs, latencyUs }, l) => {
      expect([bytesPerUs, latencyUs]).toEqual([plain.links[l].bytesPerUs / 2, 0]);
    });
    expect(changed.devices[0].memoryBytes).toBe(80 * 2 ** 30);
  });

  test("changes the memory of CPUs where there is nothing else", () => {
    expect(clusterNamed("cpu-only?memory=1GiB").devices.map(({ memoryBytes }) => memoryBytes)).toEqual([
      2 ** 30,
      2 ** 30,
    ]);
  });

  test.each([
    ["2xP10", /^cluster "2xP10" is not known\. Did you mean "2xP100"\?$/],
    ["8xV100-nvlnk", /^cluster "8xV100-nvlnk" is not known\. Did you mean "8xV100-nvlink"\?$/],
    ["cluster-of-mine", /is not known, expected a name such as 4xP100 \("list clusters" shows all\)/],
    ["", /^cluster "" is not known/],
    ["variant/tset/3", /not one of the family of clusters, .*Did you mean "test"\?$/],
    ["4xA100?bandwith=3GB/s", /option "bandwith" is not known\. Did you mean "bandwidth"\?$/],
    [
      "4xA100?bandwidth=25gb/s",
      /expected a number with a unit, such as 25GB\/s, .*Did you mean "25GB\/s"\?$/,
    ],
    ["4xA100?latency=5", /option "latency" is "5", expected a number with a unit/],
    ["4xA100?memory=0x", /option "memory" is "0x", expected/],
    [join(folder, "none.json"), /^cluster file ".*none\.json" does not exist\.$/],
    [`${folder}/`, /^cluster file ".*" is a directory, expected a file\.$/],
    [put("broken.json", "{"), /^cluster file ".*broken\.json" is not valid JSON: /],
    [put("empty.json", ""), /^cluster file ".*empty\.json" is empty\.$/],
    [put("list.json", "[]"), /^cluster file ".*list\.json": the top level is no object/],
    [put("wrong.json", '{"devices":[{"like":"T5"}]}'), /wrong\.json": devices\[0\]\.like is "T5", .*"T4"\?$/],
  ])("%s is refused in one sentence", (text, sentence) => {
    expect(() => clusterNamed(text)).toThrow(InputError);
    expect(() => clusterNamed(text)).toThrow(sentence);
  });

  test("begins a sentence of its own in a program", () => {
    expect(() => resolveCluster("2xP10")).toThrow(/^Cluster "2xP10" is not known/);
  });
});

describe("anything at all", () => {
  /** A valid cluster, or one sentence. */
  function expectClusterOrSentence(make: () => Cluster): void {
    try {
      validateCluster(make());
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      expect((error as InputError).message).toMatch(/^cluster .*[.?]$/s);
    }
  }

  test("as a name is a cluster or one sentence", () => {
    const words = [
      "4",
      "0",
      "x",
      "A100",
      "V10",
      "TPUv3",
      "+",
      "?",
      "&",
      "=",
      "bandwidth",
      "memory",
      "latency",
    ];
    const more = [
      "1GB/s",
      "5us",
      "2x",
      "variant/",
      "test/",
      "-1",
      "%",
      "1e9",
      "Xeon",
      "K80",
      " ",
      "cpu-only",
    ];
    const text = fc.array(fc.oneof(fc.constantFrom(...words, ...more), fc.string({ maxLength: 3 })), {
      maxLength: 9,
    });
    fc.assert(
      fc.property(text, (parts) => {
        const name = parts.join("").replace(/[/.~\\:]/g, "_");
        expectClusterOrSentence(() => clusterNamed(name));
      }),
      { numRuns: drawn(500) },
    );
  });

  test("as a file is a cluster or one sentence", () => {
    const speed = { bandwidth: "12GB/s", latency: "5us" };
    const whole = {
      name: "lab",
      devices: [
        { like: "V100", count: 2 },
        { kind: "CPU", name: "cpu:0", flops: "1TFLOP/s", memory: null },
      ],
      switches: ["s"],
      relays: ["cpu:0"],
      cables: [
        { ends: ["gpu:*", "s"], ...speed },
        { ends: ["s", "cpu:0"], ...speed, duplex: "half" },
      ],
      routes: "widest",
    };
    const text = JSON.stringify(whole);
    const values = fc.constantFrom(
      "null",
      "[]",
      "{}",
      "-1",
      "1e99",
      '""',
      '"x"',
      '"gpu:0-9"',
      '"5us"',
      "true",
    );
    const change = fc.tuple(fc.nat({ max: text.length }), fc.nat({ max: 12 }), values);
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), (changes) => {
        let json = text;
        for (const [at, cut, value] of changes) json = json.slice(0, at) + value + json.slice(at + cut);
        expectClusterOrSentence(() => clusterNamed("lab.json", () => json));
      }),
      { numRuns: drawn(500) },
    );
    const mutated = fc.letrec((tie) => ({
      json: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom(null, 0, -1, 2, "", "gpu:0", "V100", "5us", "1GB/s", "16GiB", true),
        fc.array(tie("json"), { maxLength: 3 }),
        fc.dictionary(
          fc.constantFrom(
            "devices",
            "ports",
            "cables",
            "ends",
            "like",
            "links",
            "routes",
            "schema",
            "cluster",
          ),
          tie("json"),
        ),
      ),
    })).json;
    fc.assert(
      fc.property(mutated, (json) => {
        expectClusterOrSentence(() => clusterNamed("lab.json", () => JSON.stringify(json)));
      }),
      { numRuns: drawn(500) },
    );
  });
});

describe("a scenario", () => {
  test.each([
    ["vgg-16/16xV100", "16xV100", 18],
    ["vgg-16/2x2xA100", "2x2xA100", 6],
    [`vgg-16?cluster=${lab}`, "lab", 3],
    ["vgg-16?cluster=16xV100&batch=8", "16xV100", 18],
    ["vgg-16?cluster=4xP100?memory=8GiB", "4xP100?memory=8GiB", 5],
    ["vgg-16/4xP100?memory=8GiB&batch=8", "4xP100?memory=8GiB", 5],
    ["nmt/test/0/16xV100", "16xV100", 16],
    [`nmt/test/0?cluster=${lab}&latency=2x`, "lab?latency=2x", 2],
    ["vgg-16/variant/test/3?bandwidth=1GB/s", `${clusterVariant("test", 3).name}?bandwidth=1GB/s`, undefined],
    [`${dot}?cluster=3xA100&bandwidth=1GB/s`, "3xA100?bandwidth=1GB/s", undefined],
    [`${dot}?cluster=${lab}`, "lab", 3],
    [`${dot}?cluster=${lab}?latency=0x`, "lab?latency=0x", 3],
  ])("%s is on its cluster", async (uri, name, devices) => {
    const { cluster } = await resolveScenario(uri);
    expect(cluster.name).toBe(name);
    if (devices !== undefined) expect(cluster.devices.length).toBe(devices);
  });

  test("on a changed cluster has another hash, on an unchanged one the same", async () => {
    const hashes = await Promise.all(
      ["alexnet/2xP100", "alexnet?cluster=2xP100", "alexnet/2xP100?latency=20us"].map(async (uri) =>
        scenarioHash(await resolveScenario(uri)),
      ),
    );
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[2]).not.toBe(hashes[0]);
  });

  test("keeps an option of its own that has the name of a cluster's: what has a unit is the cluster's", async () => {
    const [tokens, bytes] = await Promise.all([
      resolveScenario("transformer-xl/2xA100?layers=1&memory=20"),
      resolveScenario("transformer-xl/2xA100?layers=1&memory=20GiB"),
    ]);
    expect(tokens.cluster.devices[0].memoryBytes).toBe(40 * 2 ** 30);
    expect(bytes.cluster.devices[0].memoryBytes).toBe(20 * 2 ** 30);
  });

  test("in a file with a cluster of its own can have it changed", async () => {
    const path = put("own.json", JSON.stringify(writeScenario(testScenario({ graph: "a 1 5B\nb 1 <- a" }))));
    const { cluster } = await resolveScenario(`${path}?bandwidth=0.5x`);
    const { cluster: plain } = await resolveScenario(path);
    expect(cluster.links.map(({ bytesPerUs }) => 2 * bytesPerUs)).toEqual(
      plain.links.map(({ bytesPerUs }) => bytesPerUs),
    );
  });

  test("reads its cluster's file through the caller's reader", async () => {
    const readFile = async (path: string) =>
      path === "there.json" ? '{"devices":[{"like":"H100"}]}' : "digraph { a [time=10] }";
    const { cluster } = await resolveScenario("g.dot?cluster=there.json", { readFile });
    expect(cluster.devices.map(({ kind }) => kind)).toEqual(["H100"]);
    const built = await resolveScenario("nmt/test/0?cluster=there.json", { readFile });
    expect(built.cluster.name).toBe("there");
  });

  test("of a family may have its cluster in an option, one for all members", () => {
    expect(familyMembers(`nmt/test?cluster=${lab}`)[3]).toBe(`nmt/test/3?cluster=${lab}`);
    expect(familyMembers("nmt/test/0-1/16xV100?latency=1us")).toEqual([
      "nmt/test/0/16xV100?latency=1us",
      "nmt/test/1/16xV100?latency=1us",
    ]);
    expect(() => familyMembers("nmt/test?cluster=none.json")).toThrow(
      /cluster file "none\.json" does not exist/,
    );
  });

  test.each([
    ["vgg-16/4xA100?cluster=4xT4", /names two clusters, "4xA100" and "4xT4", expected one\.$/],
    ["vgg-16/./mine.json", /does not exist, .*Did you mean "vgg-16\?cluster=\.\/mine\.json"\?$/],
    ["nmt/test/0/mine.json?groups=3", /Did you mean "nmt\/test\/0\?cluster=mine\.json&groups=3"\?$/],
    [
      "vgg-16?cluster=none.json",
      /^Scenario "vgg-16\?cluster=none\.json": cluster file "none\.json" does not exist\.$/,
    ],
    ["vgg-16/4xA10", /^Scenario "vgg-16\/4xA10": cluster "4xA10" is not known\. Did you mean "4xA100"\?$/],
    ["vgg-16/4xA100?memory=20", /option "memory" is "20", expected a number with a unit, such as 16GiB/],
    [`${dot}?cluster=4xA10`, /two\.dot.*: cluster "4xA10" is not known\. Did you mean "4xA100"\?$/],
    [`${dot}?bandwidth=1`, /two\.dot.*: option "bandwidth" is "1", expected a number with a unit/],
  ])("%s is refused in one sentence", async (uri, sentence) => {
    await expect(resolveScenario(uri)).rejects.toThrow(InputError);
    await expect(resolveScenario(uri)).rejects.toThrow(sentence);
  });
});
