/** Options of BRKGA's population and of what has keys, for everything that evolves keys. */
import { z } from "zod";
import { pools } from "../../problems/choices.ts";

export const populationFields = {
  pool: z
    .enum(pools)
    .default("accelerators")
    .describe("Devices that have keys; accelerators leaves out CPUs."),
  population: z.int().min(4).default(100).describe("Chromosomes of a generation."),
  elite: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.2)
    .describe("Share of the population that is kept, at least 1."),
  mutants: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.15)
    .describe("Share of the population that is drawn at random in each generation."),
};
