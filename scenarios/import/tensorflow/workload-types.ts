/**
 * Op types as the built-in workloads and the device sheets name them. Newer versions and fused
 * forms of an op have the type of that op, so that a device's efficiency for it holds. All other
 * types keep their names.
 */
const renamed: Readonly<Record<string, string>> = {
  _FusedConv2D: "Conv2D",
  FusedDepthwiseConv2dNative: "DepthwiseConv2dNative",
  _FusedDepthwiseConv2dNative: "DepthwiseConv2dNative",
  _FusedMatMul: "MatMul",
  BatchMatMulV2: "BatchMatMul",
  BatchMatMulV3: "BatchMatMul",
  FusedBatchNormV2: "FusedBatchNorm",
  FusedBatchNormV3: "FusedBatchNorm",
  FusedBatchNormGradV2: "FusedBatchNormGrad",
  FusedBatchNormGradV3: "FusedBatchNormGrad",
};

export const workloadType = (op: string): string => (Object.hasOwn(renamed, op) ? renamed[op] : op);
