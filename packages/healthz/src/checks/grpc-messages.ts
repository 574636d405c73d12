// grpc.health.v1: HealthCheckRequest { string service = 1; } and HealthCheckResponse { ServingStatus status = 1; }, as
// protocol buffers, each behind gRPC's five-byte prefix. Two messages do not need a library.

export const SERVING = 1;

/** The names of `ServingStatus` by number. */
export const STATUS_NAMES: readonly string[] = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

const PREFIX_BYTES = 5;
const STRING_FIELD_1 = 0x0a;

/** A framed HealthCheckRequest. */
export function encodeRequest(service: string): Buffer {
  const name = Buffer.from(service);
  const message =
    name.length === 0 ? name : Buffer.concat([Buffer.from([STRING_FIELD_1]), encodeVarint(name.length), name]);
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** The status in a framed HealthCheckResponse; undefined when the bytes are none. Unknown fields are passed over. */
export function readStatus(framed: Buffer): number | undefined {
  if (framed.length < PREFIX_BYTES) return undefined;
  const compressed = framed[0] !== 0;
  if (compressed || framed.readUInt32BE(1) !== framed.length - PREFIX_BYTES) return undefined;
  let at = PREFIX_BYTES;
  // A field with the default value 0 is left out on the wire.
  let status = 0;
  while (at < framed.length) {
    const tag = decodeVarint(framed, at);
    if (tag === undefined) return undefined;
    const [field, wireType] = [tag.value >> 3, tag.value & 7];
    at = tag.end;
    if (wireType === 0) {
      const number = decodeVarint(framed, at);
      if (number === undefined) return undefined;
      if (field === 1) status = number.value;
      at = number.end;
    } else {
      const end = endOfField(framed, at, wireType);
      if (end === undefined || end > framed.length) return undefined;
      at = end;
    }
  }
  return status;
}

function endOfField(bytes: Buffer, at: number, wireType: number): number | undefined {
  if (wireType === 1) return at + 8;
  if (wireType === 5) return at + 4;
  if (wireType !== 2) return undefined;
  const length = decodeVarint(bytes, at);
  return length && length.end + length.value;
}

function encodeVarint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left > 0x7f; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
  return Buffer.from([...bytes, left]);
}

function decodeVarint(bytes: Buffer, from: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let index = 0; index < 5; index++) {
    const byte = bytes[from + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: from + index + 1 };
  }
  return undefined;
}
