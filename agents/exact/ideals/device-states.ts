/**
 * The states of the ideals program: how many devices of each type are used, as one mixed-radix
 * number. One more device of a type is the addition of that type's stride.
 */

export interface DeviceStates {
  readonly states: number;
  readonly stride: readonly number[];
  /** Devices of each type used in each state, shape [states x types]. */
  readonly used: Int32Array;
}

export function numberStates(machines: readonly number[]): DeviceStates {
  const types = machines.length;
  const stride: number[] = [];
  let states = 1;
  for (const count of machines) {
    stride.push(states);
    states *= count + 1;
  }
  const used = new Int32Array(states * types);
  for (let state = 0; state < states; state++)
    for (let type = 0; type < types; type++)
      used[state * types + type] = Math.floor(state / stride[type]) % (machines[type] + 1);
  return { states, stride, used };
}
