/**
 * Addresses: the part of a scenario URI before the question mark, which names a problem and a
 * cluster.
 *
 *     WORKLOAD/CLUSTER                   inception-v3/2xP100
 *     FAMILY/SPLIT/NUMBER/CLUSTER        enas-cifar/test/7/2xK80
 *
 * A cluster has a name, or is `variant/SPLIT/NUMBER`, a member of the family of clusters. Most
 * families place on the accelerators alone, without the hosts. docs/scenarios.md describes
 * addresses to users. `familyMembers` reads the same grammar with several numbers.
 */
import type { Cluster } from "../env/model/cluster/cluster.ts";
import { InputError } from "../env/model/errors.ts";
import { didYouMean } from "../env/model/suggest.ts";
import { clusterCatalog } from "./clusters/index.ts";
import { clusterVariant } from "./clusters/variants.ts";
import { acceleratorsOf } from "./families/accelerators.ts";
import { type Family, type Split, splits } from "./families/family.ts";
import { families } from "./families/index.ts";
import { workloadCatalog } from "./workloads/index.ts";
import type { Workload } from "./workloads/workload.ts";

export type Problem =
  | { readonly kind: "workload"; readonly workload: Workload }
  | { readonly kind: "family"; readonly family: Family; readonly split: Split; readonly number: number };

export interface Address {
  readonly problem: Problem;
  readonly cluster: Cluster;
}

const VARIANT = "variant";
/** The cluster that families are calibrated on, and the default cluster of their members. */
const HOME = "2xK80";

export function readAddress(uri: string, address: string): Address {
  const [first, ...rest] = address.split("/");
  const family = families.find(({ name }) => name === first);
  if (family !== undefined) return memberAddress(uri, family, rest);
  if (rest.length === 0) throw neither(uri, address);
  return {
    problem: { kind: "workload", workload: workloadNamed(uri, first) },
    cluster: clusterAt(uri, rest),
  };
}

/**
 * The URIs of a family's members, for suites and for training. `FAMILY/SPLIT` names all members of
 * a split, on the machine that families are calibrated on. `FAMILY/SPLIT/NUMBERS/CLUSTER?OPTIONS`
 * is the long form: NUMBERS is `all`, one number or a range such as `0-99`.
 */
export function familyMembers(uri: string): string[] {
  const [address, query] = uri.split("?", 2);
  const [name, splitText = "", numbers = "all", ...rest] = address.split("/");
  const family = families.find((candidate) => candidate.name === name);
  if (family === undefined) {
    const known = families.map((each) => each.name);
    throw new InputError(
      `Members "${uri}": family "${name}" is not known; there are ${known.join(", ")}.${didYouMean(name, known)}`,
    );
  }
  const split = splitNamed(`Members "${uri}"`, family, splitText);
  const cluster = rest.length === 0 ? [HOME] : rest;
  clusterAt(uri, cluster);
  const [first, last] = rangeOf(`Members "${uri}"`, family, split, numbers);
  const tail = query === undefined ? "" : `?${query}`;
  return Array.from(
    { length: last - first + 1 },
    (_, i) => `${name}/${split}/${first + i}/${cluster.join("/")}${tail}`,
  );
}

/** Whether `familyMembers` can read it: several scenarios in one address. */
export function namesMembers(uri: string): boolean {
  const [name, , numbers = "all"] = uri.split("?", 1)[0].split("/");
  return families.some((family) => family.name === name) && !/^\d+$/.test(numbers);
}

