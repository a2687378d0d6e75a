/** The form of an `OpIteration` in scenario files. The builder checks what it says. */
import { z } from "zod";
import { dimensionKinds } from "./iteration.ts";

/** More axes or dimensions than any tensor has. */
const MOST = 64;
const MOST_TENSORS = 100_000;

const numbers = z.array(z.int()).max(MOST).readonly();
const tensors = z
  .array(z.strictObject({ shape: numbers, along: numbers }).readonly())
  .max(MOST_TENSORS)
  .readonly();

const window = z
  .strictObject({
    kernel: z.int(),
    stride: z.int(),
    padding: z.int(),
    dilation: z.int().optional(),
  })
  .readonly();

export const iterationSchema = z
  .strictObject({
    dimensions: z
      .array(
        z
          .strictObject({
            name: z.string(),
            kind: z.enum(dimensionKinds),
            size: z.int(),
            halo: z.int().optional(),
            haloInputs: z.array(z.int()).max(MOST_TENSORS).readonly().optional(),
            window: window.optional(),
          })
          .readonly(),
      )
      .max(MOST)
      .readonly(),
    inputs: tensors,
    parameters: tensors,
    outputs: tensors,
    sums: numbers,
    linearIn: z.array(z.int()).max(MOST_TENSORS).readonly(),
  })
  .readonly();
