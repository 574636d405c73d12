/** Parts that access logs have in common. */

/** Inside quotes: what a browser sent, with `\"` (Apache) or `\x22` (nginx) for a quote. */
export const quoted = '(?:[^"\\\\]|\\\\.)*';

/**
 * A request line in quotes, and the status behind it. Anything may be there: nothing, `-`, the first bytes of a TLS
 * handshake; then method, path and protocol are absent. A quote that is not escaped does not end it, the status does.
 */
const requestAndStatus =
  '"(?:(?<method>[A-Za-z]+) (?<path>.*?)(?: (?<protocol>[A-Z]+/\\d[\\d.]*))?|.*?)" (?<status>\\d{3})';

/** Host, user, time, request, status, bytes: the common log format. */
export const common = `(?<host>\\S+) \\S+ (?<user>[^[]*?) \\[(?<time>[^\\]]*)\\] ${requestAndStatus} (?<bytes>\\d+|-)`;

/** What the combined format adds. */
export const refererAndAgent = `"(?<referer>${quoted})" "(?<agent>${quoted})"`;
