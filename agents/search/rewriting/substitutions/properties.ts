/**
 * Properties of the operators: equations from which substitutions are proven. The form is that of
 * substitutions. Source: Jia et al. (TASO), SOSP 2019, table of operator properties. The list is
 * ours: axes count from the end, functions are one operator, and batch normalisation is one too.
 */
import { type Substitution, substitutionOf } from "../../../../env/model/graph/rewriting/substitution.ts";

/** Of variables A to D of one kind. */
const ofPairs = [
  "add(A,B) => add(B,A)",
  "mul(A,B) => mul(B,A)",
  "add(add(A,B),C) => add(A,add(B,C))",
  "mul(mul(A,B),C) => mul(A,mul(B,C))",
  "mul(add(A,B),C) => add(mul(A,C),mul(B,C))",
];

/** Along any axis `*` that tensors are joined along. */
const ofJoins = [
  "split0[*](concat[*](A,B)) => A",
  "split1[*](concat[*](A,B)) => B",
  "concat[*](split0[*](A),split1[*](A)) => A",
  "map(concat[*](A,B)) => concat[*](map(A),map(B))",
  "split0[*](map(A)) => map(split0[*](A))",
  "split1[*](map(A)) => map(split1[*](A))",
  ...["add", "mul"].flatMap((pair) => [
    `${pair}(concat[*](A,B),concat[*](C,D)) => concat[*](${pair}(A,C),${pair}(B,D))`,
    `split0[*](${pair}(A,B)) => ${pair}(split0[*](A),split0[*](B))`,
    `split1[*](${pair}(A,B)) => ${pair}(split1[*](A),split1[*](B))`,
  ]),
];

/** Of A that has channels along `*`, and vectors. */
const ofVectors = [
  "bias(add(A,B),p) => add(bias(A,p),B)",
  "bias(bias(A,p),q) => bias(A,add(p,q))",
  "biasMap(A,p) => map(bias(A,p))",
  "bias(concat[*](A,B),concat[-1](p,q)) => concat[*](bias(A,p),bias(B,q))",
  "split0[*](bias(A,p)) => bias(split0[*](A),split0[-1](p))",
  "split1[*](bias(A,p)) => bias(split1[*](A),split1[-1](p))",
];

const products = [
  "matmul(matmul(a,b),c) => matmul(a,matmul(b,c))",
  "matmul(a,add(b,c)) => add(matmul(a,b),matmul(a,c))",
  "matmul(add(a,b),c) => add(matmul(a,c),matmul(b,c))",
  "matmul(a,concat[-1](b,c)) => concat[-1](matmul(a,b),matmul(a,c))",
  "matmul(concat[-2](a,b),c) => concat[-2](matmul(a,c),matmul(b,c))",
  "matmul(concat[-1](a,b),concat[-2](c,d)) => add(matmul(a,c),matmul(b,d))",
  "split0[-1](matmul(a,b)) => matmul(a,split0[-1](b))",
  "split1[-1](matmul(a,b)) => matmul(a,split1[-1](b))",
  "split0[-2](matmul(a,b)) => matmul(split0[-2](a),b)",
  "split1[-2](matmul(a,b)) => matmul(split1[-2](a),b)",
  "matmulMap(a,b) => map(matmul(a,b))",
  "bias(concat[-2](a,b),p) => concat[-2](bias(a,p),bias(b,p))",
  "split0[-2](bias(a,p)) => bias(split0[-2](a),p)",
  "split1[-2](bias(a,p)) => bias(split1[-2](a),p)",
  "concat[-1](concat[-2](a,b),concat[-2](c,d)) => concat[-2](concat[-1](a,c),concat[-1](b,d))",
];

