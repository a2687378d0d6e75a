/** The papers that can be reproduced, one line each. */
import { InputError } from "../../env/model/errors.ts";
import { notKnown } from "../../env/model/suggest.ts";
import type { Paper } from "./contract.ts";
import { heft } from "./papers/heft.ts";

export const papers: readonly Paper[] = [heft];

export function paperNamed(id: string): Paper {
  const known = papers.find((paper) => paper.id === id);
  if (known === undefined)
    throw new InputError(
      notKnown(
        "Paper",
        id,
        papers.map((paper) => paper.id),
      ),
    );
  return known;
}
