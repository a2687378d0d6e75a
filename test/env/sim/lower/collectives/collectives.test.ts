/** Bytes and times of sums of gradients on idle networks. */
import { describe, expect, test } from "vitest";
import type { Cluster } from "../../../../../env/index.ts";
import { runLoggedPipeline } from "../../../../../env/sim/lower/run.ts";
import { chainScenario, pipelineOf } from "../../../model/plan/chain.ts";
import { machines } from "../machines.ts";

const BYTES = 24;

/** One stage on all devices, whose gradients are summed after a forward and a backward of 1 us. */
function sum(cluster: Cluster, words: string) {
  const count = cluster.devices.length;
  const layer = { forwardUs: count, backwardUs: count, weightBytes: BYTES };
  const scenario = chainScenario({ layers: [layer], cluster });
  const run = runLoggedPipeline(scenario, pipelineOf(scenario, `0@0-${count - 1} x1 gpipe ${words}`));
  const sent = new Float64Array(count);
  for (const { from, bytes } of run.engine.transfers()) sent[from % count] += bytes;
  return { us: run.iterationUs - 2, sent: [...sent] };
}

describe("a ring", () => {
  test.each([2, 3, 4, 8])(
    "of %i members sends 2 (n - 1) / n of the bytes from each, in as many steps",
    (n) => {
      const { us, sent } = sum(machines([n], { insideBytesPerUs: 2, latencyUs: 0.5 }), "collective=ring");
      for (const bytes of sent) expect(bytes).toBeCloseTo((2 * (n - 1) * BYTES) / n, 9);
      expect(us).toBeCloseTo(2 * (n - 1) * (BYTES / n / 2 + 0.5), 9);
    },
  );

  test("is the default", () => {
    expect(sum(machines([3]), "")).toEqual(sum(machines([3]), "collective=ring"));
  });
});

describe("a tree", () => {
  test.each([
    [2, 2],
    // The last member has no partner in the first step, and sends early on a link of its own.
    [3, 2],
    [4, 4],
    [5, 4],
    [8, 6],
  ])("of %i members takes %i steps of all bytes", (n, steps) => {
    const { us, sent } = sum(machines([n], { insideBytesPerUs: 2 }), "collective=tree");
    expect(us).toBeCloseTo((steps * BYTES) / 2, 9);
    expect(sent.reduce((all, bytes) => all + bytes, 0)).toBeCloseTo(2 * (n - 1) * BYTES, 9);
  });
});

describe("a hierarchical sum", () => {
  test("uses the slow links between leaders alone", () => {
    const { us, sent } = sum(machines([2, 2], { insideBytesPerUs: 4 }), "collective=hierarchical");
    // Rings inside: 2 x 12 bytes at 4. Ring of leaders: 2 x 12 at 1. Broadcast: 24 at 4.
    expect(us).toBeCloseTo(6 + 24 + 6, 9);
    expect(sent).toEqual([24 + 24 + 24, 24, 24 + 24 + 24, 24]);
  });

  test("of one machine is a ring, and of machines of one device too", () => {
    for (const sizes of [[4], [1, 1, 1]])
      expect(sum(machines(sizes), "collective=hierarchical")).toEqual(
        sum(machines(sizes), "collective=ring"),
      );
  });
});

describe("exposed and overlapped sums", () => {
  const layers = [1, 1].map((us) => ({ forwardUs: us * 2, backwardUs: us * 2, weightBytes: 8 }));

  test("an exposed sum starts when its device has run its last item", () => {
    // Both stages on both devices: the sum of stage 1 overlaps with backwards of stage 0.
    const scenario = chainScenario({ layers, devices: 2, cluster: machines([2], { insideBytesPerUs: 4 }) });
    const usOf = (words: string) =>
      runLoggedPipeline(scenario, pipelineOf(scenario, `0@0,1 | 1@0,1 x1 gpipe ${words}`)).iterationUs;
    // Sums take 2 us each on the same links, behind 4 us of phases.
    expect(usOf("sync=overlapped")).toBeCloseTo(4 + 3, 9);
    expect(usOf("sync=exposed")).toBeCloseTo(4 + 4, 9);
  });
});
