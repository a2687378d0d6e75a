/**
 * Addresses: the part of a scenario URI before the question mark, which names a problem and a
 * cluster.
 *
 *     WORKLOAD/CLUSTER                   inception-v3/2xP100
 *     FAMILY/SPLIT/NUMBER/CLUSTER        enas-cifar/test/7/2xK80
 *     WORKLOAD, FAMILY/SPLIT/NUMBER      with the option `cluster=CLUSTER`, which may be a file
 *
 * clusters/named.ts reads CLUSTER. docs/scenarios.md describes addresses to users. `familyMembers`
 * reads the same grammar with several numbers.
 */
import { InputError } from "../env/model/errors.ts";
import { didYouMean, notKnown } from "../env/model/suggest.ts";
import { readQuery } from "../env/model/user/query.ts";
import { clusterCatalog } from "./clusters/index.ts";
import { clusterNamed } from "./clusters/named.ts";
import { type Family, type Split, splits } from "./families/family.ts";
import { families } from "./families/index.ts";
import { workloadCatalog } from "./workloads/index.ts";
import type { Workload } from "./workloads/workload.ts";

export type Problem =
  | { readonly kind: "workload"; readonly workload: Workload }
  | { readonly kind: "family"; readonly family: Family; readonly split: Split; readonly number: number };

export interface Address {
  readonly problem: Problem;
  /** As `clusterNamed` reads it. */
  readonly cluster: string;
}

/** The cluster that families are calibrated on, and the default cluster of their members. */
const HOME = "2xK80";

/** `option` is the value of the option `cluster`. */
export function readAddress(uri: string, address: string, option?: string): Address {
  const [first, ...rest] = address.split("/");
  const family = families.find(({ name }) => name === first);
  if (family !== undefined) return memberAddress(uri, family, rest, option);
  if (rest.length === 0 && !isWorkload(first)) throw neither(uri, address);
  const workload = workloadNamed(uri, first);
  const example = `${first}/4xP100 or ${first}?cluster=./mine.json`;
  return { problem: { kind: "workload", workload }, cluster: clusterText(uri, rest, option, example) };
}

/**
 * The address that an address with a file in place of a cluster means, `vgg-16?cluster=./mine.json`
 * for `vgg-16/./mine.json`. Null for other texts.
 */
export function withClusterAsOption(uri: string): string | null {
  const [, problem, path, query] =
    /^([^/?]+(?:\/(?:train|validation|test)\/\d+)?)\/(.+?)(?:\?(.*))?$/.exec(uri) ?? [];
  const [first] = (problem ?? "").split("/");
  const isFamily = families.some(({ name }) => name === first);
  if (problem === undefined || !(isFamily ? problem !== first : isWorkload(first))) return null;
  return `${problem}?cluster=${path}${query === undefined ? "" : `&${query}`}`;
}

const isWorkload = (word: string): boolean => workloadCatalog.some(({ name }) => name === word);

/**
 * The URIs of a family's members, for suites and for training. `FAMILY/SPLIT` names all members of
 * a split, on the machine that families are calibrated on. `FAMILY/SPLIT/NUMBERS/CLUSTER?OPTIONS`
 * is the long form: NUMBERS is `all`, one number or a range such as `0-99`. The option `take=N`
 * keeps the first N of them.
 */
export function familyMembers(uri: string): string[] {
  const at = uri.indexOf("?");
  const [address, query] = at === -1 ? [uri] : [uri.slice(0, at), uri.slice(at + 1)];
  const [name, splitText = "", numbers = "all", ...rest] = address.split("/");
  const family = families.find((candidate) => candidate.name === name);
  if (family === undefined) {
    throw new InputError(`Members "${uri}": ${notKnown("family", name, namesOf(families))}`);
  }
  const split = splitNamed(`Members "${uri}"`, family, splitText);
  const given = readQuery(`Members "${uri}"`, query ?? "");
  const option = given.text("cluster");
  const cluster = rest.length === 0 && option === undefined ? [HOME] : rest;
  checkCluster(uri, clusterText(uri, cluster, option, ""));
  const [first, last] = rangeOf(`Members "${uri}"`, family, split, numbers);
  const count = given.integer("take", { min: 1, max: last - first + 1 }) ?? last - first + 1;
  const kept = (query ?? "").split("&").filter((part) => part !== "" && !/^take=/.test(part));
  const tail = kept.length === 0 ? "" : `?${kept.join("&")}`;
  return Array.from({ length: count }, (_, i) => `${[name, split, first + i, ...cluster].join("/")}${tail}`);
}

/** Whether `familyMembers` can read it: several scenarios in one address. */
export function namesMembers(uri: string): boolean {
  const [name, , numbers = "all"] = uri.split("?", 1)[0].split("/");
  return families.some((family) => family.name === name) && !/^\d+$/.test(numbers);
}

function memberAddress(
  uri: string,
  family: Family,
  parts: readonly string[],
  option: string | undefined,
): Address {
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
  return {
    problem: { kind: "family", family, split, number },
    cluster: clusterText(uri, rest, option, example),
  };
}

/** The cluster of the address or of the option; not both. */
function clusterText(
  uri: string,
  parts: readonly string[],
  option: string | undefined,
  example: string,
): string {
  if (parts.length === 0 && option === undefined)
    throw new InputError(`Scenario "${uri}" lacks a cluster, expected one, such as ${example}.`);
  if (parts.length > 0 && option !== undefined)
    throw new InputError(
      `Scenario "${uri}" names two clusters, "${parts.join("/")}" and "${option}", expected one.`,
    );
  return option ?? parts.join("/");
}

function checkCluster(uri: string, cluster: string): void {
  within(`Scenario "${uri}"`, () => clusterNamed(cluster));
}

/** Puts the place in front of the sentence of a mistake. */
export function within<T>(where: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${where}: ${error.message}`);
    throw error;
  }
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
  const known = [...namesOf(workloadCatalog), ...namesOf(families)];
  throw new InputError(
    `Scenario "${uri}": ${notKnown("workload", name, known, { all: '"list workloads" and "list families"' })}`,
  );
}

function neither(uri: string, address: string): InputError {
  const [workloads, clusters, kin] = [workloadCatalog, clusterCatalog, families].map(namesOf);
  return new InputError(
    `Scenario "${uri}" is neither a file of a known format nor WORKLOAD/CLUSTER, such as inception-v3/2xP100, nor FAMILY/SPLIT/NUMBER/CLUSTER, such as enas-cifar/test/0/${HOME}.${didYouMean(address, [...workloads, ...kin, ...clusters])}`,
  );
}

const namesOf = (entries: readonly { readonly name: string }[]): string[] => entries.map(({ name }) => name);

/** Addresses with those that name several members of a family in their place. */
export const withMembers = (uris: readonly string[]): string[] =>
  uris.flatMap((uri) => (namesMembers(uri) ? familyMembers(uri) : [uri]));
