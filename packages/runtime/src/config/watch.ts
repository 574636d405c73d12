import { type FSWatcher, watch } from "node:fs";
import { readFile, realpath } from "node:fs/promises";
import path from "node:path";

export interface FileWatch {
  close(): void;
}

export interface FileWatchOptions {
  /** Quiet time after an event before the file is read. */
  debounce?: number;
  /** How often the file is read without any event, in milliseconds. */
  poll?: number;
}

/**
 * Calls `changed` with the new content (undefined: cannot be read) when the content of a file is another than `current` said. Directories are watched, not the file: a ConfigMap
 * update renames `..data` beside it, editors replace it. Where there are no watches the poll finds the change.
 */
export function watchFile(
  file: string,
  current: () => string | undefined,
  changed: (text: string | undefined) => void,
  { debounce = 100, poll = 30_000 }: FileWatchOptions = {},
): FileWatch {
  const watchers: FSWatcher[] = [];
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const look = async () => {
    // A file that is gone is a bad configuration too: loading it again says so.
    const text = await readFile(file, "utf8").catch(() => undefined);
    if (!closed && text !== current()) changed(text);
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(look, debounce);
  };
  const watchDirectory = (directory: string) => {
    try {
      watchers.push(watch(directory, { persistent: false }, soon).on("error", () => {}));
    } catch {
      // No watches left, or a file system without them: the poll remains.
    }
  };

  const directory = path.dirname(path.resolve(file));
  watchDirectory(directory);
  realpath(file).then(
    (target) => {
      if (!closed && path.dirname(target) !== directory) watchDirectory(path.dirname(target));
    },
    () => {},
  );
  const interval = setInterval(look, poll).unref();

  return {
    close() {
      closed = true;
      clearTimeout(timer);
      clearInterval(interval);
      for (const watcher of watchers) watcher.close();
    },
  };
}
