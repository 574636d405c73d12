/** Methods that need no Content-Length to say that there is no body (RFC 9110 section 8.6). */
export const BODILESS: ReadonlySet<string> = new Set(["GET", "HEAD", "DELETE", "OPTIONS"]);

/** Methods that a proxy may send again when no answer came (RFC 9110 section 9.2.2); others may have had their effect. */
export const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);
