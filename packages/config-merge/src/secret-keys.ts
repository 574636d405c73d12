/** Whether a key is named like something that must not be shown, wherever its value comes from. */
function isSecretKey(key: string): boolean {
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, " ");
  const joined = words.replaceAll(" ", "");
  return (
    /password|passwd|passphrase|secret|token|apikey|accesskey|credential|privatekey|connectionstring/.test(joined) ||
    /(?:^| )pwd(?: |$)/.test(words)
  );
}

/** Whether a value at `path` is to be masked because of a name on the way to it. */
export function isSecretPath(path: readonly (string | number)[]): boolean {
  return path.some((key) => typeof key === "string" && isSecretKey(key));
}
