/**
 * What a policy was trained on, as declared, held against the scenarios of a track. The same graph
 * on another machine or in other groups counts as the same. A declaration cannot be proven: it says
 * what its author vouches for.
 */
import { InputError } from "../../../env/model/errors.ts";
import { familyMembers, namesMembers } from "../../../scenarios/address.ts";
import { splits } from "../../../scenarios/families/family.ts";
import { families } from "../../../scenarios/families/index.ts";
import { suiteCatalog } from "../../../scenarios/suites/index.ts";
import { workloadCatalog } from "../../../scenarios/workloads/index.ts";
import type { Track } from "../contract.ts";

/** Begins the declaration of data that this package does not have, such as `other:our profiles`. */
const OTHER = "other:";

/** Planners whose weights come with the package; they declare what these were trained on too. */
export const METHODS_WITH_WEIGHTS: readonly string[] = ["house"];

/** Throws `InputError` on a declaration that names nothing. */
export function isTrainedOnTest(
  { scenarios, trainingSplits }: Pick<Track, "scenarios" | "trainingSplits">,
  trainedOn: readonly string[],
): boolean {
  const learned = trainedOn.flatMap(scenariosOf);
  const test = scenarios.map(([uri]) => partsOf(uri));
  if (learned.some(({ graph }) => test.some((own) => own.graph === graph))) return true;
  if (trainingSplits === null) return false;
  const isAllowed = (name: string) => trainingSplits.some((split) => name.startsWith(`${split}/`));
  return learned.some(({ graph, cluster }) => !isAllowed(graph) || isHeldOut(cluster, isAllowed));
}

/** Clusters drawn from seeds are divided into splits; those of the catalog are not. */
const isHeldOut = (cluster: string, isAllowed: (name: string) => boolean): boolean =>
  cluster.startsWith("variant/") && !isAllowed(cluster);

interface Parts {
  /** Network, or family, split and number. */
  readonly graph: string;
  readonly cluster: string;
}

function scenariosOf(declared: string): Parts[] {
  if (declared.startsWith(OTHER)) return [{ graph: declared, cluster: "" }];
  const suite = suiteCatalog.find(({ name }) => name === declared);
  if (suite !== undefined) return suite.members.map(partsOf);
  const family = families.find(({ name }) => name === declared);
  if (family !== undefined)
    return splits.flatMap((split) => familyMembers(`${declared}/${split}`)).map(partsOf);
  if (namesMembers(declared)) return familyMembers(declared).map(partsOf);
  if (!isKnown(declared))
    throw new InputError(
      `"${declared}" is declared as trained on, but it names no scenario, split, family or suite; ` +
        `begin data of your own with "${OTHER}".`,
    );
  return [partsOf(declared)];
}

function isKnown(uri: string): boolean {
  const [first] = uri.split(/[/?]/);
  return [...families, ...workloadCatalog].some(({ name }) => name === first);
}

function partsOf(uri: string): Parts {
  const [address, query = ""] = uri.split("?");
  const words = address.split("/");
  const count = families.some(({ name }) => name === words[0]) ? MEMBER_WORDS : 1;
  const option = query.split("&").find((part) => part.startsWith("cluster="));
  const cluster = option === undefined ? words.slice(count).join("/") : option.slice("cluster=".length);
  return { graph: words.slice(0, count).join("/"), cluster };
}

/** Family, split and number. */
const MEMBER_WORDS = 3;
