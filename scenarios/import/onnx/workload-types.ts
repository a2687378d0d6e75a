/**
 * Op types as the built-in workloads and the device sheets name them. A device's efficiency for
 * convolutions and matrix products then also holds for imported models. All other types keep their
 * ONNX names.
 */

const renamed: Readonly<Record<string, string>> = {
  Conv: "Conv2D",
  FusedConv: "Conv2D",
  ConvInteger: "Conv2D",
  QLinearConv: "Conv2D",
  DeformConv: "Conv2D",
  ConvTranspose: "Conv2DBackpropInput",
  ConvGrad: "Conv2DBackpropFilter",
  Gemm: "MatMul",
  FusedGemm: "MatMul",
  MatMulInteger: "MatMul",
  QLinearMatMul: "MatMul",
  MatMulNBits: "MatMul",
  MatMulBnb4: "MatMul",
  MatMulIntegerToFloat: "MatMul",
  DynamicQuantizeMatMul: "MatMul",
  MoE: "MatMul",
  QMoE: "MatMul",
  Einsum: "BatchMatMul",
  Attention: "BatchMatMul",
  FlexAttention: "BatchMatMul",
  LinearAttention: "BatchMatMul",
  QAttention: "BatchMatMul",
  MultiHeadAttention: "BatchMatMul",
  GroupQueryAttention: "BatchMatMul",
  BatchNormalization: "FusedBatchNorm",
  LayerNormalization: "LayerNorm",
  AveragePool: "AvgPool",
  GlobalAveragePool: "AvgPool",
};

/**
 * A `MatMul` is plain where its second operand is a weight or one matrix, else it is a
 * `BatchMatMul`. A convolution with a group for each channel is depthwise.
 */
export function workloadType(
  type: string,
  { isPlain, isDepthwise }: { readonly isPlain: boolean; readonly isDepthwise: boolean },
): string {
  if (/^(Fused|Transpose)?MatMul$/.test(type)) return isPlain ? "MatMul" : "BatchMatMul";
  const name = Object.hasOwn(renamed, type) ? renamed[type] : type;
  return name === "Conv2D" && isDepthwise ? "DepthwiseConv2dNative" : name;
}
