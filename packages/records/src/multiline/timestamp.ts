const days = "Mon|Tue|Wed|Thu|Fri|Sat|Sun";
const months = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec";
const clock = "\\d\\d?:\\d\\d";

const timestamp = new RegExp(
  "^[\\[({\"'<]?(?:\\d{1,3}>(?:1 )?)?(?:" +
    [
      "\\d{4}[-/.]\\d\\d?[-/.]\\d\\d?(?!\\d)", // 2024-04-22, 2024/04/22
      `\\d{8}[T ]\\d\\d:?\\d\\d`, // 20240422T142949
      `\\d\\d?[-/.]\\d\\d?[-/.]\\d{4},?[T ]${clock}`, // 22/04/2024 14:29
      `(?:(?:${days})[a-z]*,? )?\\d\\d?[ /-](?:${months})[ /-]\\d{2,4}(?!\\d)`, // Mon, 22 Apr 2024; 22/Apr/2024
      `(?:(?:${days}) )?(?:${months}) [ \\d]?\\d,? (?:\\d{4} )?${clock}`, // Apr 22 14:29, Mon Apr 22 14:29
      `${clock}:\\d\\d(?!\\d)`, // 14:29:49
      "1\\d{9}(?:\\d{3}){0,3}(?:\\.\\d+)?(?=[\\s\\])]|$)", // seconds, milliseconds … since 1970
      `[IWEF]\\d{4} ${clock}:\\d\\d`, // klog: E0422 14:29:49
    ].join("|") +
    ")",
);

/** Whether a line begins with a time as logs write it, perhaps in a bracket or behind a syslog priority. */
export function startsWithTimestamp(line: string): boolean {
  return timestamp.test(line);
}
