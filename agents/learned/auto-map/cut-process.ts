/**
 * Auto-MAP's decisions on a pipeline (Wang et al., arXiv 2007.04069): cuts of the chain of layers,
 * one after another. Action i cuts behind layer i, which is behind the last cut. Layers are merged
 * to few of about equal work before, so that only cuts near balance are left.
 *
 * A state has one byte for each place of a cut.
 */
import type { LayerChain } from "../../../env/model/layers/layer-chain.ts";
import { stagePlan } from "../../../env/model/layers/stage-plan.ts";
import { thinnedCuts } from "../../../env/model/layers/thinned-cuts.ts";
import type { PipelinePlan, ScheduleChoice } from "../../../env/model/plan/pipeline.ts";
import type { DecisionProcess, StepEnd } from "../../training/algorithms/rainbow/process.ts";

export interface CutWorld {
  readonly chain: LayerChain;
  /** One for each stage, at most as many as layers. */
  readonly devices: readonly number[];
  /** Most layers that cuts are between. */
  readonly candidates: number;
  readonly microBatches: number;
  readonly schedule: ScheduleChoice;
}

export class CutProcess implements DecisionProcess {
  readonly actions: number;
  readonly stateBytes: number;
  readonly columns: number;
  readonly state: Uint8Array;
  readonly mask: Uint8Array;
  private readonly world: CutWorld;
  /** First layer of the chain behind each place of a cut. */
  private readonly places: readonly number[];
  /** Shares of all work up to each place, and of the most bytes that cross one. */
  private readonly work: Float64Array;
  private readonly bytes: Float64Array;

  constructor(world: CutWorld) {
    const { chain, devices, candidates } = world;
    this.world = world;
    this.places = cutPlaces(chain, Math.max(candidates, devices.length));
    const us = Float64Array.from({ length: chain.count }, (_, i) => chain.forwardUs[i] + chain.backwardUs[i]);
    const allUs = us.reduce((sum, each) => sum + each, 0) || 1;
    const most = Math.max(1, ...chain.cutBytes);
    this.work = Float64Array.from(
      this.places,
      (place) => us.subarray(0, place).reduce((sum, each) => sum + each, 0) / allUs,
    );
    this.bytes = Float64Array.from(this.places, (place) => chain.cutBytes[place - 1] / most);
    this.actions = Math.max(1, this.places.length);
    this.stateBytes = this.places.length;
    this.state = new Uint8Array(this.stateBytes);
    this.mask = new Uint8Array(this.actions);
    this.columns = this.places.length + 3 * devices.length;
  }

  reset(): StepEnd {
    this.state.fill(0);
    return this.goOn(0, 0);
  }

  step(action: number): StepEnd {
    this.state[action] = 1;
    return this.goOn(action + 1, cutsOf(this.state).length);
  }

  /** Every legal cut leaves places for the others. */
  fails(): boolean {
    return false;
  }

  /** The cuts; work of each closed stage and bytes behind it; how many stages are closed. */
  see(state: Uint8Array, row: Float32Array): void {
    row.set(state);
    const stages = this.world.devices.length;
    const cuts = cutsOf(state);
    cuts.forEach((cut, stage) => {
      const start = this.places.length + 3 * stage;
      row[start] = this.work[cut] - (stage === 0 ? 0 : this.work[cuts[stage - 1]]);
      row[start + 1] = this.bytes[cut];
    });
    row[this.places.length + 3 * Math.min(cuts.length, stages - 1) + 2] = 1;
  }

  plan(): PipelinePlan {
    return planOfCuts(
      this.world,
      cutsOf(this.state).map((cut) => this.places[cut]),
    );
  }

  key(): string {
    return cutsOf(this.state).join();
  }

  private goOn(from: number, cuts: number): StepEnd {
    const left = this.world.devices.length - 1 - cuts;
    this.mask.fill(0);
    if (left <= 0) return "done";
    this.mask.fill(1, from, this.places.length - left + 1);
    return "open";
  }
}

function cutsOf(state: Uint8Array): number[] {
  return [...state.keys()].filter((place) => state[place] === 1);
}

/** Behind each layer of the merged chain but the last: the first layer that follows. */
function cutPlaces(chain: LayerChain, most: number): number[] {
  const numbers =
    chain.count <= most ? Int32Array.from({ length: chain.count }, (_, i) => i) : thinnedCuts(chain, most);
  return [...numbers.keys()].filter((i) => i > 0 && numbers[i] !== numbers[i - 1]);
}

/** Stages that begin at layer 0 and at each cut, one device each. */
function planOfCuts({ chain, devices, microBatches, schedule }: CutWorld, cuts: readonly number[]) {
  const stages = devices.map((device, stage) => ({
    from: stage === 0 ? 0 : cuts[stage - 1],
    to: stage === cuts.length ? chain.count : cuts[stage],
    devices: [device],
    share: "split" as const,
  }));
  return stagePlan(chain, { stages, microBatches, schedule });
}

/** The chain merged to as many layers as stages: work about equal, few bytes between. */
export const balancedPlan = (world: CutWorld): PipelinePlan =>
  planOfCuts(world, cutPlaces(world.chain, world.devices.length));
