/**
 * Tensors whose data is in a separate file. Weights are not read: their sizes suffice. Shapes, axes
 * and indices are read, because other shapes follow from them. They stay unknown where the file is
 * missing or not in the model's folder.
 */
import { InputError } from "../../../env/model/errors.ts";
import type { SourceFile } from "../source-file.ts";
import { bytesOfShape, elements, isWeight, MOST_VALUES } from "../tensors/tensor.ts";
import type { TensorProto } from "./schema.ts";
import { elementTypeOf, isExternal } from "./tensor-proto.ts";

const HERE = 0;

/** The tensor with its few whole numbers in place, or as it is. */
export function withExternalData(proto: TensorProto, file: SourceFile): TensorProto {
  if (!isExternal(proto)) return proto;
  const element = elementTypeOf(proto.data_type);
  if ((isWeight(element) && element !== "int32") || elements(proto.dims) > MOST_VALUES) return proto;
  const entries = new Map(proto.external_data.map(({ key, value }) => [key, value]));
  const location = entries.get("location") ?? "";
  const offset = Number(entries.get("offset") ?? 0);
  const length = bytesOfShape(element, proto.dims);
  if (!isBeside(location) || !Number.isSafeInteger(offset) || offset < 0 || !(length >= 0)) return proto;
  const data = sliceOf(file, location, offset, length);
  return data?.length === length ? { ...proto, data_location: HERE, raw_data: data } : proto;
}

/** In the model's folder or below it; ONNX allows no other place. */
const isBeside = (path: string): boolean =>
  path !== "" && !/^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)/.test(path);

function sliceOf(file: SourceFile, path: string, at: number, length: number): Uint8Array | null {
  try {
    return file.beside(path).slice(at, length);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}
