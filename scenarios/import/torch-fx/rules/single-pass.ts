/**
 * Ops of PyTorch that go once over their elements, by word. They compute element by element,
 * reduce, move, make, or only look at a tensor in another way. Words are those of
 * native_functions.yaml, of torch.nn's modules and of torch.Tensor's methods, in small letters and
 * without underscores at their ends.
 */
import { flopsPerElement } from "../../tensors/work.ts";
import { type FxRule, named } from "../fx-call.ts";
import { bytesOfAll, elementsOf } from "../tensor-type.ts";

/** FLOP for each element of words that the table of all formats has under another name. */
const alike: Readonly<Record<string, string>> = {
  silu: "swish",
  clamp: "clip",
  clamp_min: "relu",
  log_sigmoid: "softplus",
  logsigmoid: "softplus",
  exp2: "exp",
  log2: "log",
  log10: "log",
  erfc: "erf",
  atan2: "atan",
  addcmul: "squareddifference",
  addcdiv: "squareddifference",
  lerp: "clip",
  masked_fill: "where",
};

const elementwise: FxRule = ({ word, outputs: [output] }) => ({
  type: word,
  flops: output === undefined ? 0 : flopsPerElement(alike[word] ?? word) * elementsOf(output),
});

/** The gradient costs the function's derivative and one product. */
const gradient: FxRule = ({ word, outputs: [output] }) => {
  const forward = word.replace(/_backward(_data)?$/, "");
  return {
    type: word,
    flops: output === undefined ? 0 : (1 + flopsPerElement(alike[forward] ?? forward)) * elementsOf(output),
  };
};

/** One FLOP for each element of the largest input. */
const reduction: FxRule = ({ word, inputs }) => ({
  type: word,
  flops: inputs.reduce((most, input) => Math.max(most, elementsOf(input)), 0),
});

const movement: FxRule = ({ word }) => ({ type: word, flops: 0 });
const creation: FxRule = ({ word, outputs }) => ({ type: word, flops: 0, bytes: bytesOfAll(outputs) });
const view: FxRule = ({ word }) => ({ type: word, flops: 0, bytes: 0 });

/** Nothing is computed and nothing is moved. */
export const viewWords = `
  view unsafe_view view_as reshape reshape_as alias detach detach_copy permute transpose swapaxes movedim t numpy_t mt h mh adjoint
  expand expand_as broadcast_to broadcast_tensors unsqueeze squeeze slice select narrow as_strided split split_with_sizes chunk
  tensor_split hsplit vsplit unsafe_split unsafe_chunk unsafe_split_with_sizes unbind flatten unflatten ravel getitem getattr
  lift lift_fresh lift_fresh_copy identity dropout alpha_dropout feature_dropout dropout1d dropout2d dropout3d alphadropout
  contiguous diagonal view_as_real view_as_complex real imag conj resolve_conj resolve_neg requires_grad
  positive atleast_1d atleast_2d atleast_3d   `;

/** Results are no tensors, or there are none: sizes, checks and marks. */
export const scalarWords = `
  size dim shape numel ndim sym_size sym_numel sym_stride sym_storage_offset sym_is_contiguous stride storage_offset item
  local_scalar_dense is_same_size assert_tensor_metadata assert_async assert_scalar functional_assert_async
  functional_assert_scalar assert sym_constrain_range sym_constrain_range_for_size functional_sym_constrain_range check
  constrain_as_size sym_int sym_float sym_max sym_min sym_not sym_sqrt sym_sum sym_ite set_grad_enabled is_nonzero
  is_floating_point is_complex dtype device len isinstance hasattr enter_autocast exit_autocast print
  check_is_size record_function_enter_new record_function_exit`;

