/** What `prefix` puts before a line. A name may hold line ends, a label must not. */
export function labelOf(name: string): string {
  return `[${name.replace(/\p{Cc}/gu, "?")}] `;
}
