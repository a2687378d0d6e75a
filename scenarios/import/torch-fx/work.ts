/**
 * Work of a call: by its operator's rule, else 1 FLOP for each element that it makes. Work whose
 * sizes nobody knows counts 0 and is marked.
 */
import { InputError } from "../../../env/model/errors.ts";
import type { FxCall, Work } from "./fx-call.ts";
import { isScalar, isView, ruleOf } from "./operators.ts";
import { bytesOfAll, elementsOf, isSized } from "./tensor-type.ts";

export interface CallWork {
  readonly type: string;
  readonly flops: number;
  readonly bytes: number;
  readonly isView: boolean;
  /** The operator has no rule. */
  readonly isUnknown: boolean;
  /** A size of its inputs or results is not known. */
  readonly isUnsized: boolean;
}

/** `operator` is the operator's name as the file writes it. Throws `InputError`. */
export function workOf(operator: string, call: FxCall): CallWork {
  const rule = ruleOf(operator);
  const isUnsized = [...call.inputs, ...call.outputs].some((tensor) => !isSized(tensor));
  const work: Work =
    rule === undefined
      ? { type: operator, flops: call.outputs.reduce((sum, output) => sum + elementsOf(output), 0) }
      : rule(call);
  const bytes = work.bytes ?? bytesOfAll(call.inputs) + bytesOfAll(call.outputs);
  const view = isView(operator);
  if (!Number.isNaN(work.flops) && (work.flops < 0 || !Number.isFinite(work.flops)))
    throw new InputError(`${operator} has ${work.flops} FLOP.`);
  return {
    type: work.type === call.word ? operator : work.type,
    flops: known(work.flops),
    bytes: known(bytes),
    isView: view,
    isUnknown: rule === undefined,
    isUnsized: isUnsized && !view && !isScalar(operator),
  };
}

/** What follows from a size that nobody knows counts nothing. */
export const known = (value: number): number => (Number.isNaN(value) ? 0 : value);
