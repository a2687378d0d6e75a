import { expect, test } from "vitest";
import { methodMarks, shapeMark, swatch } from "../../../results/page/marks.ts";

const names = Array.from({ length: 48 }, (_, i) => `method ${i}`);

test("28 methods, and 20 more, have marks that differ in colour, dashes or shape", () => {
  const marks = methodMarks(names);
  const looks = names.map((name) => {
    const { colour, dashes, shape } = marks.of(name);
    return `${colour} ${dashes} ${shape}`;
  });
  expect(new Set(looks).size).toBe(names.length);
  expect(new Set(looks.slice(0, 28).map((look) => look.split(" ")[0])).size).toBe(12);
});

test("methods of one colour differ in dashes and in shape, for readers without colours", () => {
  const marks = methodMarks(names);
  for (let i = 0; i + 12 < 28; i++) {
    const [a, b] = [marks.of(names[i]), marks.of(names[i + 12])];
    expect(a.colour).toBe(b.colour);
    expect(a.dashes).not.toBe(b.dashes);
    expect(a.shape).not.toBe(b.shape);
  }
});

test("the mark in a table is that of the line: same colour, dashes and shape", () => {
  const mark = methodMarks(names).of("method 17");
  const inTable = swatch(mark).markup;
  expect(inTable).toContain(`--c:${mark.colour}`);
  expect(inTable).toContain(`stroke-dasharray="${mark.dashes}"`);
  expect(inTable).toContain(/ d="[^"]+"/.exec(shapeMark(mark, 1, 2, 3).markup)![0]);
});
