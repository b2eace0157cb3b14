/** The version in package.json, put in by build.ts and vitest.config.ts. */
declare const ZERORIG_VERSION: string;

/** As much of WebAssembly as the kernels use: TypeScript has it in the library of browsers only. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
  validate(bytes: Uint8Array<ArrayBuffer>): boolean;
};
