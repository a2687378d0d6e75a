/** A policy trained on a family by default options plans members that it has never seen. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { pgym } from "../cli/recorded-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-transfer-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Case {
  readonly agent: string;
  readonly family: string;
  readonly training: number;
  /** Mean step over that of annealing, both with 300 simulations; see docs/agents/transfer.md. */
  readonly most: number;
}

const cases: readonly Case[] = [
  { agent: "doppler", family: "enas-cifar", training: 6_000, most: 0.95 },
  { agent: "placeto", family: "nmt", training: 200_000, most: 0.99 },
  { agent: "gdp", family: "nmt", training: 200_000, most: 0.99 },
  { agent: "regal", family: "nmt", training: 200_000, most: 0.99 },
];

describe("zero-shot on six unseen members", () => {
  test.each(cases)("$agent takes at most $most of annealing's step on $family", async (given) => {
    const { agent, family, training, most } = given;
    const run = join(folder, agent);
    const train = ["train", "--agent", agent, "--scenarios", `${family}/train/0-15/2xK80`];
    const trained = await pgym([...train, "--simulations", String(training), "--seed", "1", "--out", run]);
    expect(trained.code, trained.stderr).toBe(0);

    const methods = [`${agent}@${run}`, "annealing"];
    const compare = ["compare", "--scenarios", `${family}/test/0-5/2xK80`, "--methods", methods.join(",")];
    const compared = await pgym([
      ...compare,
      "--simulations",
      "300",
      "--seeds",
      "3",
      "--jobs",
      "1",
      "--json",
    ]);
    expect(compared.code, compared.stderr).toBe(0);
    const [policy, annealing] = methods.map((method) => meanLog(compared.stdout, method));
    const ratio = Math.exp(policy - annealing);
    console.log(`${agent} on ${family}: ${ratio.toFixed(3)} of annealing's step`);
    expect(ratio).toBeLessThanOrEqual(most);
  });
});

/** Mean logarithm of a method's steps. */
function meanLog(printed: string, method: string): number {
  const { cells } = JSON.parse(printed) as {
    readonly cells: readonly { readonly method: string; readonly value: number }[];
  };
  const own = cells.filter((cell) => cell.method === method);
  return own.reduce((sum, { value }) => sum + Math.log(value), 0) / own.length;
}
