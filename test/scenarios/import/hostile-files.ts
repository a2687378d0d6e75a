/**
 * Files of up to 10 MB that could take far more memory than their size. An importer must neither
 * expand what they describe nor keep an object for each character. Each is legal text of its
 * format, or nearly.
 */
import { hostileBinaries, MOST_BYTES } from "./hostile-binaries.ts";

export interface HostileFile {
  readonly format: string;
  readonly name: string;
  /** Made on demand: a process holds one at a time. */
  content(): string | Uint8Array;
}

/** As many pieces as fit into 10 MB. */
function filled(before: string, piece: (index: number) => string, after: string, separator = ","): string {
  const pieces: string[] = [];
  let size = before.length + after.length;
  for (let i = 0; ; i++) {
    const next = piece(i);
    size += next.length + separator.length;
    if (size > MOST_BYTES) break;
    pieces.push(next);
  }
  return before + pieces.join(separator) + after;
}

const device = (d: number) =>
  `{"name":"d${d}","kind":"k","flopsPerUs":{},"memoryBytesPerUs":1,"memoryBytes":1,"launchUs":0}`;
const ownCluster = `"cluster":{"name":"c","devices":[${device(0)}],"links":[],"routes":[[[]]]}`;
const own = (ops: string): [string, string] => [
  `{"schema":"placement-gym/scenario-1",${ownCluster},"graph":{"ops":[${ops}`,
  "]}}",
];
const dnn = '{"maxFPGAs":1,"maxCPUs":1,"maxSizePerFPGA":1,';
const piper = '{"maxMemoryPerDevice":1,"maxDevices":1,"bandwidth":1,';
const placeto =
  '{"schema":"placeto-sim/1","params":{"delta1":0,"delta2":0,"initOffset":0,"transferSpeed":1},"devices":["d"],';
const fx = '{"schema":"placement-gym/torch-fx-1","nodes":[';
const drawn = (head: string) => `<?xml version="1.0"?>${head}`;
const graphml = drawn('<graphml><graph edgedefault="directed">');
const gexf = drawn('<gexf version="1.3"><graph defaultedgetype="directed"><nodes>');

function json(): [string, string, () => string][] {
  return [
    ["placement-gym", "empty ops", () => filled(...bounds(own(""), () => "{}"))],
    ["placement-gym", "wrong ops", () => filled(...bounds(own(""), () => "0"))],
    ["placement-gym", "many ops", () => filled(...bounds(own(""), (i) => `{"name":"${i}"}`))],
    [
      "placement-gym",
      "a device kind for each op",
      () => filled(...bounds(own(""), (i) => `{"name":"${i}","measuredUs":{"k${i}":1}}`)),
    ],
    [
      "placement-gym",
      "as many devices as ops",
      () =>
        `{"schema":"placement-gym/scenario-1","cluster":{"name":"c","links":[],"routes":[],"devices":[${Array.from({ length: 40_000 }, (_, d) => device(d)).join()}]},"graph":{"ops":[${Array.from({ length: 300_000 }, (_, i) => `{"name":"${i}"}`).join()}]}}`,
    ],
    [
      "placement-gym",
      "many edges",
      () => filled(own('{"name":"a","outputs":[1]},{"name":"b","inputs":[')[0], () => '["a"]', "]}]}}"),
    ],
    ["placement-gym", "many outputs", () => filled(own('{"name":"a","outputs":[')[0], () => "1", "]}]}}")],
    [
      "placement-gym",
      "nothing but brackets",
      () => `{"schema":"placement-gym/scenario-1","x":${"[".repeat(MOST_BYTES - 50)}`,
    ],
    ["dnn-partitioning", "empty nodes", () => filled(`${dnn}"edges":[],"nodes":[`, () => "{}", "]}")],
    [
      "dnn-partitioning",
      "many edges",
      () => filled(`${dnn}"nodes":[],"edges":[`, () => '{"sourceId":0,"destId":1,"cost":1}', "]}"),
    ],
    ["dnn-partitioning", "wrong edges", () => filled(`${dnn}"nodes":[],"edges":[`, () => "{}", "]}")],
    ["piper", "empty nodes", () => filled(`${piper}"edges":[],"nodes":[`, () => "{}", "]}")],
    [
      "piper",
      "many degrees",
      () => filled(`${piper}"edges":[],"nodes":[{"id":0,"TMPCs":{`, (i) => `"${i}":[]`, "}}]}"),
    ],
    ["piper", "wrong edges", () => filled(`${piper}"nodes":[],"edges":[`, () => "{}", "]}")],
    [
      "placeto-sim",
      "high ports",
      () => {
        const many = 100_000;
        const list = (of: (i: number) => string) => Array.from({ length: many }, (_, i) => of(i)).join();
        return `${placeto}"ops":[${list((i) => `"${i}"`)}],"cost":[${list(() => "1")}],"outputs":[${list(() => "[]")}],"inputs":[${list((i) => (i === 0 ? "[]" : `[[${i - 1},4095]]`))}]}`;
      },
    ],
    [
      "placeto-sim",
      "wrong inputs",
      () => filled(`${placeto}"ops":[],"cost":[],"outputs":[],"inputs":[`, () => "{}", "]}"),
    ],
    ["torch-fx", "empty nodes", () => filled(fx, () => "{}", "]}")],
    [
      "torch-fx",
      "many nodes",
      () =>
        filled(
          fx,
          (i) => `{"name":"${i}","op":"call_function","target":"aten.relu","inputs":[],"outputs":[]}`,
          "]}",
        ),
    ],
    [
      "torch-fx",
      "many outputs",
      () =>
        filled(
          `${fx}{"name":"a","op":"placeholder","target":"a","inputs":[],"outputs":[`,
          () => '["f",[1]]',
          "]}]}",
        ),
    ],
  ];
}

