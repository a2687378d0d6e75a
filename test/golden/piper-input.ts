/**
 * Piper's JSON files (msr-fiddle/piper) as a problem of its program, with all degrees and choices.
 * Layers are numbered in the order of the file.
 */
import type { PiperCase, PiperChoice } from "../../agents/exact/stages/piper/problem.ts";

export interface PiperFile {
  readonly maxMemoryPerDevice: number;
  readonly maxDevices: number;
  readonly bandwidth: number;
  readonly mbsInBatch: number;
  readonly nodes: readonly {
    readonly id: number;
    readonly name: string;
    readonly TMPCs: Readonly<Record<string, readonly FileChoice[]>>;
  }[];
  readonly edges: readonly {
    readonly sourceId: number;
    readonly destId: number;
    readonly communicationCost: number;
  }[];
}

interface FileChoice {
  readonly id: string;
  readonly timePerSample: number;
  readonly parameterSize: number;
  readonly memoryUsageA: number;
  readonly memoryUsageB: number;
  readonly syncTimeFw: Readonly<Record<string, number>>;
  readonly syncTimeBw: Readonly<Record<string, number>>;
}

export const RECOMPUTED = "activation recomp";

export function piperCase(file: PiperFile): PiperCase {
  const numberOf = new Map(file.nodes.map(({ id }, number) => [id, number]));
  const byNumber = (extra: Readonly<Record<string, number>>) =>
    new Map(Object.entries(extra).map(([id, bytes]) => [numberOf.get(Number(id))!, bytes]));
  const choiceOf = (choice: FileChoice): PiperChoice => ({
    time: choice.timePerSample,
    weightBytes: choice.parameterSize,
    bytesInFlight: choice.memoryUsageA,
    bytesFixed: choice.memoryUsageB,
    recomputes: choice.id === RECOMPUTED,
    enteringExtra: byNumber(choice.syncTimeFw),
    leavingExtra: byNumber(choice.syncTimeBw),
  });
  return {
    layers: file.nodes.map(
      ({ TMPCs }) => new Map(Object.entries(TMPCs).map(([t, list]) => [Number(t), list.map(choiceOf)])),
    ),
    edges: file.edges.map(({ sourceId, destId, communicationCost }) => ({
      from: numberOf.get(sourceId)!,
      to: numberOf.get(destId)!,
      bytes: communicationCost,
    })),
    devices: file.maxDevices,
    microBatches: file.mbsInBatch,
    memoryBytes: file.maxMemoryPerDevice,
    bytesPerTime: file.bandwidth,
  };
}
