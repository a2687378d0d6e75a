/**
 * Named sets of scenarios, by URI.
 *
 * - `start` is quick to simulate: a network of parallel branches, one of a time grid, and one where a single device is best.
 * - `default` has all four families on all kinds of cluster. `resnet-50/2xP100-10gbe` is best left on one device, and
 *   `resnet-50/4xP100` nearly so; `bert-base/4xK80?tokens=384` (the SQuAD setting of its paper: 32 sequences of 384 tokens)
 *   does not fit into one device's memory.
 */
export const suites: Readonly<Record<"start" | "default", readonly string[]>> = {
  start: [
    "inception-v3/4xK80?groups=64",
    "nmt-2/4xP100?steps=10&groups=64",
    "resnet-50/2xP100-10gbe?groups=40",
  ],
  default: [
    "inception-v3/2xP100",
    "inception-v3/8xK80",
    "resnet-50/4xP100",
    "resnet-50/2xP100-10gbe",
    "nmt-2/2xK80",
    "nmt-2/4xP100",
    "nmt-4/4xK80",
    "nmt-4/8xA100-switch",
    "bert-base/4xK80?tokens=384",
    "bert-base/8xV100-nvlink",
  ],
};
