/**
 * The id of an entry, which is the name of its folder: track, method and budget. Equal ones have
 * equal ids, so nobody enters twice.
 */
import { InputError } from "../../../env/model/errors.ts";
import type { Entry } from "../contract.ts";

/** No separators and no dots that climb. */
export const ENTRY_ID = /^[a-z0-9](?:[a-z0-9=,+_-]|\.(?!\.))*$/;
export const LONGEST_ID = 120;

export function entryId({ track, method, budget }: Pick<Entry, "track" | "method" | "budget">): string {
  const amount =
    budget.simulations !== undefined
      ? `${budget.simulations}-simulations`
      : `${budget.cpuSeconds}-cpu-seconds`;
  const id = `${track}-${plain(method)}-${amount}`;
  if (id.length <= LONGEST_ID) return id;
  throw new InputError(`Method "${method}" has a name too long for an entry; give fewer options.`);
}

/** A spec in letters that every file system takes. */
const plain = (spec: string): string =>
  spec
    .toLowerCase()
    .replace(/[^a-z0-9=,+_.-]+/g, "-")
    .replace(/\.{2,}/g, ".")
    .replace(/^[-.]+|[-.]+$/g, "");
