/** The rules of all op types of TensorFlow that the importer knows, by name. */
import type { TfRule } from "../tf-op.ts";
import { elementwiseRules } from "./elementwise.ts";
import { layoutRules } from "./layout.ts";
import { productRules } from "./products.ts";

export const tfRules: ReadonlyMap<string, TfRule> = new Map([
  ...Object.entries(productRules),
  ...Object.entries(elementwiseRules),
  ...Object.entries(layoutRules),
]);
