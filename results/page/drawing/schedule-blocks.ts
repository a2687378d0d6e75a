/** What a picture of a pipeline schedule is drawn from: timed blocks on lanes. */

/** In the order of the key, with what readers are told. */
export const phaseTexts = [
  ["forward", "forward"],
  ["recompute", "recomputation"],
  ["backward", "backward"],
  ["weights", "gradients of weights"],
  ["sync", "synchronisation"],
  ["update", "update"],
] as const;

export type BlockPhase = (typeof phaseTexts)[number][0];

export interface ScheduleBlock {
  /** Index of a device. */
  readonly lane: number;
  readonly startUs: number;
  readonly endUs: number;
  readonly phase: BlockPhase;
  /** The first one where a block runs several; null where it belongs to none. */
  readonly microBatch: number | null;
  readonly stage: number;
}

export interface ScheduleDrawing {
  /** Of the schedule or the plan. */
  readonly title: string;
  /** Names of the devices. */
  readonly lanes: readonly string[];
  readonly blocks: readonly ScheduleBlock[];
  /** End of what is drawn; the last end of a block by default. */
  readonly untilUs?: number;
  /** Idle share of each lane, where it is known; by default that of its blocks. */
  readonly idle?: readonly number[];
}

export const endOf = ({ blocks, untilUs = 0 }: ScheduleDrawing): number =>
  blocks.reduce((latest, block) => Math.max(latest, block.endUs), untilUs);

/** Blocks of each lane in order of their start. */
export function scheduleLanes({ lanes, blocks }: ScheduleDrawing): ScheduleBlock[][] {
  const own = lanes.map((): ScheduleBlock[] => []);
  for (const block of blocks) own[block.lane].push(block);
  for (const lane of own) lane.sort((a, b) => a.startUs - b.startUs);
  return own;
}

/** Share of the time drawn in which each device computes nothing. */
export function bubbleShares(drawing: ScheduleDrawing): readonly number[] {
  if (drawing.idle !== undefined) return drawing.idle;
  const endUs = endOf(drawing);
  return scheduleLanes(drawing).map((own) => {
    const busyUs = own
      .filter(({ phase }) => phase !== "sync")
      .reduce((sum, block) => sum + block.endUs - block.startUs, 0);
    return endUs > 0 ? Math.max(0, 1 - busyUs / endUs) : 0;
  });
}