const moved = `
  clone copy to_copy to type type_as cat concat concatenate stack hstack vstack dstack column_stack block_diag pad constant_pad_nd
  reflection_pad1d reflection_pad2d reflection_pad3d replication_pad1d replication_pad2d replication_pad3d 
  zeropad1d zeropad2d constantpad1d constantpad2d reflectionpad1d reflectionpad2d replicationpad1d replicationpad2d roll flip
  fliplr flipud rot90 repeat repeat_interleave tile resize tril triu diag diag_embed float double half bfloat16 long int short
  cpu cuda pixel_shuffle pixelshuffle pixel_unshuffle channel_shuffle channelshuffle im2col unfold cartesian_prod combinations
  meshgrid upsample_nearest1d upsample_nearest2d upsample_nearest3d upsample_nearest_exact1d upsample_nearest_exact2d
  upsample_nearest_exact3d upsamplingnearest2d nonzero nonzero_numpy nonzero_static argwhere view_copy
  permute_copy slice_backward select_backward unfold_backward unsafe_index_backward value_selecting_reduction_backward
  complex polar pin_memory resize_as set pack_padded_sequence pad_packed_sequence pad_sequence nested_tensor_from_mask
  nested_tensor_from_mask_left_aligned to_padded_tensor convert_element_type nested_view_from_buffer jagged_to_padded_dense_forward
  padded_dense_to_jagged_forward one_hot `;

const made = `
  arange range linspace logspace full full_like zeros zeros_like ones ones_like empty empty_like empty_strided empty_permuted
  new_empty new_empty_strided new_full new_ones new_zeros eye tril_indices triu_indices scalar_tensor tensor
  fill zero iota hann_window hamming_window blackman_window bartlett_window kaiser_window vander as_tensor
  rand randn rand_like randn_like randint randint_like randperm normal uniform bernoulli exponential geometric log_normal cauchy
  poisson multinomial random rng_prims_philox_rand inductor_random inductor_seeds`;

const each = `
  abs acos acosh add addcdiv addcmul angle asin asinh atan atan2 atanh and or xor invert lshift rshift iadd isub imul itruediv
  iand ior ixor ilshift irshift bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor ceil celu
  clamp clamp_max clamp_min clip conj_physical copysign cos cosh cumsum cumprod cummax cummin logcumsumexp deg2rad digamma div
  divide truediv floordiv floor_divide true_divide elu eq erf erfc erfinv exp exp2 expm1 float_power floor fmax fmin fmod
  mod frac frexp gcd ge gelu glu gt greater greater_equal less less_equal not_equal hardshrink hardsigmoid hardswish
  hardtanh heaviside hypot i0 igamma igammac isfinite isinf isnan isneginf isposinf isreal isclose isin lcm ldexp le leaky_relu
  leakyrelu lerp lgamma log log10 log1p log2 log_sigmoid log_sigmoid_forward logsigmoid log_softmax logsoftmax logaddexp
  logaddexp2 logical_and logical_not logical_or logical_xor logit lt masked_fill maximum minimum mish mul multiply mvlgamma
  nan_to_num native_dropout native_dropout_backward ne neg negative nextafter polygamma pow prelu rad2deg reciprocal relu relu6
  remainder round rrelu rrelu_with_noise rsqrt rsub selu sgn sigmoid sign signbit silu sin sinc sinh softmax safe_softmax softmin
  softplus softshrink softsign sqrt square sub subtract tan tanh tanhshrink threshold trunc where xlogy masked_softmax
  softmax2d kron cross linalg_cross outer ger addr diff gradient trapezoid fake_quantize_per_tensor_affine
  fake_quantize_per_channel_affine quantize_per_tensor dequantize_per_tensor quantize_per_channel dequantize_per_channel
  quantize_per_token dequantize_per_token dequantize quantize_per_tensor_dynamic int_repr euclidean_dist
  add_relu sum_to_size col2im fold fused_dropout 
  binary_cross_entropy_with_logits
  special_airy_ai special_bessel_j0 special_bessel_j1 special_bessel_y0 special_bessel_y1 special_chebyshev_polynomial_t
  special_chebyshev_polynomial_u special_chebyshev_polynomial_v special_chebyshev_polynomial_w special_entr special_erfcx
  special_hermite_polynomial_h special_hermite_polynomial_he special_i0 special_i0e special_i1 special_i1e
  special_laguerre_polynomial_l special_legendre_polynomial_p special_log_ndtr special_ndtr special_modified_bessel_i0
  special_modified_bessel_i1 special_modified_bessel_k0 special_modified_bessel_k1 special_ndtri special_gammaln special_psi
  special_scaled_modified_bessel_k0 special_scaled_modified_bessel_k1 special_shifted_chebyshev_polynomial_t
  special_shifted_chebyshev_polynomial_u special_shifted_chebyshev_polynomial_v special_shifted_chebyshev_polynomial_w
  special_spherical_bessel_j0 special_xlog1py special_xlogy special_zeta special_expit special_logit special_softmax
  special_log_softmax special_expm1 special_exp2 special_log1p special_round special_sinc special_erf special_erfc special_erfinv
  special_digamma special_polygamma special_multigammaln special_gammainc special_gammaincc`;

