/** The same agent without learning: its step sizes are almost 0, so it samples its first policy. */
import { resolveMethod } from "../../../agents/registry/registry.ts";
import { optionsOf, parseSpec } from "../../../agents/registry/spec.ts";

const ALMOST_ZERO = "1e-12";

/**
 * What stops an agent from learning. One pass over a batch is as good as several. Imitation is a
 * part of training: `doppler` plays plans of an expert in order to learn them.
 */
const STILL: Readonly<Record<string, string>> = {
  learningRate: ALMOST_ZERO,
  lastRate: "0",
  epochs: "1",
  imitation: "0",
};

/** Null for a planner. */
export async function untrained(method: string): Promise<string | null> {
  const { module } = await resolveMethod(method);
  if (module.kind !== "agent") return null;
  const { target, given } = parseSpec(method);
  const typeOf = new Map(optionsOf(module).map(({ name, type }) => [name, type]));
  const still = Object.entries(STILL).flatMap(([name, value]) => {
    const type = typeOf.get(name);
    return type === undefined ? [] : [[name, type === "boolean" ? "false" : value]];
  });
  const kept = [...given].filter(([name]) => !(name in STILL));
  return `${target}?${[...kept, ...still].map(([name, value]) => `${name}=${value}`).join("&")}`;
}
