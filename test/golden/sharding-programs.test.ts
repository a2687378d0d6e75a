import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sharedPath } from "../shared-folder.ts";
import { accparChains } from "./checks/accpar-chains.ts";
import { alpaInterop } from "./checks/alpa-interop.ts";
import type { GoldenCheck } from "./checks/contract.ts";
import { galvatronSearch } from "./checks/galvatron-search.ts";
import { numberPartitioning } from "./checks/number-partitioning.ts";
import { p2Matrices } from "./checks/p2-matrices.ts";
import { summaryOf } from "./checks/summary.ts";
import { tableSharding } from "./checks/table-sharding.ts";

const checks: readonly [GoldenCheck, number][] = [
  [accparChains, 46],
  [alpaInterop, 40],
  [galvatronSearch, 20],
  [numberPartitioning, 140],
  [p2Matrices, 53],
  [tableSharding, 30],
];

describe.each(checks)("the golden file of $name", (check, rows) => {
  const path = sharedPath("golden", `${check.name}.json`);

  test.skipIf(path === null)("is equal in every row", () => {
    const summary = summaryOf(check, JSON.parse(readFileSync(path!, "utf8")), "");
    expect(summary).toMatchObject({ rows, equal: rows, first: null });
  });
});
