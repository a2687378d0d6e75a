/**
 * The rules of all known op types, by name: those of ONNX's own domain and of ONNX Runtime's
 * (`com.microsoft`).
 */
import type { Rule } from "../onnx-op.ts";
import { layoutRules } from "./layout.ts";
import { pointwiseRules } from "./pointwise.ts";
import { productRules } from "./products.ts";
import { reductionRules } from "./reductions.ts";
import { selectionRules } from "./selection.ts";

export const onnxRules: ReadonlyMap<string, Rule> = new Map([
  ...Object.entries(productRules),
  ...Object.entries(pointwiseRules),
  ...Object.entries(reductionRules),
  ...Object.entries(layoutRules),
  ...Object.entries(selectionRules),
]);
