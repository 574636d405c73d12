import { redacted } from "./rule.ts";

const localPart = /[\w.!#$%&'*+/=?^`{|}~-]/;
const domain = /[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+/y;
/** RFC 5321, section 4.5.3.1.1. */
const longestLocalPart = 64;

/** Replaces mail addresses. Each `@` is looked at once, so that a long line takes linear time. */
export function replaceEmails(line: string): string {
  let result = "";
  let copied = 0;
  for (let at = line.indexOf("@"); at >= 0; at = line.indexOf("@", at + 1)) {
    let start = at;
    const bound = Math.max(copied, at - longestLocalPart);
    while (start > bound && localPart.test(line[start - 1]!)) start--;
    domain.lastIndex = at + 1;
    if (start === at || !domain.test(line)) continue;
    // A parameter such as `mail=joe@example.com` keeps its name.
    start = Math.max(start, line.slice(start, at).search(/[^=&?'`/]*$/) + start);
    if (start === at) continue;
    result += line.slice(copied, start) + redacted;
    copied = domain.lastIndex;
  }
  return result + line.slice(copied);
}
