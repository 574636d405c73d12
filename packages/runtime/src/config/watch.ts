import { type FSWatcher, readFileSync, realpathSync, watch } from "node:fs";
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
 * Calls `changed` with the new content (undefined: cannot be read) when the content of a file is another than `current` said.
 * Directories are watched, not the file: a ConfigMap update renames `..data` beside it, editors replace it. Where there are no
 * watches the poll finds the change. Files are read synchronously: they are small, and nothing here starts a thread.
 */
export function watchFile(
  file: string,
  current: () => string | undefined,
  changed: (text: string | undefined) => void,
  { debounce = 100, poll = 30_000 }: FileWatchOptions = {},
): FileWatch {
  const watchers: FSWatcher[] = [];
  let timer: NodeJS.Timeout | undefined;

  const look = () => {
    // A file that is gone is a bad configuration too: loading it again says so.
    const text = contentOf(file);
    if (text !== current()) changed(text);
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
  const target = attempt(() => realpathSync(file));
  if (target !== undefined && path.dirname(target) !== directory) watchDirectory(path.dirname(target));
  const interval = setInterval(look, poll).unref();
  // The file may have changed since it was read and before it was watched.
  soon();

  return {
    close() {
      clearTimeout(timer);
      clearInterval(interval);
      for (const watcher of watchers) watcher.close();
    },
  };
}

/** The text of a file; undefined: cannot be read. */
export function contentOf(file: string): string | undefined {
  return attempt(() => readFileSync(file, "utf8"));
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
