import { expect, test } from "vitest";
import { asPlacement, testScenario } from "../../../env/index.ts";
import { readPlanFile } from "../../../scenarios/index.ts";

const scenario = testScenario({ graph: "a 1 8B\nb 1 8B <- a\nc 1 <- b", devices: ["cpu", "GPU"] });
const read = (content: string) => asPlacement(readPlanFile(scenario, { content, name: "plan.csv" }).plan);

test("rows may come in any order, in quotes, with devices by number, name or a framework's name", () => {
  expect(Array.from(read("op,device\nc,1\na,0\nb,cuda:0\n").device)).toEqual([0, 1, 1]);
  expect(Array.from(read('op,device_name\r\n"a","cpu:0"\r\nb,cpu\r\nc,0').device)).toEqual([0, 0, 0]);
});

test("priorities are an order of ops", () => {
  expect(Array.from(read("op,device,priority\na,0,2\nb,0,1.5\nc,0,0\n").opPriority!)).toEqual([2, 1.5, 0]);
});

test.each([
  ["op,device\na,0\nb,0\n", /no device for op "c"/],
  ["op,device\na,0\na,1\n", /op "a" has two rows/],
  ["op,device\nz,0\n", /op "z" is none of/],
  ["op,device\na\n", /row 2 has 1 fields, expected 2/],
  ["op,device,priority\na,0,1\nb,0,\nc,0,x\n", /priority of op "b" is no number/],
])("%j is refused in one sentence", (text, sentence) => {
  expect(() => read(text)).toThrow(sentence);
});
