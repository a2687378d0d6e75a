/** The papers that can be reproduced, one line each. */
import { InputError } from "../../env/model/errors.ts";
import { notKnown } from "../../env/model/suggest.ts";
import type { Paper } from "./contract.ts";
import { baechi } from "./papers/baechi.ts";
import { colocrlPaper } from "./papers/colocrl.ts";
import { dnnPartitioning } from "./papers/dnn-partitioning.ts";
import { flexflow } from "./papers/flexflow.ts";
import { gdpPaper } from "./papers/gdp.ts";
import { hdpPaper } from "./papers/hdp.ts";
import { heft } from "./papers/heft.ts";
import { pestoPaper } from "./papers/pesto.ts";
import { placetoPaper } from "./papers/placeto.ts";
import { regalPaper } from "./papers/regal.ts";
import { spotlightPaper } from "./papers/spotlight.ts";

export const papers: readonly Paper[] = [
  heft,
  colocrlPaper,
  hdpPaper,
  spotlightPaper,
  placetoPaper,
  gdpPaper,
  regalPaper,
  flexflow,
  dnnPartitioning,
  baechi,
  pestoPaper,
];

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
