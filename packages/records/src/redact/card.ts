import { redacted } from "./rule.ts";

const run = /\d(?:[ -]?\d){12,}/g;
const shortest = 13;
const longest = 19;

/** Replaces payment card numbers: 13 to 19 digits in any grouping by blanks and hyphens, whose Luhn sum is right. */
export function replaceCards(line: string): string {
  return line.replace(run, replaceInRun);
}

/** A run may begin with other numbers (`49 4111 1111 1111 1111`): every sequence of whole groups is tried. */
function replaceInRun(text: string): string {
  const groups = [...text.matchAll(/\d+/g)];
  let result = "";
  let copied = 0;
  let first = 0;
  while (first < groups.length) {
    const last = lastOfCard(groups, first);
    if (last === undefined) {
      first++;
      continue;
    }
    result += text.slice(copied, groups[first]!.index) + redacted;
    copied = groups[last]!.index + groups[last]![0].length;
    first = last + 1;
  }
  return result + text.slice(copied);
}

/** The last group of the longest card number that begins with group `first`. */
function lastOfCard(groups: readonly RegExpExecArray[], first: number): number | undefined {
  let digits = "";
  let found: number | undefined;
  for (let last = first; last < groups.length; last++) {
    digits += groups[last]![0];
    if (digits.length > longest) break;
    if (digits.length >= shortest && isLuhn(digits)) found = last;
  }
  return found;
}

function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