const bounds = (
  [before, after]: readonly [string, string],
  piece: (index: number) => string,
): [string, (index: number) => string, string] => [before, piece, after];

const nodeSet = (letter: string, count: number) =>
  `{${Array.from({ length: count }, (_, i) => `${letter}${i}`).join(" ")}}`;

function drawnGraphs(): [string, string, () => string][] {
  return [
    ["dot", "a product of two sets", () => `digraph{${nodeSet("a", 4000)}->${nodeSet("b", 4000)}}`],
    ["dot", "a product below the limit", () => `digraph{${nodeSet("a", 700)}->${nodeSet("b", 700)}}`],
    [
      "dot",
      "many small products",
      () => filled("digraph{", (i) => `${nodeSet(`a${i}_`, 30)}->${nodeSet(`b${i}_`, 30)}`, "}", ";"),
    ],
    [
      "dot",
      "nested products",
      () => `digraph{${"{".repeat(90)}${nodeSet("a", 2000)}${"->{a0 a1}}".repeat(90)}}`,
    ],
    ["dot", "many nodes", () => filled("digraph{", (i) => i.toString(36), "}", " ")],
    ["dot", "one node many times", () => filled("digraph{", () => "a", "}", ";")],
    ["dot", "many edges", () => filled("digraph{", () => "a->b", "}", ";")],
    ["dot", "a long chain", () => filled("digraph{", (i) => `n${i.toString(36)}`, "}", "->")],
    [
      "dot",
      "defaults for many nodes",
      () => filled(`digraph{node[${filledTo(1_000_000, (i) => `k${i}=1`)}]`, (i) => i.toString(36), "}", ";"),
    ],
    [
      "dot",
      "attributes for many edges",
      () => `digraph{${filledTo(3_000_000, (i) => `n${i}`, "->")}[${filledTo(3_000_000, (i) => `k${i}=1`)}]}`,
    ],
    ["dot", "high ports", () => filled("digraph{", (i) => `n${i}->n${i + 1}[output=4095]`, "}", ";")],
    [
      "dot",
      "a device kind for each op",
      () => filled("digraph{", (i) => `n${i}[measuredUs="{\\"k${i}\\":1}"]`, "}", ";"),
    ],
    ["dot", "many attributes", () => filled("digraph{a[", (i) => `k${i}=1`, "]}")],
    ["dot", "many strings", () => filled('digraph{a[label=""', () => '""', "]}", "+")],
    ["graphml", "many nodes", () => filled(graphml, (i) => `<node id="${i}"/>`, "</graph></graphml>", "")],
    ["graphml", "many elements", () => filled(graphml, () => "<a/>", "</graph></graphml>", "")],
    ["graphml", "deep elements", () => filled(graphml, () => "<a>", "", "")],
    [
      "graphml",
      "many edges",
      () =>
        filled(
          `${graphml}<node id="a"/><node id="b"/>`,
          () => '<edge source="a" target="b"/>',
          "</graph></graphml>",
          "",
        ),
    ],
    [
      "graphml",
      "many keys",
      () =>
        filled(
          drawn("<graphml>"),
          (i) => `<key id="k${i}"/>`,
          '<graph edgedefault="directed"><node id="a"/></graph></graphml>',
          "",
        ),
    ],
    [
      "graphml",
      "defaults for many nodes",
      () =>
        filled(
          drawn(
            `<graphml>${filledTo(2_000_000, (i) => `<key id="k${i}" for="node" attr.name="k${i}"><default>x</default></key>`, "")}<graph edgedefault="directed">`,
          ),
          (i) => `<node id="${i}"/>`,
          "</graph></graphml>",
          "",
        ),
    ],
    [
      "graphml",
      "entities of entities",
      () =>
        `<!DOCTYPE x [<!ENTITY a "${"ha".repeat(50)}">${Array.from({ length: 20 }, (_, i) => `<!ENTITY b${i} "${`&${i === 0 ? "a" : `b${i - 1}`};`.repeat(20)}">`).join("")}]><graphml><graph edgedefault="directed"><node id="&b19;"/></graph></graphml>`,
    ],
    [
      "graphml",
      "many XML attributes",
      () => filled(`${graphml}<node id="a" `, (i) => `k${i}=""`, "/></graph></graphml>", " "),
    ],
    ["gexf", "many nodes", () => filled(gexf, (i) => `<node id="${i}"/>`, "</nodes></graph></gexf>", "")],
    ["gexf", "many elements", () => filled(gexf, () => "<a/>", "</nodes></graph></gexf>", "")],
    [
      "gexf",
      "many edges",
      () =>
        filled(
          `${gexf}<node id="a"/><node id="b"/></nodes><edges>`,
          () => '<edge source="a" target="b"/>',
          "</edges></graph></gexf>",
          "",
        ),
    ],
  ];
}

