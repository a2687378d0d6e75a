/**
 * Ports of outputs by name. In a function `norm:batch_mean:0` is output 1 of a FusedBatchNormV3,
 * while a graph writes `norm:1`. Names are those of the op definitions in tensorflow/core/ops.
 */

/** Ops with several outputs that are tensors and not lists: the op, then its outputs. */
const several = `
BatchNormWithGlobalNormalizationGrad dx dm dv db dg
BatchSelfAdjointEigV2 e v
BatchSvd s u v
BlockLSTM i cs f o ci co h
BlockLSTMV2 i cs f o ci co h
BlockLSTMGrad x_grad cs_prev_grad h_prev_grad w_grad wci_grad wcf_grad wco_grad b_grad
BlockLSTMGradV2 x_grad cs_prev_grad h_prev_grad w_grad wci_grad wcf_grad wco_grad b_grad
BroadcastGradientArgs r0 r1
CTCGreedyDecoder decoded_indices decoded_values decoded_shape log_probability
CTCLoss loss gradient
CTCLossV2 loss gradient
CombinedNonMaxSuppression nmsed_boxes nmsed_scores nmsed_classes valid_detections
CudnnRNN output output_h output_c reserve_space
CudnnRNNV2 output output_h output_c reserve_space host_reserved
CudnnRNNV3 output output_h output_c reserve_space host_reserved
CudnnRNNBackprop input_backprop input_h_backprop input_c_backprop params_backprop
CudnnRNNBackpropV2 input_backprop input_h_backprop input_c_backprop params_backprop
CudnnRNNBackpropV3 input_backprop input_h_backprop input_c_backprop params_backprop
Eig e v
FakeQuantWithMinMaxVarsGradient backprops_wrt_input backprop_wrt_min backprop_wrt_max
FakeQuantWithMinMaxVarsPerChannelGradient backprops_wrt_input backprop_wrt_min backprop_wrt_max
FractionalAvgPool output row_pooling_sequence col_pooling_sequence
FractionalMaxPool output row_pooling_sequence col_pooling_sequence
FusedBatchNorm y batch_mean batch_variance reserve_space_1 reserve_space_2
FusedBatchNormV2 y batch_mean batch_variance reserve_space_1 reserve_space_2
FusedBatchNormV3 y batch_mean batch_variance reserve_space_1 reserve_space_2 reserve_space_3
FusedBatchNormGrad x_backprop scale_backprop offset_backprop reserve_space_3 reserve_space_4
FusedBatchNormGradV2 x_backprop scale_backprop offset_backprop reserve_space_3 reserve_space_4
FusedBatchNormGradV3 x_backprop scale_backprop offset_backprop reserve_space_4 reserve_space_5
GRUBlockCell r u c h
GRUBlockCellGrad d_x d_h_prev d_c_bar d_r_bar_u_bar
GenerateBoundingBoxProposals rois roi_probabilities
LSTMBlockCell i cs f o ci co h
LSTMBlockCellGrad cs_prev_grad dicfo wci_grad wcf_grad wco_grad
ListDiff out idx
LogMatrixDeterminant sign log_abs_determinant
LookupTableExportV2 keys values
Lu lu p
MaxPoolWithArgmax output argmax
Merge output value_index
NonMaxSuppressionV4 selected_indices valid_outputs
NonMaxSuppressionV5 selected_indices selected_scores valid_outputs
Qr q r
RaggedRange rt_nested_splits rt_dense_values
RaggedTensorToSparse sparse_indices sparse_values sparse_dense_shape
SampleDistortedBoundingBoxV2 begin size bboxes
SelfAdjointEigV2 e v
SoftmaxCrossEntropyWithLogits loss backprop
SparseAdd sum_indices sum_values sum_shape
SparseConcat output_indices output_values output_shape
SparseCrossV2 output_indices output_values output_shape
SparseFillEmptyRows output_indices output_values empty_row_indicator reverse_index_map
SparseReorder output_indices output_values
SparseReshape output_indices output_shape
SparseSlice output_indices output_values output_shape
SparseSoftmaxCrossEntropyWithLogits loss backprop
StatelessRandomGetKeyCounter key counter
StringSplit indices values shape
StringSplitV2 indices values shape
Svd s u v
Switch output_false output_true
TensorArrayConcatV3 value lengths
TensorArrayGradV3 grad_handle flow_out
TensorArrayV3 handle flow
TensorListConcat tensor lengths
TensorListConcatV2 tensor lengths
TensorListPopBack output_handle tensor
TopK values indices
TopKV2 values indices
UnicodeDecode row_splits char_values
Unique y idx
UniqueV2 y idx
UniqueWithCounts y idx count
UniqueWithCountsV2 y idx count`;

const outputsOf: ReadonlyMap<string, readonly string[]> = new Map(
  several
    .trim()
    .split("\n")
    .map((line) => {
      const [op, ...outputs] = line.split(" ");
      return [op, outputs] as const;
    }),
);

/** An op with one output, or with one list of outputs, has the number as its port. */
export function portOf(op: string, output: string, number: number, ofFunction: readonly string[]): number {
  const names = ofFunction.length > 0 ? ofFunction : (outputsOf.get(op) ?? []);
  return Math.max(0, names.indexOf(output)) + number;
}
