/** English names of months and days, which is what log formats write whatever the machine's language. */
export const monthPattern = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec";
export const longMonthPattern = "January|February|March|April|May|June|July|August|September|October|November|December";
export const dayPattern = "Mon|Tue|Wed|Thu|Fri|Sat|Sun";
export const longDayPattern = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday";

const months = monthPattern.toLowerCase().split("|");

/** 1 to 12 for a month's name, long or short, in any case. */
export function monthNumber(name: string): number {
  return months.indexOf(name.slice(0, 3).toLowerCase()) + 1;
}