function filledTo(bytes: number, piece: (index: number) => string, separator = ","): string {
  const pieces: string[] = [];
  for (let i = 0, size = 0; size < bytes; i++) {
    pieces.push(piece(i));
    size += pieces[i].length + separator.length;
  }
  return pieces.join(separator);
}

const hloScalar = "f32[] ";
function hlo(): [string, string, () => string][] {
  const chain = (depth: number) =>
    Array.from({ length: depth }, (_, i) =>
      i === 0
        ? `c0 {\n x = f32[] parameter(0)\n ROOT n = f32[] negate(x)\n}`
        : `c${i} {\n x = f32[] parameter(0)\n a = f32[] call(x), to_apply=c${i - 1}\n ROOT b = f32[] call(a), to_apply=c${i - 1}\n}`,
    ).join("\n");
  return [
    [
      "hlo",
      "calls that double",
      () =>
        `HloModule m\n${chain(60)}\nENTRY e {\n p = f32[] parameter(0)\n ROOT r = f32[] call(p), to_apply=c59\n}\n`,
    ],
    [
      "hlo",
      "many instructions",
      () =>
        filled(
          "HloModule m\nENTRY e {\n",
          (i) => `a${i.toString(36)} = ${hloScalar}parameter(${i})`,
          "\n}\n",
          "\n",
        ),
    ],
    [
      "hlo",
      "many operands",
      () =>
        filled("HloModule m\nENTRY e {\na = f32[] parameter(0)\nb = f32[] custom-call(", () => "a", ")\n}\n"),
    ],
    ["hlo", "many shapes", () => filled("HloModule m\nENTRY e {\na = (", () => "s[]", ") parameter(0)\n}\n")],
    [
      "hlo",
      "many dimensions",
      () => filled("HloModule m\nENTRY e {\na = f32[", () => "1", "] parameter(0)\n}\n"),
    ],
    ["hlo", "long names of nested calls", () => longCalls()],
    [
      "hlo",
      "many computations",
      () => filled("HloModule m\n", (i) => `c${i}{a=s[] after-all()}`, "\n", "\n"),
    ],
    ["hlo", "many parentheses", () => filled("HloModule m\nENTRY e {\na = ", () => "(", "", "")],
    [
      "hlo",
      "a large constant",
      () => filled("HloModule m\nENTRY e {\na = f32[9] constant({", () => "1", "})\n}\n"),
    ],
    [
      "hlo",
      "tuples of tuples",
      () =>
        `HloModule m\nENTRY e {\nt0 = f32[] parameter(0)\n${Array.from({ length: 40 }, (_, i) => `t${i + 1} = (f32[]) tuple(t${i}, t${i})`).join("\n")}\nc = f32[] custom-call(t40)\n}\n`,
    ],
    [
      "hlo",
      "users of a wide tuple",
      () =>
        `HloModule m\nENTRY e {\np = (${Array(90_000).fill("s[]").join()}) parameter(0)\n${Array.from({ length: 5000 }, (_, i) => `u${i} = f32[] custom-call(p)`).join("\n")}\n}\n`,
    ],
  ];
}

