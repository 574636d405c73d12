/** `node:https`, loaded with the first https URL: with all of TLS it is 17 ms of CPU that most exporters never need. */
export function loadHttps(): typeof import("node:https") {
  return process.getBuiltinModule("node:https");
}
