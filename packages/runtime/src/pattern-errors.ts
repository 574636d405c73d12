/** A user's regular expression cannot be used. The message names the construct and what to do about it. */
export class PatternError extends Error {
  override readonly name = "PatternError";
}

/** The refusal of a construct that the linear-time engine cannot run. */
export function refuseInLinearTime(construct: string, advice: string): PatternError {
  return new PatternError(`${construct} cannot be matched in linear time: ${advice}`);
}
