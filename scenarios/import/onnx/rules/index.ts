/**
 * The rules of all known op types, by domain and name: those of ONNX's own domains and of ONNX
 * Runtime's (`com.microsoft`). A name of ONNX means the same in ONNX Runtime's domain, unless that
 * has its own.
 */
import type { OpCoverage } from "../../contract.ts";
import type { Rule } from "../onnx-op.ts";
import { attentionRules, runtimeAttentionRules } from "./attention.ts";
import { classicRules } from "./classic.ts";
import { dataRules } from "./data.ts";
import { imageRules } from "./images.ts";
import { layoutRules, viewRules } from "./layout.ts";
import { lossRules } from "./losses.ts";
import { pointwiseRules } from "./pointwise.ts";
import { productRules, runtimeProductRules } from "./products.ts";
import { quantisationRules, runtimeQuantisationRules } from "./quantisation.ts";
import { randomRules } from "./random.ts";
import { reductionRules } from "./reductions.ts";
import { selectionRules } from "./selection.ts";
import { sequenceRules, sequenceViews } from "./sequences.ts";
import { signalRules } from "./signals.ts";
import { gradientRules, optimizerRules, trainingRules } from "./training.ts";

type Rules = ReadonlyMap<string, Rule>;

const merged = (...tables: readonly Readonly<Record<string, Rule>>[]): Rules =>
  new Map(tables.flatMap((table) => Object.entries(table)));

const ownRules = merged(
  productRules,
  attentionRules,
  quantisationRules,
  lossRules,
  pointwiseRules,
  reductionRules,
  viewRules,
  layoutRules,
  selectionRules,
  sequenceViews,
  sequenceRules,
  imageRules,
  signalRules,
  randomRules,
  dataRules,
  classicRules,
);

const runtimeRules = merged(
  runtimeAttentionRules,
  runtimeProductRules,
  runtimeQuantisationRules,
  gradientRules,
  optimizerRules,
  trainingRules,
);

/** Other domains hold ops of their users, whatever they are called. */
const KNOWN_DOMAIN = /^$|^ai\.onnx(\.ml|\.preview(\.training)?)?$|^com\.(microsoft|ms\.internal)(\.|$)/;
const RUNTIME_DOMAIN = /^com\.|^ai\.onnx\.preview/;

export function ruleOf(domain: string, type: string): Rule | undefined {
  if (!KNOWN_DOMAIN.test(domain)) return undefined;
  const own = ownRules.get(type);
  return RUNTIME_DOMAIN.test(domain) ? (runtimeRules.get(type) ?? own) : own;
}

/** They cost what is inside. */
const controlFlow = new Set(["If", "Loop", "Scan", "SequenceMap"]);

/** By name; a domain in front, as in `com.microsoft:MoE`, is taken into account. */
export function coverageOf(name: string): OpCoverage {
  const [, domain = null, type] = /^(?:(.*?)(?:::?|\/))?([^:/]*)$/.exec(name.trim()) ?? ["", null, name];
  if (type === "Constant" || Object.hasOwn(viewRules, type) || Object.hasOwn(sequenceViews, type))
    return "zero-cost";
  if (controlFlow.has(type)) return "rule";
  const rule = domain === null ? (ruleOf("", type) ?? ruleOf("com.microsoft", type)) : ruleOf(domain, type);
  return rule === undefined ? "unknown" : "rule";
}

export const isOptimizer = (type: string): boolean => Object.hasOwn(optimizerRules, type);
