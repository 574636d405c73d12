import type { Socket } from "node:net";

/** When this many bytes wait for a socket to take them, no more are read for it. */
export const HIGH_WATER_MARK = 16 * 1024;

/** What stands behind an open socket; Node's own HTTP stops and starts it in the same way. */
interface Handle {
  /** Whether the stream believes that it is being read. */
  readonly reading: boolean;
  readStart(): void;
  readStop(): void;
}

function handleOf(socket: Socket): Handle | null | undefined {
  return (socket as unknown as { _handle?: Handle | null })._handle;
}

/**
 * Like `pause()`, and the kernel is not asked for more from now on: after `pause()` alone, Node goes on until its own buffer
 * is full, with another 64 KiB for each connection whose other side is slow. Only {@link readOn} ends it.
 */
export function stopReading(socket: Socket): void {
  socket.pause();
  handleOf(socket)?.readStop();
}

/** Reads on after {@link stopReading} or `pause()`. */
export function readOn(socket: Socket): void {
  const handle = handleOf(socket);
  // A stream that knows it is not being read starts that itself.
  if (handle?.reading) handle.readStart();
  socket.resume();
}
