/**
 * The registry of families. Adding one is one file that draws a graph from a random stream, and one entry here.
 */
import { enasCifar } from "./enas-cifar.ts";
import { enasPtb } from "./enas-ptb.ts";
import type { Family } from "./family.ts";
import { inceptionFamily } from "./inception.ts";
import { nmtFamily } from "./nmt.ts";

export { acceleratorsOf } from "./accelerators.ts";
export { type Family, type FamilyMember, memberGraph, type Split, splits } from "./family.ts";

export const families: readonly Family[] = [enasCifar, enasPtb, nmtFamily, inceptionFamily];
