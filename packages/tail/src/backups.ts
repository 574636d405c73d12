// Names that rotation gives to the generations of a log file.

const compressed = /\.(?:t?gz|t?bz2|t?xz|t?zst|lz4|lzma|lzo|br|zip|7z|rar|Z)$/i;
const transient = /\.(?:swp|swx|lock|tmp|part|filepart)$|~$/i;
const suffix = /^[.\-_](?:.*\d.*|old|bak|prev)$/i;
const date = /^\d{4}(?:[-_.]?\d{2}){1,5}(?:[-_.]\d+)?$/;

/** A compressed backup: it was read before it was compressed. */
export function isCompressed(name: string): boolean {
  return compressed.test(name);
}

/** What an editor, a lock or a half-made file is called; never a generation of a log. */
function isTransient(name: string): boolean {
  return transient.test(name);
}

/**
 * The names of which `name` may be a backup, longest first: of `app.log.1` that is `app.log`; of `app-20260131.log`
 * it is `app.log`. Empty for names that cannot be a generation.
 */
export function backupBases(name: string): string[] {
  if (isCompressed(name) || isTransient(name)) return [];
  const bases: string[] = [];
  for (let at = name.length - 2; at > 0; at--) {
    if (!".-_".includes(name[at]!)) continue;
    if (suffix.test(name.slice(at))) bases.push(name.slice(0, at));
  }
  const extension = name.lastIndexOf(".");
  if (extension > 0) {
    const stem = name.slice(0, extension);
    for (let at = stem.length - 2; at > 0; at--) {
      if (".-_".includes(stem[at]!) && date.test(stem.slice(at + 1)))
        bases.push(stem.slice(0, at) + name.slice(extension));
    }
  }
  return bases;
}

/**
 * Orders two backups of one file by name alone, oldest first: `.2` before `.1` (numbers shift up with age),
 * `-20260130` before `-20260131` (dates sort as text).
 */
export function compareBackupNames(left: string, right: string): number {
  const [a, b] = [trailingNumber(left), trailingNumber(right)];
  if (a !== undefined && b !== undefined) return b - a;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The number at the end of a name, before an extension; undefined for a date, which has six digits and more. */
function trailingNumber(name: string): number | undefined {
  const digits = /([\d\-_.T]+)(?:\.[a-z]+)?$/i.exec(name)?.[1]?.replace(/\D/g, "");
  return digits === undefined || digits === "" || digits.length >= 6 ? undefined : Number(digits);
}
