/** Writes frames: one at a time, or one that is sent again and again as its arrays change. */
import {
  arrayTypes,
  type FrameArray,
  type NamedArray,
  PREFIX_BYTES,
  padded,
  type TypeName,
} from "./frame.ts";

/** Where a frame of so many bytes may be written. */
export type Room = (bytes: number) => Uint8Array<ArrayBuffer>;

/** Bytes of its own for each frame. */
const freshRoom: Room = (bytes) => new Uint8Array(bytes);

/** The same bytes for each frame, for who has sent one before the next is written. */
export function reusedRoom(): Room {
  let room = new Uint8Array(0);
  return (bytes) => {
    if (room.length < bytes) room = new Uint8Array(2 * bytes);
    return room.subarray(0, bytes);
  };
}

export function encodeFrame(
  fields: object,
  arrays: readonly NamedArray[] = [],
  room: Room = freshRoom,
): Uint8Array {
  const listed = arrays.map(({ name, data, shape }) => ({ name, type: typeOf(data), shape }));
  const { frame, offsets } = laidOut(fields, listed, room);
  arrays.forEach(({ data }, i) => {
    frame.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offsets[i]);
    frame.fill(0, offsets[i] + data.byteLength, offsets[i] + padded(data.byteLength));
  });
  return frame;
}

export interface ListedArray {
  readonly name: string;
  readonly type: TypeName;
  readonly shape: readonly number[];
}

export interface PreparedFrame {
  readonly frame: Uint8Array;
  /** The arrays where they lie in the frame, in the order of the list; all 0 at first. */
  readonly arrays: readonly NamedArray[];
}

/** An array of its own, all 0. */
export function freshArray({ name, type, shape }: ListedArray): NamedArray {
  return { name, data: new arrayTypes[type](lengthOf(shape)), shape };
}

/** A frame whose arrays are written in place. */
export function preparedFrame(fields: object, listed: readonly ListedArray[]): PreparedFrame {
  const { frame, offsets } = laidOut(fields, listed, freshRoom);
  const arrays = listed.map(({ name, type, shape }, i) => {
    const data = new arrayTypes[type](frame.buffer, frame.byteOffset + offsets[i], lengthOf(shape));
    return { name, data, shape };
  });
  return { frame, arrays };
}

/** A frame with prefix and header, and where its arrays begin. */
function laidOut(fields: object, listed: readonly ListedArray[], room: Room) {
  const arrays = listed.map(({ name, type, shape }) => [name, type, shape]);
  const header = Buffer.from(JSON.stringify(listed.length === 0 ? fields : { ...fields, arrays }));
  const offsets: number[] = [];
  let end = PREFIX_BYTES + padded(header.length);
  for (const { type, shape } of listed) {
    offsets.push(end);
    end += padded(lengthOf(shape) * arrayTypes[type].BYTES_PER_ELEMENT);
  }
  const frame = room(end);
  const prefix = new DataView(frame.buffer, frame.byteOffset, PREFIX_BYTES);
  prefix.setUint32(0, end - PREFIX_BYTES, true);
  prefix.setUint32(4, header.length, true);
  frame.set(header, PREFIX_BYTES);
  frame.fill(0, PREFIX_BYTES + header.length, PREFIX_BYTES + padded(header.length));
  return { frame, offsets };
}

const lengthOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

function typeOf(data: FrameArray): TypeName {
  if (data instanceof Float32Array) return "f4";
  if (data instanceof Float64Array) return "f8";
  return data instanceof Int32Array ? "i4" : "u1";
}