const convolutions = [
  "conv(x,add(u,v)) => add(conv(x,u),conv(x,v))",
  "conv(add(x,y),u) => add(conv(x,u),conv(y,u))",
  "conv(x,concat[-4](u,v)) => concat[-3](conv(x,u),conv(x,v))",
  "conv(concat[-3](x,y),concat[-3](u,v)) => add(conv(x,u),conv(y,v))",
  "split0[-3](conv(x,u)) => conv(x,split0[-4](u))",
  "split1[-3](conv(x,u)) => conv(x,split1[-4](u))",
  "conv(x,enlarge(u,v)) => conv(x,u)",
  "convMap(x,u) => map(conv(x,u))",
  "enlarge(add(u,v),w) => add(enlarge(u,w),enlarge(v,w))",
  "enlarge(concat[-4](u,v),w) => concat[-4](enlarge(u,w),enlarge(v,w))",
  "enlarge(concat[-3](u,v),w) => concat[-3](enlarge(u,w),enlarge(v,w))",
  "enlarge(enlarge(u,v),w) => enlarge(u,w)",
  "enlarge(scaleFilters(u,p),v) => scaleFilters(enlarge(u,v),p)",
];

const scales = [
  "scaleFilters(concat[-4](u,v),concat[-1](p,q)) => concat[-4](scaleFilters(u,p),scaleFilters(v,q))",
  "scaleFilters(concat[-3](u,v),p) => concat[-3](scaleFilters(u,p),scaleFilters(v,p))",
  "scaleFilters(add(u,v),p) => add(scaleFilters(u,p),scaleFilters(v,p))",
  "scaleFilters(u,add(p,q)) => add(scaleFilters(u,p),scaleFilters(u,q))",
  "scaleFilters(scaleFilters(u,p),q) => scaleFilters(u,mul(p,q))",
  "affine(conv(x,u),p,q) => bias(conv(x,scaleFilters(u,p)),q)",
  "affine(bias(x,p),q,r) => affine(x,q,add(mul(p,q),r))",
  "bias(affine(x,p,q),r) => affine(x,p,add(q,r))",
  "affine(affine(x,p,q),r,s) => affine(x,mul(p,r),add(mul(q,r),s))",
  "affine(concat[-3](x,y),concat[-1](p,q),concat[-1](r,s)) => concat[-3](affine(x,p,r),affine(y,q,s))",
  "split0[-3](affine(x,p,q)) => affine(split0[-3](x),split0[-1](p),split0[-1](q))",
  "split1[-3](affine(x,p,q)) => affine(split1[-3](x),split1[-1](p),split1[-1](q))",
];

const pools = ["maxPool", "avgPool"].flatMap((pool) => [
  `${pool}(concat[-3](x,y)) => concat[-3](${pool}(x),${pool}(y))`,
  `split0[-3](${pool}(x)) => ${pool}(split0[-3](x))`,
  `split1[-3](${pool}(x)) => ${pool}(split1[-3](x))`,
]);

/** Letters of a kind of variables, and the axes that they are joined along. */
const kinds: readonly (readonly [letters: string, axes: readonly number[]])[] = [
  ["abcd", [-1, -2]],
  ["xyzo", [-3]],
  ["tuvw", [-3, -4]],
  ["pqrs", [-1]],
];

const withLetters = (text: string, letters: string, axis: number): string =>
  text.replace(/[A-D]/g, (letter) => letters["ABCD".indexOf(letter)]).replaceAll("*", String(axis));

const texts: readonly string[] = [
  ...kinds.flatMap(([letters, axes]) => [
    ...ofPairs.map((text) => withLetters(text, letters, 0)),
    ...axes.flatMap((axis) => ofJoins.map((text) => withLetters(text, letters, axis))),
  ]),
  ...ofVectors.map((text) => withLetters(text, "abcd", -1)),
  ...ofVectors.map((text) => withLetters(text, "xyzo", -3)),
  ...products,
  ...convolutions,
  ...scales,
  "avgPool(add(x,y)) => add(avgPool(x),avgPool(y))",
  ...pools,
];

export const properties: readonly Substitution[] = texts.map(substitutionOf);
