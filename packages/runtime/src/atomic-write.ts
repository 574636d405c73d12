import { open, rename, unlink } from "node:fs/promises";
import path from "node:path";

export interface AtomicWriteOptions {
  /** Permission bits, whatever the umask. */
  mode: number;
}

/**
 * Replaces the file at `path` as a whole: a temporary file in the same directory, written, fsynced, renamed, and the directory
 * fsynced. A reader, or a crash at any moment, sees the old content or the new one. On failure nothing is left behind.
 */
export async function writeAtomically(
  file: string,
  data: string | Buffer,
  { mode }: AtomicWriteOptions,
): Promise<void> {
  const directory = path.dirname(file);
  // O_EXCL guards the name; node:crypto for a better one would cost every tool 6 ms at its start.
  const suffix = `${process.pid}-${Math.random().toString(36).slice(2, 10)}`;
  const temporary = path.join(directory, `.${path.basename(file)}.tmp-${suffix}`);
  const handle = await open(temporary, "wx", 0o600);
  try {
    try {
      await handle.writeFile(data);
      await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
  await syncDirectory(directory);
}

/** Makes a rename in `directory` durable; file systems that cannot fsync a directory (EINVAL) need none. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EINVAL") throw error;
  } finally {
    await handle.close();
  }
}
