/** A request as a server reads it from its connection. */
export interface ArrivedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
}

const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([^ ?]+)(?:\?[^ ]*)? HTTP\/1\.[01]$/;

/**
 * The requests that these bytes are (RFC 9112), bodies skipped; what follows an upgrade is not looked at. A last one may
 * be cut off. Undefined when the bytes are no requests: those of a tunnel.
 */
export function requestsIn(bytes: string): ArrivedRequest[] | undefined {
  const requests: ArrivedRequest[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf("\r\n\r\n", at);
    const head = bytes.slice(at, end < 0 ? bytes.length : end).split("\r\n");
    const [, method, path] = REQUEST_LINE.exec(head[0] ?? "") ?? [];
    if (method === undefined || path === undefined) return undefined;
    requests.push({ method, path });
    const field = (name: string) =>
      head.find((line) => line.toLowerCase().startsWith(`${name}:`))?.slice(name.length + 1);
    if (end < 0 || field("upgrade") !== undefined) break;
    const body = end + 4;
    at =
      field("transfer-encoding") === undefined ? body + Number(field("content-length") ?? 0) : endOfChunks(bytes, body);
  }
  return requests;
}

/** Where a chunked body ends that begins here; the end of all bytes when it is cut off. */
function endOfChunks(bytes: string, start: number): number {
  for (let at = start; ; ) {
    const line = bytes.indexOf("\r\n", at);
    if (line < 0) return bytes.length;
    const size = Number.parseInt(bytes.slice(at, line), 16);
    if (size > 0) at = line + 2 + size + 2;
    else {
      const end = bytes.indexOf("\r\n\r\n", line);
      return end < 0 ? bytes.length : end + 4;
    }
  }
}
