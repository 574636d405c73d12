export interface HelloOptions {
  /** `host_name` entries, each in an extension of its own when `separate`. */
  names?: string[];
  separate?: boolean;
  /** Split the handshake message into records of this many bytes. */
  record?: number;
}

const u16 = (value: number) => Buffer.from([value >> 8, value & 255]);
const vector16 = (data: Buffer) => Buffer.concat([u16(data.length), data]);

/** A TLS ClientHello, made by hand (RFC 8446 section 4.1.2). */
export function clientHello({ names = [], separate = false, record = 16_384 }: HelloOptions = {}): Buffer {
  const entry = (name: string) => Buffer.concat([Buffer.from([0]), vector16(Buffer.from(name, "latin1"))]);
  const extension = (entries: Buffer[]) => Buffer.concat([u16(0), vector16(vector16(Buffer.concat(entries)))]);
  const lists = separate ? names.map((name) => [entry(name)]) : names.length > 0 ? [names.map(entry)] : [];
  const versions = Buffer.concat([u16(43), vector16(Buffer.from([2, 3, 4]))]);
  const extensions = Buffer.concat([...lists.map(extension), versions]);
  const body = Buffer.concat([
    u16(0x0303),
    Buffer.alloc(32, 7),
    Buffer.from([0]),
    vector16(u16(0x1301)),
    Buffer.from([1, 0]),
    vector16(extensions),
  ]);
  const message = Buffer.concat([Buffer.from([1, 0]), u16(body.length), body]);
  const records: Buffer[] = [];
  for (let at = 0; at < message.length; at += record) {
    records.push(Buffer.concat([Buffer.from([22, 3, 1]), vector16(message.subarray(at, at + record))]));
  }
  return Buffer.concat(records);
}
