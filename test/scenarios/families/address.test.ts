/**
 * Addresses of members of families, of cluster variants and of whole splits. Each mistake is one
 * sentence.
 */
import { describe, expect, test } from "vitest";
import { graphHash, InputError } from "../../../env/index.ts";
import {
  clusterVariant,
  familyMembers,
  namesMembers,
  resolveScenario,
  splits,
} from "../../../scenarios/index.ts";

describe("FAMILY/SPLIT/NUMBER/CLUSTER", () => {
  test("is the member's graph, whatever cluster it is placed on", async () => {
    const hashes = new Set<string>();
    for (const cluster of ["2xK80", "4xP100", "variant/test/3"]) {
      const { graph, name } = await resolveScenario(`enas-cifar/test/7/${cluster}`);
      expect(name).toBe(`enas-cifar/test/7/${cluster}`);
      hashes.add(graphHash(graph));
    }
    expect(hashes.size).toBe(1);
  });

  test("takes options of the grouping", async () => {
    const scenario = await resolveScenario("enas-cifar/test/7/2xK80?groups=40");
    expect(scenario.grouping.groupCount).toBe(40);
    const merged = await resolveScenario("enas-cifar/test/7/2xK80?granularity=group");
    expect(merged.grouping.groupCount).toBeLessThan(scenario.graph.opCount);
  });

  test.each([
    [
      "enas-cifar",
      /names a family, expected one member as FAMILY\/SPLIT\/NUMBER\/CLUSTER, such as enas-cifar\/test\/0\/2xK80\.$/,
    ],
    ["enas-cifar/test", /names all 16 members of enas-cifar\/test, expected one/],
    ["enas-cifar/test/all/2xK80", /names 16 members of enas-cifar\/test, expected one/],
    ["enas-cifar/test/2-5/2xK80", /names 4 members of enas-cifar\/test, expected one/],
    ["enas-cifar/test/7", /lacks a cluster, expected one, such as/],
    [
      "enas-cifar/tset/7/2xK80",
      /split "tset" is not known; enas-cifar has train \(16\), validation \(8\), test \(16\)\. Did you mean "test"\?$/,
    ],
    ["enas-cifar/test/16/2xK80", /number is "16", expected 0 to 15: enas-cifar\/test has 16 members\.$/],
    ["enas-cifar/test/-1/2xK80", /number is "-1", expected 0 to 15/],
    ["enas-cifar/test/1e0/2xK80", /number is "1e0", expected 0 to 15/],
    ["enas-cifar/test/7/2xK08", /cluster "2xK08" is not known\. Did you mean "2xK80"\?$/],
    ["enas-cifra/test/7/2xK80", /workload "enas-cifra" is not known\. Did you mean "enas-cifar"\?$/],
    ["layered/train/42/4xP100?ops=3", /option "ops" is "3", expected a whole number from 4 to 100000\.$/],
    ["layered/train/42/4xP100?opps=30", /option "opps" is not known\. Did you mean "ops"\?$/],
    ["nmt/test/0/2xK80?comm=0", /option "comm" is "0", expected a whole number from 1 to 100000\.$/],
    [
      "nmt/test/0/variant/tets/1",
      /cluster "variant\/tets\/1" is not one of the family of clusters.*Did you mean "test"\?$/,
    ],
    ["nmt/test/0/variant/test", /expected variant\/SPLIT\/NUMBER/],
    ["nmt/test/0/variant/test/x", /expected variant\/SPLIT\/NUMBER/],
  ])("%s is refused in one sentence", async (uri, sentence) => {
    const error = await resolveScenario(uri).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toMatch(sentence);
    expect((error as InputError).message).not.toContain("\n");
  });
});

describe("cluster variants", () => {
  test.each(splits)("%s: are places for workloads, hosts and all", async (split) => {
    const { cluster } = await resolveScenario(`resnet-50/variant/${split}/3`);
    expect(cluster).toEqual(clusterVariant(split, 3));
  });

  test("are places for families, without hosts", async () => {
    const { cluster } = await resolveScenario("nmt/test/0/variant/test/3");
    const accelerators = clusterVariant("test", 3).devices.filter(({ kind }) => kind !== "CPU");
    expect(cluster.devices).toEqual(accelerators);
  });
});

describe("familyMembers", () => {
  test("of FAMILY/SPLIT are all members on the machine of the calibration", () => {
    const uris = familyMembers("enas-cifar/test");
    expect(uris.length).toBe(16);
    expect(uris[7]).toBe("enas-cifar/test/7/2xK80");
  });

  test("keep numbers, cluster and options", () => {
    expect(familyMembers("regal/train/98-100/variant/test/3?groups=40&comm=20")).toEqual(
      [98, 99, 100].map((number) => `regal/train/${number}/variant/test/3?groups=40&comm=20`),
    );
    expect(familyMembers("nmt/validation/all/4xK80").length).toBe(8);
    expect(familyMembers("nmt/validation/3/4xK80")).toEqual(["nmt/validation/3/4xK80"]);
  });

  test("take the first of the members named, and keep the other options", () => {
    expect(familyMembers("regal/train?weights=0&take=2")).toEqual([
      "regal/train/0/2xK80?weights=0",
      "regal/train/1/2xK80?weights=0",
    ]);
    expect(familyMembers("nmt/test/4-9/4xK80?take=1")).toEqual(["nmt/test/4/4xK80"]);
  });

  test("are scenarios, every one", async () => {
    for (const uri of familyMembers("inception/validation/all/4xK80"))
      expect((await resolveScenario(uri)).name).toBe(uri);
  });

  test.each([
    ["inception-v3/2xK80", /family "inception-v3" is not known/],
    ["enas-cifra/test", /Did you mean "enas-cifar"\?$/],
    ["enas-cifar", /split "" is not known; enas-cifar has train \(16\)/],
    ["enas-cifar/test/9-16", /number is "9-16", expected 0 to 15/],
    ["enas-cifar/test/5-3", /number is "5-3", expected 0 to 15/],
    ["enas-cifar/test/all/2xK08", /cluster "2xK08" is not known/],
    ["enas-cifar/test?take=17", /"take" is "17", expected a whole number from 1 to 16/],
    ["enas-cifar/test?take=0", /"take" is "0", expected a whole number from 1 to 16/],
  ])("%s is refused in one sentence", (uri, sentence) => {
    expect(() => familyMembers(uri)).toThrow(InputError);
    expect(() => familyMembers(uri)).toThrow(sentence);
  });

  test("are told from single scenarios", () => {
    expect(["nmt/test", "nmt/test/all/2xK80", "nmt/test/0-3/2xK80?comm=20"].map(namesMembers)).toEqual([
      true,
      true,
      true,
    ]);
    expect(["nmt/test/3/2xK80", "nmt-2/2xK80", "./nmt/test.json"].map(namesMembers)).toEqual([
      false,
      false,
      false,
    ]);
  });
});
