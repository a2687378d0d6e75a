/**
 * Operators of FX graphs: the word that a target stands for, and the rule of each word.
 */
import type { OpCoverage } from "../contract.ts";
import type { FxRule } from "./fx-call.ts";
import { computationRules } from "./rules/computations.ts";
import { productRules } from "./rules/products.ts";
import { selectionRules } from "./rules/selection.ts";
import { sequenceRules } from "./rules/sequences.ts";
import { scalarWords, singlePassRules, viewWords } from "./rules/single-pass.ts";

const rules: ReadonlyMap<string, FxRule> = new Map([
  ...singlePassRules,
  ...computationRules,
  ...selectionRules,
  ...sequenceRules,
  ...productRules,
]);
const wordsOf = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));
const views = wordsOf(viewWords);
const scalars = wordsOf(scalarWords);

/**
 * `aten.conv2d.default`, `torchvision.nms.default`, `<built-in function add>`,
 * `torch.nn.modules.conv.Conv2d` and `Conv2d` to the operator's name.
 */
export function operatorOf(target: string): string {
  const named = /<(?:built-in )?(?:function|method|class) '?([\w.]+)/.exec(target)?.[1] ?? target;
  const parts = named.split(".").filter((part) => part !== "");
  const library = parts.findIndex((part) => part === "aten" || part === "prims");
  const isOverload = parts.length > 2 && parts[parts.length - 1] === "default";
  const last = parts[parts.length - (isOverload ? 2 : 1)];
  const name = library === -1 ? (last ?? "op") : (parts[library + 1] ?? "op");
  return name.replace(/_$/, "").slice(0, 80) || "op";
}

/** The word by which rules know an operator. */
export const wordOf = (operator: string): string => operator.toLowerCase().replace(/^_+|_+$/g, "");

/** A functional copy of a view, such as `permute_copy`, moves what the view only shows. */
const copied: FxRule = ({ word }) => ({ type: word, flops: 0 });

export function ruleOf(operator: string): FxRule | undefined {
  const word = wordOf(operator);
  const rule = rules.get(word);
  if (rule !== undefined) return rule;
  return word.endsWith("_copy") && views.has(word.slice(0, -"_copy".length)) ? copied : undefined;
}

/** Whether its result is a number, a size or nothing, rather than a tensor. */
export const isScalar = (operator: string): boolean => scalars.has(wordOf(operator));

/** Whether it only shows a tensor in another way. */
export const isView = (operator: string): boolean => views.has(wordOf(operator));

/** `type` is a target such as `aten.mm.default`, or the operator's name alone. */
export function coverageOf(type: string): OpCoverage {
  const operator = operatorOf(type);
  if (isScalar(operator) || isView(operator)) return "zero-cost";
  return ruleOf(operator) === undefined ? "unknown" : "rule";
}
