/**
 * Assumptions under which a claim is measured: options of scenario addresses, with their source.
 * Results under each stand side by side. None was chosen by what comes out of it.
 */

export interface Assumption {
  /** In words, with its source where it has one. */
  readonly under: string;
  /** Options to add to an address, `&` between them; empty for none. */
  readonly options: string;
}

export const OUR_DEFAULT: Assumption = { under: "our default", options: "" };

/** env/model/fidelity/named.ts has the sources. */
export const TF_2017: Assumption = { under: "tf-2017", options: "fidelity=tf-2017" };

/**
 * TensorFlow 1's `BasicLSTMCell` makes an op of each kernel. The papers' graphs are of such ops:
 * ColocRL's RNNLM has 8,943 of them, ours 2,646 and 1,040 where cells are fused.
 */
export const TF_2017_OPS: Assumption = {
  under: "tf-2017, an op for each kernel of an LSTM cell as in TensorFlow 1",
  options: "fidelity=tf-2017&fused=0",
};

export const addressUnder = (address: string, { options }: Pick<Assumption, "options">): string => {
  if (options === "") return address;
  return `${address}${address.includes("?") ? "&" : "?"}${options}`;
};
