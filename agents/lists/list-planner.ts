/**
 * A list scheduler as a planner: its card, its default devices, and how it schedules. All list
 * planners have the same options; list-plan.ts does the rest.
 */
import { z } from "zod";
import type { Card, PlannerModule, Traits } from "../contract.ts";
import { choicesOf, pools } from "../problems/choices.ts";
import { type ListMethod, planByList, variantsOption } from "./list-plan.ts";

/** The `pool` option of a scheduler that knows how fast each device is. */
export const anyDevice = z
  .enum(pools)
  .default("all")
  .describe("Devices to schedule on; accelerators leaves out CPUs.");

/** The `pool` option of a scheduler that treats all devices as equal. */
export const equalDevices = z
  .enum(pools)
  .default("accelerators")
  .describe("Devices to schedule on; made for equal devices, so CPUs are left out unless asked for.");

export const listOptions = (pool: typeof anyDevice | typeof equalDevices) =>
  z.strictObject({ pool, variants: variantsOption });
export type ListOptions = z.infer<ReturnType<typeof listOptions>>;

export interface ListPlannerParts<Method = ListMethod> {
  readonly card: Omit<Card, "searchSpace">;
  readonly usefulFirst?: Traits["usefulFirst"];
  readonly pool: typeof anyDevice | typeof equalDevices;
  readonly method: Method;
}

/** A composition starts from the best of several schedules. */
export const LIST_START = { variants: "all" } as const;

export const LIST_SEARCH_SPACE = "device per group, and the order of the ops";

export const listPlanner = ({
  card,
  usefulFirst,
  pool,
  method,
}: ListPlannerParts): PlannerModule<ListOptions> => ({
  kind: "planner",
  card: { ...card, searchSpace: LIST_SEARCH_SPACE },
  traits: listTraits(usefulFirst),
  options: listOptions(pool),
  create: ({ pool, variants }) => ({
    plan: (scenario, evaluator) => planByList(choicesOf(scenario, pool), evaluator, method, variants),
  }),
});

const listTraits = (usefulFirst: Traits["usefulFirst"]): Traits => ({
  answers: "placement",
  objectives: "any",
  effort: "instant",
  random: false,
  usefulFirst,
  asStart: LIST_START,
});

/** The options of Baechi's planners, whose greedy use of memory may end without a plan. */
export const baechiOptions = z.strictObject({
  ...listOptions(equalDevices).shape,
  mode: z
    .enum(["repair", "paper"])
    .default("repair")
    .describe(
      "Where the schedule does not fit the memory: repair moves groups until it does, paper ends without a plan.",
    ),
});
export type BaechiOptions = z.infer<typeof baechiOptions>;

/** What its planners have in common: devices without an order, and repair where it is asked for. */
export const baechiMethod = (
  method: Omit<ListMethod, "published" | "repairs">,
  mode: BaechiOptions["mode"],
): ListMethod => ({ ...method, published: "placement", repairs: mode === "repair" });

export const baechiPlanner = ({
  card,
  usefulFirst,
  method,
}: Omit<
  ListPlannerParts<Omit<ListMethod, "published" | "repairs">>,
  "pool"
>): PlannerModule<BaechiOptions> => ({
  kind: "planner",
  card: { ...card, searchSpace: LIST_SEARCH_SPACE },
  traits: listTraits(usefulFirst),
  options: baechiOptions,
  create: ({ pool, variants, mode }) => ({
    plan: (scenario, evaluator) =>
      planByList(choicesOf(scenario, pool), evaluator, baechiMethod(method, mode), variants),
  }),
});
