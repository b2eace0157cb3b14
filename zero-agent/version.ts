// The version of this build.

/** From package.json, or a name for sources that run unbuilt (tsx). */
export const VERSION = typeof ZERORIG_VERSION === "string" ? ZERORIG_VERSION : "0.0.0-source";