const reduced = `
  sum nansum mean nanmean amax amin aminmax max min max_pool1d max_pool2d max_pool3d max_pool1d_with_indices
  max_pool2d_with_indices max_pool3d_with_indices avg_pool1d avg_pool2d avg_pool3d adaptive_avg_pool1d adaptive_avg_pool2d
  adaptive_avg_pool3d adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d fractional_max_pool2d fractional_max_pool3d
  maxpool1d maxpool2d maxpool3d avgpool1d avgpool2d avgpool3d adaptiveavgpool1d adaptiveavgpool2d adaptiveavgpool3d
  adaptivemaxpool1d adaptivemaxpool2d lp_pool2d lppool2d max_unpool2d var var_mean std std_mean norm linalg_vector_norm
  linalg_matrix_norm linalg_norm argmax argmin prod all any logsumexp special_logsumexp nll_loss nll_loss2d nll_loss_nd
  nll_loss_forward nll_loss2d_forward cross_entropy cross_entropy_loss crossentropyloss nllloss mse_loss mseloss l1_loss l1loss
  smooth_l1_loss smoothl1loss huber_loss huberloss binary_cross_entropy bceloss bcewithlogitsloss kl_div kldivloss ctc_loss
  soft_margin_loss multi_margin_loss multilabel_margin_loss margin_ranking_loss triplet_margin_loss cosine_embedding_loss
  hinge_embedding_loss poisson_nll_loss gaussian_nll_loss count_nonzero trace segment_reduce dist renorm cov
  corrcoef equal allclose use_cudnn_ctc_loss choose_qparams choose_qparams_per_token chunk_cat`;

const differentiated = `
  gelu_backward sigmoid_backward tanh_backward silu_backward mish_backward logit_backward threshold_backward elu_backward
  leaky_relu_backward hardtanh_backward hardsigmoid_backward hardswish_backward hardshrink_backward softplus_backward
  softshrink_backward log_sigmoid_backward glu_backward prelu_kernel_backward rrelu_with_noise_backward
  softmax_backward_data log_softmax_backward_data masked_softmax_backward max_pool2d_with_indices_backward
  max_pool3d_with_indices_backward avg_pool2d_backward avg_pool3d_backward adaptive_avg_pool2d_backward
  adaptive_avg_pool3d_backward adaptive_max_pool2d_backward adaptive_max_pool3d_backward upsample_nearest1d_backward
  upsample_nearest2d_backward upsample_nearest3d_backward upsample_nearest_exact2d_backward upsample_bicubic2d_backward
  grid_sampler_2d_backward grid_sampler_3d_backward embedding_dense_backward embedding_backward nll_loss_backward
  nll_loss2d_backward mse_loss_backward smooth_l1_loss_backward huber_loss_backward
  binary_cross_entropy_backward 
  reflection_pad1d_backward reflection_pad2d_backward replication_pad1d_backward replication_pad2d_backward
  embedding_bag_backward embedding_bag_dense_backward
  cdist_backward trace_backward roi_align_backward`;

export const singlePassRules: readonly (readonly [string, FxRule])[] = [
  ...named(moved, movement),
  ...named(made, creation),
  ...named(each, elementwise),
  ...named(reduced, reduction),
  ...named(differentiated, gradient),
  ...named("prelu_kernel", elementwise),
  ...named(viewWords, view),
  ...named(scalarWords, view),
];
