/** placeholder until measured */
export const suites: Readonly<Record<"start" | "default", readonly string[]>> = {
  start: ["inception-v3/2xP100?groups=64"],
  default: ["inception-v3/2xP100"],
};
