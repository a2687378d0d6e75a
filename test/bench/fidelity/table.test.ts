import { expect, test } from "vitest";
import { InputError } from "../../../env/index.ts";
import { tableRows } from "./table.ts";

test("cells by the names of columns, whatever their order and line ends", () => {
  const [row] = tableRows("\uFEFFb, a\r\n2,x\r\n", "t.csv");
  expect([row.text("a"), row.count("b"), row.has("c"), row.where]).toEqual(["x", 2, false, "t.csv, line 2"]);
});

test.each([
  ["a,b", "t.csv has no rows"],
  ["a,b\n1", "t.csv, line 2 has 1 cells"],
  ["a,b\n1,2\n1,0", 'line 3: "b" is "0", expected a number above 0'],
  ["a,b\n1,x", '"b" is "x"'],
  ["a,b\n1,", '"b" is ""'],
  ["a,b\n1,1.5", "expected a whole number"],
  ["a\n1", 'there is no column "b"'],
])("a mistake in %j is a sentence", (text, sentence) => {
  const read = () => tableRows(text, "t.csv").map((row) => row.count("b"));
  expect(read).toThrow(InputError);
  expect(read).toThrow(sentence);
});