/** Paths of calls join the names of all calls on the way. */
function longCalls(): string {
  const name = "n".repeat(20_000);
  const body = Array.from({ length: 190 }, (_, i) =>
    i === 0
      ? `c0 {\n x = f32[] parameter(0)\n${filledTo(2_000_000, (k) => ` a${k} = f32[] negate(x)`, "\n")}\n}`
      : `c${i} {\n x = f32[] parameter(0)\n ROOT ${name}${i} = f32[] call(x), to_apply=c${i - 1}\n}`,
  );
  return `HloModule m\n${body.join("\n")}\nENTRY e {\n p = f32[] parameter(0)\n ROOT r = f32[] call(p), to_apply=c189\n}\n`;
}

const layerLine = (name: string) =>
  `${name} -- L() -- forward_compute_time=1, backward_compute_time=1, activation_size=1.0, parameter_size=1.0`;
function pipedream(): [string, string, () => string][] {
  return [
    [
      "pipedream",
      "many edges",
      () => filled(`${layerLine("a")}\n${layerLine("b")}\n`, () => "a -- b", "\n", "\n"),
    ],
    ["pipedream", "many layers", () => filled("", (i) => layerLine(`n${i}`), "\n", "\n")],
    ["pipedream", "one line", () => filled(`${layerLine("a")}\n`, () => "a", "\n", " -- ")],
    [
      "pipedream",
      "a long list",
      () =>
        filled(
          "a -- L() -- forward_compute_time=1, backward_compute_time=1, activation_size=[",
          () => "1",
          "], parameter_size=1\n",
          ";",
        ),
    ],
  ];
}

function doppler(): [string, string, () => string][] {
  return [
    ["doppler", "many inputs", () => filled("9\n", () => "1", "\n", ",")],
    ["doppler", "many edges", () => filled("9\n1,\n", () => "1", "\n1,\n", ",")],
    ["doppler", "many nodes", () => filled("249999\n\n\n\n", () => "1,1", "\n", "\n")],
    ["doppler", "one list of commas", () => filled("9\n1,\n", () => "", "\n", ",")],
  ];
}

function tensorflowTexts(): [string, string, () => string][] {
  return [
    ["tensorflow", "empty nodes as text", () => filled("", () => "node{}", "\n", "\n")],
    [
      "tensorflow",
      "high ports",
      () =>
        filled(
          'node{name:"a" op:"A"}\n',
          (i) => `node{name:"b${i}" op:"B" input:"${i === 0 ? "a" : `b${i - 1}`}:4095"}`,
          "\n",
          "\n",
        ),
    ],
    [
      "tensorflow",
      "many sizes",
      () =>
        filled(
          'node{name:"a" op:"Const" attr{key:"value" value{tensor{dtype:DT_FLOAT tensor_shape{',
          () => "dim{size:1}",
          "}}}}}\n",
          " ",
        ),
    ],
  ];
}

export const hostileFiles: readonly HostileFile[] = [
  ...[
    ...json(),
    ...drawnGraphs(),
    ...hlo(),
    ...pipedream(),
    ...doppler(),
    ...hostileBinaries(),
    ...tensorflowTexts(),
  ].map(([format, name, content]) => ({
    format,
    name,
    content,
  })),
];

export const nameOf = ({ format, name }: HostileFile): string => `${format}: ${name}`;
