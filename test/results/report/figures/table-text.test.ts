import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { column, entry, fileName, type ReportTable } from "../../../../results/report/figures/parts.ts";
import { csvOf, latexOf, latexText } from "../../../../results/report/figures/table-text.ts";

const table: ReportTable = {
  kind: "table",
  name: "t",
  caption: "50% of a_b",
  isPrinted: true,
  columns: [column("method", "method", "left"), column("gap")],
  rows: [
    [entry('m,"x"'), entry(0.123456789, "12.3%")],
    [entry("=1+1"), entry(null)],
  ],
};

/** A reader of CSV by its definition. */
function cellsOf(csv: string): string[][] {
  const rows: string[][] = [[""]];
  let quoted = false;
  for (let i = 0; i < csv.length; i++) {
    const row = rows[rows.length - 1];
    if (csv[i] === '"' && quoted && csv[i + 1] === '"') row[row.length - 1] += csv[i++];
    else if (csv[i] === '"') quoted = !quoted;
    else if (csv[i] === "," && !quoted) row.push("");
    else if (csv[i] === "\n" && !quoted) rows.push([""]);
    else row[row.length - 1] += csv[i];
  }
  return rows.slice(0, -1);
}

describe("a table", () => {
  test("as CSV has every digit, quotes where needed, and runs no formula", () => {
    expect(csvOf(table)).toBe('method,gap\n"m,""x""",0.123456789\n\'=1+1,\n');
  });

  test("as CSV reads back whatever is in it", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme-ascii" }), { minLength: 1 }), (words) => {
        const rows = words.map((word) => [entry(`x${word}`), entry(1)]);
        expect(cellsOf(csvOf({ ...table, rows })).slice(1)).toEqual(words.map((word) => [`x${word}`, "1"]));
      }),
    );
  });

  test("as LaTeX has the rules of booktabs, a caption and escaped names", () => {
    const latex = latexOf(table);
    for (const rule of ["\\toprule", "\\midrule", "\\bottomrule"]) expect(latex.split(rule)).toHaveLength(2);
    expect(latex).toContain("\\caption{50\\% of a\\_b}");
    expect(latex).toContain("\\begin{tabular}{lr}");
    expect(latex).toContain('    m,"x" & 12.3\\% \\\\\n');
    expect(latexText("\\a~b^c<d>&#$" + "{}")).toBe(
      "\\textbackslash{}a\\textasciitilde{}b\\textasciicircum{}c\\textless{}d\\textgreater{}\\&\\#\\$\\{\\}",
    );
  });
});

test("names of files are plain, short and each used once", () => {
  const taken = new Set<string>();
  expect(fileName(["curves", "nmt/test/0/2xK80?comm=20"], taken)).toBe("curves-nmt-test-0-2xK80-comm-20");
  expect(fileName(["a", "../b"], taken)).toBe("a-..-b");
  expect(fileName(["A", "..-b"], taken)).toBe("A-..-b-2");
  expect(fileName(["../../etc"], taken)).toBe("etc");
  expect(fileName(["x".repeat(500)], taken).length).toBe(100);
});
