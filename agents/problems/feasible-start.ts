/**
 * A first placement for scenarios whose weights nearly fill the memory. There, independent draws
 * for many nodes practically never fit, and a policy learns nothing from plans that all fail. The
 * nodes go in topological order into one accelerator after the other. Each takes a share of the
 * weights and the optimizer's state in proportion to its memory. Outputs are left out: how long
 * they live depends on the schedule. Ours; the paper does not say how its policy begins.
 */
import type { Scenario } from "../../env/model/scenario.ts";
import { type Choices, choicesOf } from "./choices.ts";
import { reservations } from "./schedule/scenario.ts";

/** Of a device's memory, from which on uniform draws are taken to fail. */
const TIGHT = 0.6;

/** Device of each group, null where an even spread leaves room. */
export function feasibleStart(scenario: Scenario): Int32Array | null {
  const choices = choicesOf(scenario, "accelerators");
  const { setBytes, limitBytes } = reservations(scenario, 0);
  return isTight(choices, setBytes, limitBytes) ? filled(choices, setBytes, limitBytes) : null;
}

/** Whether weights would nearly fill some device in the mean of uniform draws. */
function isTight({ legal }: Choices, setBytes: Float64Array, limitBytes: Float64Array): boolean {
  const expected = new Float64Array(limitBytes.length);
  legal.forEach((devices, g) => {
    for (const d of devices) expected[d] += setBytes[g] / devices.length;
  });
  return expected.some((bytes, d) => bytes > TIGHT * limitBytes[d]);
}

function filled({ legal, devices }: Choices, setBytes: Float64Array, limitBytes: Float64Array): Int32Array {
  const total = setBytes.reduce((sum, bytes) => sum + bytes, 0);
  const room = devices.reduce((sum, d) => sum + limitBytes[d], 0);
  const share = total / room;
  let turn = 0;
  let held = 0;
  return Int32Array.from(legal, (allowed, g) => {
    while (turn < devices.length - 1 && held + setBytes[g] / 2 > share * limitBytes[devices[turn]]) {
      turn++;
      held = 0;
    }
    held += setBytes[g];
    return allowed.includes(devices[turn]) ? devices[turn] : allowed[0];
  });
}
