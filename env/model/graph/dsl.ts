/**
 * A text language for tiny graphs in tests, one op per line:
 *
 *     NAME US [BYTESB[,BYTESB...]] [key=value ...] [<- input input:PORT ^control ...]
 *
 *     a 100 400B
 *     b GPU:50|CPU:900 8B params=40 group=g <- a
 *     c 20 <- a b:0 ^a
 *
 * US is the measured time on every device kind, or one time per kind. Keys: params (bytes),
 * workspace (bytes), flops, touched (bytes), type, role, twin, group (co-location label), kinds
 * (GPU|CPU), transfer (us). `#` starts a comment.
 */

import { InputError } from "../errors.ts";
import { graphBuilder, type OpSpec } from "./builder.ts";
import { ANY_KIND, type OpGraph, type RoleName } from "./graph.ts";

export function parseGraph(text: string): OpGraph {
  const builder = graphBuilder();
  for (const raw of text.split("\n")) {
    const line = raw.replace(/#.*/, "").trim();
    if (line === "") continue;
    const [left, right = ""] = line.split("<-");
    const [name, time, ...rest] = left.trim().split(/\s+/);
    if (time === undefined) throw new InputError(`Line "${line}": a time in us must follow the op's name.`);
    builder.op({ name, measuredUs: parseTimes(line, time), ...parseAttributes(line, rest) });
    for (const input of right.trim().split(/\s+/).filter(Boolean)) {
      if (input.startsWith("^")) builder.control(input.slice(1), name);
      else {
        const [from, port = "0"] = input.split(":");
        builder.edge({ from, to: name, output: Number(port) });
      }
    }
  }
  return builder.build();
}

function parseTimes(line: string, text: string): Record<string, number> {
  return Object.fromEntries(
    text.split("|").map((part) => {
      const [kind, us] = part.includes(":") ? part.split(":") : [ANY_KIND, part];
      if (us === "" || Number.isNaN(Number(us)))
        throw new InputError(`Line "${line}": "${us}" is not a time in us.`);
      return [kind, Number(us)];
    }),
  );
}

function parseAttributes(line: string, words: readonly string[]): Partial<OpSpec> {
  let spec: Partial<OpSpec> = {};
  for (const word of words) {
    if (/^[\d.e+]+B(,[\d.e+]+B)*$/.test(word)) {
      spec = { ...spec, outputs: word.split(",").map((part) => Number(part.slice(0, -1))) };
      continue;
    }
    const [key, value] = word.split("=");
    const parse = attributes[key];
    if (parse === undefined || value === undefined)
      throw new InputError(
        `Line "${line}": "${word}" is not one of ${Object.keys(attributes).join("=, ")}= or a size such as 400B.`,
      );
    spec = { ...spec, ...parse(value) };
  }
  return spec;
}

const attributes: Readonly<Record<string, (value: string) => Partial<OpSpec>>> = {
  params: (value) => ({ parameterBytes: Number(value) }),
  workspace: (value) => ({ workspaceBytes: Number(value) }),
  flops: (value) => ({ flops: Number(value) }),
  touched: (value) => ({ bytesTouched: Number(value) }),
  type: (value) => ({ type: value }),
  role: (value) => ({ role: value as RoleName }),
  twin: (value) => ({ twin: value }),
  group: (value) => ({ colocation: value }),
  kinds: (value) => ({ supportedKinds: value.split("|") }),
  transfer: (value) => ({ transferUs: Number(value) }),
};
