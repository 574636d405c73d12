import { Slots } from "./slots.ts";

/** Time as checks see it. Schedules follow the monotonic clock: a jump of wall time changes none of them. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Milliseconds since 1970, for showing. */
  wall(): number;
  /** Calls back after `ms`, once what had arrived by then was dealt with; the result cancels it. */
  after(ms: number, callback: () => void): () => void;
  /** Calls back at this moment of `now()`; all calls for the same moment come together. The result cancels it. */
  at(moment: number, callback: () => void): () => void;
  /** The moment of `now()` at which a run starts that follows one at `startedAt`: about `ms` later. */
  nextStart(startedAt: number, ms: number): number;
}

/** What is due at one moment, on one timer: every timer of its own would wake the process once more. */
interface Appointment {
  callbacks: Set<() => void>;
  timer: NodeJS.Timeout;
}

const slots = new Slots();
const appointments = new Map<number, Appointment>();

function appointmentAt(moment: number): Appointment {
  const callbacks = new Set<() => void>();
  const timer = setTimeout(
    () => {
      appointments.delete(moment);
      for (const callback of callbacks) callback();
    },
    Math.max(0, Math.ceil(moment - performance.now())),
  );
  const appointment = { callbacks, timer };
  appointments.set(moment, appointment);
  return appointment;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(ms, callback) {
    // The event loop serves timers before sockets. After a standstill of this process an answer that came in time may wait
    // there, and would lose to a timeout that is only now noticed.
    let settled: NodeJS.Immediate | undefined;
    const timer = setTimeout(
      () => {
        settled = setImmediate(callback);
      },
      Math.max(0, ms),
    );
    return () => {
      clearTimeout(timer);
      clearImmediate(settled);
    };
  },
  at(moment, callback) {
    const { callbacks, timer } = appointments.get(moment) ?? appointmentAt(moment);
    callbacks.add(callback);
    return () => {
      if (!callbacks.delete(callback) || callbacks.size > 0) return;
      clearTimeout(timer);
      appointments.delete(moment);
    };
  },
  nextStart: (startedAt, ms) => slots.after(startedAt, ms),
};
