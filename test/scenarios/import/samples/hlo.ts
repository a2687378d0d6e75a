/**
 * HLO text: a convolution network with fusions and a loop, and an older dump with calls and with
 * shapes on the operands.
 */
import type { Sample } from "./sample.ts";

export const convolutionModule = `HloModule jit_step, is_scheduled=true, entry_computation_layout={(f32[8,16,16,3]{3,2,1,0}, f32[3,3,3,4]{3,2,1,0})->(f32[8,10]{1,0}, s32[])}

FileNames
1 "<string>"
2 "net.py"

FunctionNames
1 "<module>"

FileLocations
1 {file_name_id=2 function_name_id=1 line=5 end_line=5 column=4 end_column=72}

StackFrames
1 {file_location_id=1 parent_frame_id=1}

%sum (a: f32[], b: f32[]) -> f32[] {
  %a = f32[] parameter(0)
  %b = f32[] parameter(1)
  ROOT %add.1 = f32[] add(%a, %b)
}

%fused_computation (p.0: f32[8,16,16,4], p.1: f32[4]) -> f32[8,16,16,4] {
  %p.0 = f32[8,16,16,4]{3,2,1,0} parameter(0)
  %p.1 = f32[4]{0} parameter(1)
  %broadcast.1 = f32[8,16,16,4]{3,2,1,0} broadcast(%p.1), dimensions={3}
  %add.2 = f32[8,16,16,4]{3,2,1,0} add(%p.0, %broadcast.1)
  %zero = f32[] constant(0)
  %zeros = f32[8,16,16,4]{3,2,1,0} broadcast(%zero), dimensions={}
  ROOT %relu = f32[8,16,16,4]{3,2,1,0} maximum(%add.2, %zeros), metadata={op_name="jit(step)/jit(main)/relu"}
}

%body (carry: (s32[], f32[8,10])) -> (s32[], f32[8,10]) {
  %carry = (s32[], f32[8,10]{1,0}) parameter(0)
  %i = s32[] get-tuple-element(%carry), index=0
  %x = f32[8,10]{1,0} get-tuple-element(%carry), index=1
  %w = f32[10,10]{1,0} constant({...})
  %dot.9 = f32[8,10]{1,0} dot(%x, %w), lhs_contracting_dims={1}, rhs_contracting_dims={0}
  %one = s32[] constant(1)
  %next = s32[] add(%i, %one)
  ROOT %t = (s32[], f32[8,10]{1,0}) tuple(%next, %dot.9)
}

%condition (carry.1: (s32[], f32[8,10])) -> pred[] {
  %carry.1 = (s32[], f32[8,10]{1,0}) parameter(0)
  %i.1 = s32[] get-tuple-element(%carry.1), index=0
  %n = s32[] constant(12)
  ROOT %less = pred[] compare(%i.1, %n), direction=LT
}

ENTRY %main (x.1: f32[8,16,16,3], k: f32[3,3,3,4]) -> (f32[8,10], s32[]) {
  %x.1 = f32[8,16,16,3]{3,2,1,0:T(8,128)} parameter(0), metadata={op_name="x" stack_frame_id=1}
  %k = f32[3,3,3,4]{3,2,1,0} parameter(1)
  %conv = f32[8,16,16,4]{3,2,1,0} convolution(%x.1, %k), window={size=3x3 pad=1_1x1_1}, dim_labels=b01f_01io->b01f, metadata={op_name="jit(step)/transpose(jvp(conv))"}
  %bias = f32[4]{0} constant({0.1, 0.2,
    0.3, 0.4})
  %fusion.1 = f32[8,16,16,4]{3,2,1,0} fusion(%conv, %bias), kind=kLoop, calls=%fused_computation
  %init = f32[] constant(0)
  %pooled = f32[8,4]{1,0} reduce(%fusion.1, %init), dimensions={1,2}, to_apply=%sum
  %head = f32[4,10]{1,0} constant({...})
  %dot.1 = f32[8,10]{1,0} dot(%pooled, %head), lhs_contracting_dims={1}, rhs_contracting_dims={0}, control-predecessors={%init}
  %start = s32[] constant(0)
  %tuple.1 = (s32[], f32[8,10]{1,0}) tuple(%start, %dot.1)
  %while.1 = (s32[], f32[8,10]{1,0}) while(%tuple.1), condition=%condition, body=%body, backend_config={"known_trip_count":{"n":"12"}}
  %out = f32[8,10]{1,0} get-tuple-element(%while.1), index=1
  %count = s32[] get-tuple-element(%while.1), index=0
  ROOT %result = (f32[8,10]{1,0}, /*index=1*/s32[]) tuple(%out, %count)
}
`;

const older = `HloModule PyLoweringContext.21

%layer.7 (p0.10: bf16[4,8], p1.14: bf16[8,8]) -> bf16[4,8] {
  %p0.10 = bf16[4,8]{1,0} parameter(0)
  %p1.14 = bf16[8,8]{1,0} parameter(1)
  ROOT %dot.11 = bf16[4,8]{1,0} dot(bf16[4,8]{1,0} %p0.10, bf16[8,8]{1,0} %p1.14), lhs_contracting_dims={1}, rhs_contracting_dims={0}
}

ENTRY main.20 {
  x = bf16[4,8]{1,0} parameter(0)
  w = bf16[8,8]{1,0} parameter(1)
  call.1 = bf16[4,8]{1,0} call(bf16[4,8]{1,0} x, bf16[8,8]{1,0} w), to_apply=layer.7
  call.2 = bf16[4,8]{1,0} call(bf16[4,8]{1,0} call.1, bf16[8,8]{1,0} w), to_apply=layer.7
  gemm = (bf16[4,8]{1,0}, s8[1024]{0}) custom-call(call.2, w), custom_call_target="__cublas$gemm", backend_config={"gemm_backend_config":{"dot_dimension_numbers":{"lhs_contracting_dimensions":["1"],"rhs_contracting_dimensions":["0"]}}}
  y = bf16[4,8]{1,0} get-tuple-element(gemm), index=0
  ROOT sum = bf16[4,8]{1,0} all-reduce(y), replica_groups={}, to_apply=add.1
}
`.replace(
  "ENTRY",
  "add.1 {\n  a = bf16[] parameter(0)\n  b = bf16[] parameter(1)\n  ROOT c = bf16[] add(a, b)\n}\n\nENTRY",
);

export const hloSamples: readonly Sample[] = [
  { content: convolutionModule, ops: 11, edges: 11 },
  { content: older, ops: 6, edges: 7, options: { weights: "1" } },
];
