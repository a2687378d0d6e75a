import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonText } from "../../cli/json.ts";

test("printed JSON reads back as what was printed", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(jsonText(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("lists of numbers stay on one line and typed arrays are lists", () => {
  expect(jsonText({ plan: new Int32Array([1, 2]), curve: [{ cost: 1 }] })).toBe(
    '{\n  "plan": [1,2],\n  "curve": [\n    {\n      "cost": 1\n    }\n  ]\n}\n',
  );
});
