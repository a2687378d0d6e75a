/**
 * Ops of PyTorch whose work is not that of one pass over their elements: normalisations,
 * interpolations, sorts, transforms, factorisations and detection ops.
 */
import { NORMALISATION_FLOPS, STORED_STATISTICS_FLOPS } from "../../tensors/work.ts";
import { type FxRule, named } from "../fx-call.ts";
import { bytesOfAll, elementsOf } from "../tensor-type.ts";
import { lastOf } from "./products.ts";

/** FLOP for each element of the result. */
const perOutput =
  (flops: number): FxRule =>
  (call) => ({ type: call.word, flops: flops * elementsOf(call.output) });

const normalised = perOutput(NORMALISATION_FLOPS);
const withStored = perOutput(STORED_STATISTICS_FLOPS);

/** Argument 6 says whether the statistics are those of this batch; a module does not say it. */
const batchNorm: FxRule = (call) => (call.value(5) === true ? normalised(call) : withStored(call));

/** 5 n log2 n, the count of the split-radix transform's textbook form. */
const fourier: FxRule = (call) => {
  const length = Math.max(2, lastOf(call.tensor(0)));
  const size = Math.max(elementsOf(call.tensor(0)), elementsOf(call.output));
  return { type: call.word, flops: Math.ceil(5 * size * Math.log2(length)) };
};

/** n log2 n comparisons along the last axis. */
const sorted: FxRule = (call) => {
  const data = call.tensor(0);
  return { type: call.word, flops: Math.ceil(elementsOf(data) * Math.log2(Math.max(2, lastOf(data)))) };
};

/** One binary search for each result. */
const searched: FxRule = (call) => {
  const length = Math.max(2, ...call.inputs.map(lastOf));
  return { type: call.word, flops: Math.ceil(elementsOf(call.output) * Math.log2(length)) };
};

/** `times` m n min(m, n) for each matrix, as in Golub and Van Loan. */
const factorised =
  (times: number): FxRule =>
  (call) => {
    const data = call.tensor(0);
    const [rows, columns] = data.shape.length < 2 ? [1, lastOf(data)] : data.shape.slice(-2);
    return { type: call.word, flops: Math.ceil(times * elementsOf(data) * Math.min(rows, columns)) };
  };

/** Triangles: n^2 for each right side. */
const solved: FxRule = (call) => {
  const matrix = call.inputs.find(({ shape }) => shape.at(-1) === shape.at(-2)) ?? call.tensor(0);
  return { type: call.word, flops: 2 * elementsOf(call.output) * lastOf(matrix) };
};

/** Every box meets every other one, at 10 FLOP a pair. */
const suppressed: FxRule = (call) => {
  const boxes = call.tensor(0).shape[0] ?? 1;
  return { type: call.word, flops: 10 * boxes * boxes };
};

/** Four bilinear samples for each element of the result; only samples are read. */
const pooledRegions: FxRule = (call) => ({
  type: call.word,
  flops: 4 * 8 * elementsOf(call.output),
  bytes: bytesOfAll(call.inputs.slice(1)) + 5 * bytesOfAll(call.outputs),
});

export const computationRules: readonly (readonly [string, FxRule])[] = [
  ...named(
    "batch_norm native_batch_norm native_batch_norm_legit batch_norm_with_update cudnn_batch_norm",
    batchNorm,
  ),
  ...named("batchnorm1d batchnorm2d batchnorm3d syncbatchnorm", withStored),
  ...named("native_batch_norm_legit_no_training batch_norm_no_update", withStored),
  ...named("native_batch_norm_legit_functional native_layer_norm layer_norm layernorm", normalised),
  ...named("group_norm native_group_norm groupnorm instance_norm instancenorm1d instancenorm2d", normalised),
  ...named(
    "instancenorm3d rms_norm rmsnorm fused_rms_norm local_response_norm localresponsenorm",
    normalised,
  ),
  ...named("normalize weight_norm weight_norm_interface cosine_similarity", normalised),
  ...named("native_layer_norm_backward native_batch_norm_backward native_group_norm_backward", perOutput(11)),
  ...named("batch_norm_backward cudnn_batch_norm_backward fused_rms_norm_backward", perOutput(11)),
  ...named("weight_norm_interface_backward", perOutput(11)),
  ...named("upsample_linear1d interpolate", perOutput(4)),
  ...named("upsample_bilinear2d upsample_bilinear2d_aa upsample grid_sampler grid_sampler_2d", perOutput(8)),
  ...named("upsamplingbilinear2d grid_sample", perOutput(8)),
  ...named("upsample_bilinear2d_backward upsample_bilinear2d_aa_backward", perOutput(8)),
  ...named("upsample_trilinear3d grid_sampler_3d upsample_trilinear3d_backward", perOutput(16)),
  ...named("upsample_bicubic2d upsample_bicubic2d_aa upsample_lanczos2d_aa", perOutput(32)),
  ...named("fft_fft fft_ifft fft_rfft fft_irfft fft_hfft fft_ihfft fft_fft2 fft_ifft2 fft_rfft2", fourier),
  ...named("fft_irfft2 fft_fftn fft_ifftn fft_rfftn fft_irfftn fft_r2c fft_c2r fft_c2c stft istft", fourier),
  ...named("sort msort argsort topk kthvalue median nanmedian mode quantile nanquantile", sorted),
  ...named("unique unique2 unique_consecutive unique_dim histc bincount", sorted),
  ...named("searchsorted bucketize", searched),
  ...named("cholesky linalg_cholesky linalg_cholesky_ex", factorised(1 / 3)),
  ...named("linalg_lu linalg_lu_factor linalg_lu_factor_ex linalg_det det linalg_slogdet", factorised(2 / 3)),
  ...named("logdet slogdet", factorised(2 / 3)),
  ...named("linalg_qr qr geqrf linalg_householder_product orgqr", factorised(4 / 3)),
  ...named(
    "linalg_inv linalg_inv_ex inverse cholesky_inverse linalg_matrix_power matrix_power",
    factorised(2),
  ),
  ...named("linalg_eigh linalg_eigvalsh linalg_eig linalg_eigvals", factorised(9)),
  ...named(
    "linalg_svd svd linalg_svdvals linalg_pinv pinverse linalg_matrix_rank linalg_lstsq",
    factorised(20),
  ),
  ...named("matrix_exp linalg_matrix_exp", factorised(20)),
  ...named("linalg_solve_triangular triangular_solve linalg_solve linalg_solve_ex linalg_lu_solve", solved),
  ...named("cholesky_solve", solved),
  ...named("nms", suppressed),
  ...named("roi_align roi_pool ps_roi_align ps_roi_pool", pooledRegions),
];
