/** The version in package.json, put in by build.ts and vitest.config.ts. */
declare const ZERORIG_VERSION: string;