function memberAddress(uri: string, family: Family, parts: readonly string[]): Address {
  const [splitText, numberText, ...rest] = parts;
  const example = `${family.name}/test/0/${HOME}`;
  if (splitText === undefined)
    throw new InputError(
      `Scenario "${uri}" names a family, expected one member as FAMILY/SPLIT/NUMBER/CLUSTER, such as ${example}.`,
    );
  const split = splitNamed(`Scenario "${uri}"`, family, splitText);
  if (numberText === undefined)
    throw new InputError(
      `Scenario "${uri}" names all ${family.members[split]} members of ${family.name}/${split}, expected one with its cluster, such as ${example}.`,
    );
  const [number, last] = rangeOf(`Scenario "${uri}"`, family, split, numberText);
  if (last > number || !/^\d+$/.test(numberText))
    throw new InputError(
      `Scenario "${uri}" names ${last - number + 1} members of ${family.name}/${split}, expected one, such as ${example}.`,
    );
  if (rest.length === 0)
    throw new InputError(
      `Scenario "${uri}" lacks a cluster, expected one after the number, such as ${example}.`,
    );
  const cluster = clusterAt(uri, rest);
  return {
    problem: { kind: "family", family, split, number },
    cluster: family.devices === "all" ? cluster : acceleratorsOf(cluster),
  };
}

function clusterAt(uri: string, parts: readonly string[]): Cluster {
  if (parts[0] !== VARIANT) return pick("cluster", clusterCatalog, parts.join("/"), uri).build();
  const [, splitText = "", numberText = ""] = parts;
  const split = splits.find((known) => known === splitText);
  if (split === undefined || !/^\d+$/.test(numberText) || parts.length > 3)
    throw new InputError(
      `Scenario "${uri}": cluster "${parts.join("/")}" is not one of the family of clusters, expected ${VARIANT}/SPLIT/NUMBER with a split of ${splits.join(", ")}, such as ${VARIANT}/test/3.${didYouMean(splitText, splits)}`,
    );
  return clusterVariant(split, Number(numberText));
}

function splitNamed(where: string, family: Family, name: string): Split {
  const split = splits.find((known) => known === name);
  if (split !== undefined) return split;
  const sizes = splits.map((known) => `${known} (${family.members[known]})`);
  throw new InputError(
    `${where}: split "${name}" is not known; ${family.name} has ${sizes.join(", ")}.${didYouMean(name, splits)}`,
  );
}

/** First and last number of `all`, `7` or `0-99`. */
function rangeOf(where: string, family: Family, split: Split, text: string): readonly [number, number] {
  const count = family.members[split];
  if (text === "all") return [0, count - 1];
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  if (first === undefined || Number(last) >= count || Number(first) > Number(last))
    throw new InputError(
      `${where}: number is "${text}", expected 0 to ${count - 1}: ${family.name}/${split} has ${count} members.`,
    );
  return [Number(first), Number(last)];
}

function workloadNamed(uri: string, name: string): Workload {
  const workload = workloadCatalog.find((candidate) => candidate.name === name);
  if (workload !== undefined) return workload;
  const [workloads, kin] = [namesOf(workloadCatalog), namesOf(families)];
  throw new InputError(
    `Scenario "${uri}": workload "${name}" is not known; there are ${workloads.join(", ")}, and the families ${kin.join(", ")}.${didYouMean(name, [...workloads, ...kin])}`,
  );
}

function neither(uri: string, address: string): InputError {
  const [workloads, clusters, kin] = [workloadCatalog, clusterCatalog, families].map(namesOf);
  return new InputError(
    `Scenario "${uri}" is neither a file of a known format nor WORKLOAD/CLUSTER, such as inception-v3/2xP100, nor FAMILY/SPLIT/NUMBER/CLUSTER, such as enas-cifar/test/0/${HOME}; workloads are ${workloads.join(", ")}, families ${kin.join(", ")}, clusters ${clusters.join(", ")}.${didYouMean(address, [...workloads, ...kin, ...clusters])}`,
  );
}

const namesOf = (entries: readonly { readonly name: string }[]): string[] => entries.map(({ name }) => name);

function pick<T extends { readonly name: string }>(
  what: string,
  entries: readonly T[],
  name: string,
  uri: string,
): T {
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry !== undefined) return entry;
  const known = namesOf(entries);
  throw new InputError(
    `Scenario "${uri}": ${what} "${name}" is not known; there are ${known.join(", ")}.${didYouMean(name, known)}`,
  );
}
